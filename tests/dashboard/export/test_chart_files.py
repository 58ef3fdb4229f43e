"""A chart as a file: a picture as it is shown, and the data of the selected trials."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse

from dashboard.models import AuditEntry, Report
from tests.builders import add_trials, running_study

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def study(user):
    study = running_study(owner=user, name="Digits", target_value=0.1)
    add_trials(study, 5, n_reports=3)
    add_trials(study, 2, state="pruned", n_reports=2, step=2, step_value=0.6)
    add_trials(study, 1, state="failed")
    return study


def get(page, study, chart="best", ending="csv", **query):
    return page.get(reverse("study-export-chart", args=[study.pk, chart, ending]), query)


def rows_of(answer):
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode(), newline="")))


def picture_of(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/svg+xml")
    return ET.fromstring(answer.getvalue())


def classes(picture, name):
    return [e for e in picture.iter() if name in e.get("class", "").split()]


def marks(picture, state):
    """Those of trials, which say what they are; the others are the legend."""
    return [mark for mark in classes(picture, f"mark-{state}") if mark.find(f"{SVG}title") is not None]


def test_data_of_the_main_chart_has_every_trial_and_all_digits(page, study):
    answer = get(page, study)
    rows = rows_of(answer)

    assert answer["Content-Disposition"] == 'attachment; filename="digits-best.csv"'
    assert [int(row["trial"]) for row in rows] == list(range(8))
    assert [float(row["val_loss"] or "nan") for row in rows[:3]] == [1.0, 0.5, 1 / 3]
    assert [float(row["best_so_far"]) for row in rows] == [1.0, 0.5, 1 / 3, 0.25, 0.2, 0.2, 0.2, 0.2]
    assert [row["val_loss"] for row in rows[5:]] == ["0.6", "0.6", ""]
    assert [float(row["ended_seconds"]) for row in rows] == pytest.approx([1, 2, 3, 4, 5, 6, 7, 8], abs=0.01)


def test_best_so_far_of_a_metric_that_grows(user, page):
    study = running_study(owner=user, direction="maximize", objective="val_accuracy")
    add_trials(study, 3, value=lambda number: [0.5, 0.9, 0.7][number])
    assert [float(row["best_so_far"]) for row in rows_of(get(page, study))] == [0.5, 0.9, 0.9]


def test_data_follows_the_filter(page, study):
    rows = rows_of(get(page, study, q="trial in (1, 5)"))
    assert [(row["trial"], row["state"]) for row in rows] == [("1", "complete"), ("5", "pruned")]
    # What the study had reached by then, not the selection.
    assert [float(row["best_so_far"]) for row in rows] == [0.5, 0.2]


def test_data_of_the_epochs_follows_the_filter(page, study):
    rows = rows_of(get(page, study, "epochs", q="trial = 3 or trial = 5"))
    assert [(row["trial"], row["epoch"]) for row in rows] == [
        ("3", "1"),
        ("3", "2"),
        ("3", "3"),
        ("5", "1"),
        ("5", "2"),
    ]
    assert [float(row["val_loss"]) for row in rows[:3]] == [1.0, 0.5, 1 / 3]


def test_the_name_of_a_metric_is_no_formula(user, page):
    study = running_study(owner=user, objective="=1+1")
    add_trials(study, 1)
    assert get(page, study).getvalue().decode().startswith("trial,state,'=1+1,")


def test_the_picture_has_every_trial_the_line_and_the_target(page, study):
    picture = picture_of(get(page, study, ending="svg"))

    assert len(classes(picture, "bar")) == 2, "pruned trials are bars below"
    assert len(marks(picture, "complete")) == 5
    assert classes(picture, "is-best")
    assert any("target 0.1" in (text.text or "") for text in picture.iter(f"{SVG}text"))
    assert not classes(picture, "is-pale")


def test_the_picture_is_as_the_chart_is_shown(page, study):
    picture = picture_of(get(page, study, ending="svg", pruned="plot", axis="wall", scale="linear"))

    assert not classes(picture, "bar")
    assert len(marks(picture, "pruned")) == 2
    assert any("seconds since start" in (text.text or "") for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("axis", ["trial", "epochs", "wall", "training"])
@pytest.mark.parametrize("scale", ["log", "linear"])
def test_every_look_is_a_picture(axis, scale, page, study):
    picture = picture_of(get(page, study, ending="svg", axis=axis, scale=scale))
    assert classes(picture, "is-best")[0].get("points")


def test_trials_that_the_filter_leaves_out_are_pale(page, study):
    picture = picture_of(get(page, study, ending="svg", q="trial < 2"))

    assert len(classes(picture, "is-pale")) == 6
    assert "Filter: trial < 2" in [text.text for text in picture.iter(f"{SVG}text")]


def test_the_picture_of_epochs_has_a_line_per_selected_trial(page, study):
    assert len(list(picture_of(get(page, study, "epochs", "svg")).iter(f"{SVG}polyline"))) == 7
    assert len(list(picture_of(get(page, study, "epochs", "svg", q="trial < 2")).iter(f"{SVG}polyline"))) == 2


@pytest.mark.parametrize("state", ["draft", "all failed", "one value", "same values"])
def test_a_study_with_little_in_it_has_its_pictures(state, user, page):
    study = running_study(owner=user)
    if state == "all failed":
        add_trials(study, 3, state="failed")
    elif state != "draft":
        add_trials(study, 1 if state == "one value" else 4, value=lambda _: 0.5)
    for chart in ("best", "epochs"):
        assert picture_of(get(page, study, chart, "svg")).tag == f"{SVG}svg"
        assert get(page, study, chart).status_code == 200


def test_a_hostile_name_stays_a_text(user, page):
    study = running_study(owner=user, name="<script>alert(1)</script>")
    add_trials(study, 2)
    picture = picture_of(get(page, study, ending="svg"))
    assert not list(picture.iter(f"{SVG}script"))
    assert "<script>" in picture.find(f"{SVG}title").text


@pytest.mark.parametrize(
    ("chart", "ending", "query", "status"),
    [
        ("nothing", "csv", {}, 404),
        ("best", "png", {}, 404),
        ("best", "csv", {"q": "trial < x"}, 422),
        ("best", "svg", {"q": "trial < x"}, 422),
        ("best", "svg", {"axis": "moon"}, 422),
    ],
)
def test_what_there_is_not_is_refused(chart, ending, query, status, page, study):
    assert get(page, study, chart, ending, **query).status_code == status


def test_a_download_is_a_line_of_the_audit_log(page, study):
    rows_of(get(page, study))
    entry = AuditEntry.objects.get(action="study-export-chart")
    assert (entry.who, entry.study_id, entry.is_refused) == ("ada", study.pk, False)


@pytest.fixture
def trial(study):
    return study.trials.get(number=1)


def get_trial(page, trial, ending, **query):
    return page.get(reverse("trial-export-chart", args=[trial.study_id, trial.number, ending]), query)


def test_data_of_a_trial_has_every_metric_of_every_epoch(page, trial):
    rows = rows_of(get_trial(page, trial, "csv"))
    assert list(rows[0]) == ["epoch", "loss", "val_loss", "seconds"]
    assert [(row["epoch"], float(row["val_loss"])) for row in rows] == [("1", 1.0), ("2", 0.5), ("3", 1 / 3)]
    assert AuditEntry.objects.get(action="trial-export-chart").who == "ada"


def test_the_picture_of_a_trial_has_its_lines(page, trial):
    picture = picture_of(get_trial(page, trial, "svg", metric="loss"))
    assert len(classes(picture, "is-best")) == len(classes(picture, "is-dashed")) == 1
    assert "Trial #1" in picture.find(f"{SVG}title").text


def test_a_trial_without_epochs_has_no_picture(page, study):
    trial = study.trials.get(state="failed")
    assert get_trial(page, trial, "svg").status_code == 422
    assert rows_of(get_trial(page, trial, "csv")) == []


def test_a_value_that_is_not_known_is_an_empty_cell(page, trial):
    Report.objects.filter(attempt__trial=trial, step=2).update(metrics={"loss": 0.5, "val_loss": None})
    assert rows_of(get_trial(page, trial, "csv"))[1]["val_loss"] == ""
    assert picture_of(get_trial(page, trial, "svg")).tag == f"{SVG}svg"
