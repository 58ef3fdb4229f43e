"""Studies beside each other: values that can be compared, what differs, and who is ahead."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.studies.several.compare import compare_page
from tests.builders import add_trials, make_user, running_study


@pytest.fixture
def two(user):
    first = running_study(name="first", sampler="tpe", max_trials=100)
    add_trials(first, 3, value=lambda number: [0.5, 0.2, 0.3][number])
    add_trials(first, 2, state="pruned")
    second = running_study(name="second", sampler="random", max_trials=100)
    add_trials(second, 4, value=lambda number: [0.4, 0.6, 0.3, 0.25][number])
    return first, second


def opened(page, *studies, follow=False):
    query = urlencode([("study", study.pk) for study in studies])
    return page.get(f"{reverse('studies-compare')}?{query}", follow=follow)


def test_curves_are_the_best_so_far_by_ended_trials(two):
    lines = compare_page(two).charts["compare"]["lines"]
    assert [line["points"] for line in lines] == [
        [(1, 0.5), (2, 0.2), (5, 0.2)],
        [(1, 0.4), (3, 0.3), (4, 0.25), (4, 0.25)],
    ]
    assert [line["color"] for line in lines] == ["chart-1", "chart-2"]


def test_larger_values_are_better_where_the_goal_says_so(two):
    for study in two:
        study.direction = "maximize"
        study.save()
    found = compare_page(two)
    assert found.charts["compare"]["lines"][0]["points"] == [(1, 0.5), (5, 0.5)]
    assert found.verdict == "second is ahead: val_loss 0.6000 after 2 trials; first 0.5000 after 1 trial."


def test_the_verdict_says_who_is_ahead_and_after_how_many_trials(two):
    assert compare_page(two).verdict == (
        "first is ahead: val_loss 0.2000 after 2 trials; second 0.2500 after 4 trials."
    )


def test_only_what_differs_is_laid_open(two):
    found = compare_page(two)
    assert [row.name for row in found.differing] == ["Sampler"]
    assert "Dataset" in [row.name for row in found.equal]


def test_counts_and_the_best_value(two):
    rows = {row.name: row.cells for row in compare_page(two).results}
    assert rows["Best val_loss"] == [("0.2000", True), ("0.2500", False)]
    assert rows["Trials until the best"] == [("2", False), ("4", False)]
    assert rows["Pruned"] == [("2", False), ("0", False)]


def test_other_goals_and_datasets_are_said(two):
    _, second = two
    second.dataset = "mnist"
    assert "different datasets" in compare_page(two).note
    second.objective = "val_accuracy"
    found = compare_page(two)
    assert "different goals" in found.note
    assert found.verdict == ""
    assert found.charts["compare"]["lines"] == []
    assert [is_best for _, is_best in found.results[0].cells] == [False, False]


def test_studies_without_a_value_have_a_page(page, user):
    empty = [running_study(name=f"empty {n}") for n in range(2)]
    answer = opened(page, *empty)
    assert answer.status_code == 200
    assert compare_page(empty).verdict == ""


def test_the_page_names_both_and_leaves_one_out_by_its_link(page, two):
    third = running_study(name="third")
    body = opened(page, *two, third).content.decode()
    assert "Compare 3 studies" in body
    without_first = urlencode([("study", two[1].pk), ("study", third.pk)])
    assert without_first.replace("&", "&amp;") in body


def test_fewer_than_two_or_unseen_studies_are_refused(page, two):
    assert "Select 2 to 6 studies to compare." in opened(page, two[0], follow=True).content.decode()
    two[1].owner = make_user("bob")
    two[1].save()
    body = opened(page, *two, follow=True).content.decode()
    assert "Select 2 to 6 studies" in body
    assert "second" not in body
