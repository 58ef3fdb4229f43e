"""What a page asks about a file before it is imported, and what becomes of the answers."""

import numpy as np
import pytest

from dashboard.models import Dataset
from dashboard.tasks import read_uploads
from tests.dashboard.datasets.test_uploads import described, quick, send
from tests.trainers.sources import table

__all__ = ["quick"]


def shown(page, content, **options):
    """Upload a file; return its dataset, and the page that asks about it."""
    send(page, content, **options)
    read_uploads()
    dataset = Dataset.objects.latest("pk")
    return dataset, page.get(dataset.get_absolute_url()).content.decode()


def imported(page, dataset, **changes):
    described(page, dataset, **changes)
    read_uploads()
    dataset.refresh_from_db()
    return dataset


@pytest.mark.parametrize(
    ("role", "words"), [("left out", "Not used. It contains row numbers."), ("number", "")]
)
def test_a_column_that_numbers_the_rows_is_left_out_until_somebody_uses_it(page, role, words):
    dataset, html = shown(page, table(60, place=list(range(60)), y=["a"] * 30 + ["b"] * 30))
    assert "Not used. It contains row numbers." in html

    imported(page, dataset, role_3=role)

    html = page.get(dataset.get_absolute_url()).content.decode()
    assert (words in html) if words else ("Not used." not in html)
    assert dataset.info["shape"] == [2 if words else 3]
    assert [line for line in dataset.warnings if line.startswith("place gives away")] == dataset.warnings
    assert bool(dataset.warnings) == (not words)


def test_a_dash_among_numbers_is_asked_about_and_the_answer_is_kept(page):
    content = table(60, size=["-" if n % 20 == 0 else str(n / 7) for n in range(60)])
    dataset, html = shown(page, content)
    assert "3 of 60 values are not numbers: “-”." in html
    assert page.get(dataset.get_absolute_url()).context["page"].form["gap_0"].initial is True

    assert imported(page, dataset).state == "ready"
    assert dataset.recipe["gaps"] == [["size", ["-"]]]

    imported(page, dataset, gap_0="")
    assert dataset.problem.startswith("Row 1: size must be a number, not '-'.")


def test_none_is_a_class_until_somebody_says_that_it_means_missing(page):
    dataset, html = shown(page, table(60, y=[("a", "b", "none")[n % 3] for n in range(60)]))
    assert "20 of 60 rows have “none” as a value." in html
    assert imported(page, dataset).info["class_names"] == ["a", "b", "none"]

    imported(page, dataset, gap_2="on", drops_unknown="on")

    assert dataset.info["class_names"] == ["a", "b"]
    assert "20 of 60 rows have no y and are left out." in dataset.warnings


def test_a_mark_at_an_end_is_asked_about_and_typed_texts_mean_missing(page):
    sizes = ["-999" if n % 20 == 0 else str(n / 7) for n in range(60)]
    dataset, html = shown(page, table(60, size=sizes))
    assert "-999 appears in 3 rows, far from the other values." in html
    assert any(line.startswith("-999 appears in 3 rows of size") for line in imported(page, dataset).warnings)

    imported(page, dataset, missing=" -999 ,, gone,-999")

    assert dataset.recipe["missing"] == ["-999", "gone"]
    assert not any("-999" in line for line in dataset.warnings)


def test_months_and_days_are_asked_about_and_the_answer_is_kept(page):
    days = [f"{n % 12 + 1:02}/{n // 12 + 1:02}/2024" for n in range(60)]
    dataset, html = shown(page, table(60, day=days))
    assert "The day comes first" in html
    refused = described(page, dataset, role_3="time")
    assert refused.status_code == 422
    assert "can be read in two ways" in refused.content.decode()

    imported(page, dataset, role_3="time", date_first="month")

    assert (dataset.state, dataset.recipe["date_first"]) == ("ready", "month")


def test_a_date_is_used_after_a_click_and_classes_are_counted_in_each_part(page):
    days = [str(day) for day in np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-03-01"))]
    kinds = ["c" if n < 20 else ("a", "b")[n % 2] for n in range(60)]
    dataset, html = shown(page, table(60, day=days, y=kinds))
    assert "Use it as time to test on the latest rows" in html
    assert "The day comes first" not in html

    imported(page, dataset, role_3="time")

    html = page.get(dataset.get_absolute_url()).content.decode()
    assert "Rows per class" in html
    assert "C has no rows in the validation set." in dataset.warnings
    assert page.get(dataset.get_absolute_url()).context["page"].class_rows[0] == ("c", (20, 0, 0))
