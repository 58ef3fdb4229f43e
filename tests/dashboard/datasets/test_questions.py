"""What a page asks about a file before it is imported, and what becomes of the answers."""

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


@pytest.mark.parametrize(("role", "words"), [("left out", "Not used. It numbers the rows."), ("number", "")])
def test_a_column_that_numbers_the_rows_is_left_out_until_somebody_uses_it(page, role, words):
    dataset, html = shown(page, table(60, place=list(range(60)), y=["a"] * 30 + ["b"] * 30))
    assert "Not used. It numbers the rows." in html

    imported(page, dataset, role_3=role)

    html = page.get(dataset.get_absolute_url()).content.decode()
    assert (words in html) if words else ("Not used." not in html)
    assert dataset.info["shape"] == [2 if words else 3]
    assert [line for line in dataset.warnings if line.startswith("place tells")] == dataset.warnings
    assert bool(dataset.warnings) == (not words)
