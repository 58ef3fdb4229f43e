"""A chosen None, and words like it, are values; only what a branch does not use is not used."""

import pytest
from django.urls import reverse

from dashboard.charts.density import densities
from dashboard.models import Study
from dashboard.review.queries import Search, search_past
from dashboard.sharing.shared_page import shared_page, shared_trial
from dashboard.trials.params import param_rows
from optimizer import SearchSpace
from tests.builders import add_trials, make_study

CHOICES = [None, "None", "none", 0, False, "", "0", "no"]
WORDS = ["None", '"None"', "none", "0", "no", '""', '"0"', '"no"']
SPACE = {
    "version": 1,
    "params": [
        {"name": "penalty", "type": "categorical", "choices": CHOICES},
        {
            "name": "ratio",
            "type": "float",
            "low": 0.0,
            "high": 1.0,
            "when": {"parent": "penalty", "in": ["none"]},
        },
    ],
}


@pytest.fixture
def study(user):
    return make_study("running", owner=user, space=SPACE, max_trials=20)


def rows_of(params):
    return {row.name: row for row in param_rows(SearchSpace.from_json(SPACE), params)}


@pytest.mark.parametrize(("value", "word"), list(zip(CHOICES, WORDS, strict=True)))
def test_chosen_value_is_shown_everywhere_as_itself(page, study, value, word):
    add_trials(study, 1, params={"penalty": value})
    shown = word.replace('"', "&quot;")
    trial = study.trials.get()

    table = reverse("study-trials", args=[study.pk])
    row = page.get(table).context["page"].table.rows[0]
    params = [cell for cell in row.cells if cell.column.kind == "param"]
    assert [(cell.value, cell.is_active) for cell in params] == [(value, True), (None, False)]
    report = reverse("study-report", args=[study.pk])
    for url in (table, trial.get_absolute_url(), report):
        html = page.get(url).content.decode()
        assert f">{shown}<" in html, url
        assert "not used" in html or url == report
    (best,) = [row for row in page.get(study.get_absolute_url()).context["page"].best.params if row.is_active]
    assert (best.name, best.value) == ("penalty", value)
    assert shared_page(study).rows[0].params == [("penalty", True, value), ("ratio", False, None)]
    assert [row.is_active for row in shared_trial(study, trial).params] == [True, False]
    chart = page.get(study.get_absolute_url()).context["page"].charts["best"]
    assert chart["trials"]["params"] == {"penalty": [word], "ratio": [None]}


def test_what_a_branch_does_not_use_is_not_used():
    rows = rows_of({"penalty": None})
    assert (rows["penalty"].is_active, rows["penalty"].only_with) == (True, "")
    assert (rows["ratio"].is_active, rows["ratio"].only_with) == (False, "only with penalty none")
    assert rows_of({"penalty": "none", "ratio": 0.0})["ratio"].is_active


@pytest.mark.parametrize(("value", "word"), list(zip(CHOICES, WORDS, strict=True)))
def test_search_finds_a_value_as_pages_write_it(study, value, word):
    add_trials(study, 1, params={"penalty": value})
    found = {
        other: search_past(Study.objects.all(), Search(param="penalty", param_is=other)).exists()
        for other in WORDS
    }
    assert [other for other in WORDS if found[other]] == [word]


def test_density_marks_the_chosen_one_among_equals():
    shares = {"choices": [0, False, None], "good": [0.2, 0.3, 0.5], "bad": [0.4, 0.3, 0.3]}
    explanation = {"ratio": {"penalty": 2.0}, "densities": {"penalty": shares}}
    space = SearchSpace.from_json(SPACE)
    (of_false,) = densities(explanation, {"penalty": False}, space)
    (of_none,) = densities(explanation, {"penalty": None}, space)
    assert of_false.sentence.startswith("no: 30")
    assert of_none.sentence.startswith("None: 50")


def test_range_names_its_choices_apart():
    assert (
        SearchSpace.from_json(SPACE)["penalty"].distribution.describe().startswith('None, "None", none, 0, ')
    )
