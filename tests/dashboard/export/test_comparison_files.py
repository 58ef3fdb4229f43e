"""The chart of a comparison as a file: of the studies that somebody sees, each in the audit log."""

import csv
import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from django.urls import reverse

from dashboard.charts.race import MAX_POINTS, Racer, Run, race_chart
from dashboard.models import AuditEntry
from tests.builders import add_trials, make_user, running_study

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def two(user):
    first = running_study(name="=first", sampler="tpe")
    add_trials(first, 3, value=lambda number: [0.5, 0.2, 0.3][number], step=4)
    add_trials(first, 1, state="failed")
    second = running_study(name="second", sampler="random")
    add_trials(second, 2, value=lambda number: 0.4, step=4)
    return first, second


def get(page, studies, ending, **query):
    keys = {"study": [study.pk for study in studies], **query}
    return page.get(reverse("studies-compare-chart", args=[ending]), keys)


def test_the_table_has_every_ended_trial_of_each(page, two):
    rows = list(csv.DictReader(io.StringIO(get(page, two, "csv").getvalue().decode(), newline="")))
    assert [(row["name"], row["trial"], row["best_so_far"], row["ended_trials"]) for row in rows] == [
        ("'=first", "0", "0.5", "1"),
        ("'=first", "1", "0.2", "2"),
        ("'=first", "2", "0.2", "3"),
        ("'=first", "3", "0.2", "4"),
        ("second", "0", "0.4", "1"),
        ("second", "1", "0.4", "2"),
    ]
    assert rows[3]["value"] == ""
    assert rows[2]["epochs_so_far"] == "12"


def test_the_picture_has_a_line_for_each_and_the_axis_that_is_shown(page, two):
    picture = ET.fromstring(get(page, two, "svg", axis="epochs").getvalue())
    assert len(picture.findall(f".//{SVG}polyline")) == 2
    assert "epochs, all trials combined" in ["".join(t.itertext()) for t in picture.iter(f"{SVG}text")]


def test_repeats_have_a_band_or_a_line_each(page, user):
    studies = []
    for seed in range(3):
        study = running_study(name=f"tpe {seed}", seed=seed)
        add_trials(study, 3, value=lambda number, seed=seed: 1 / (number + 1 + seed))
        studies.append(study)
    picture = ET.fromstring(get(page, studies, "svg").getvalue())
    assert [len(picture.findall(f".//{SVG}{tag}")) for tag in ("polyline", "polygon")] == [1, 1]
    picture = ET.fromstring(get(page, studies, "svg", repeats="each").getvalue())
    assert [len(picture.findall(f".//{SVG}{tag}")) for tag in ("polyline", "polygon")] == [3, 0]


def test_each_study_has_a_line_in_the_audit_log(page, two):
    get(page, two, "csv").getvalue()
    taken = AuditEntry.objects.filter(action="study-export-comparison")
    assert set(taken.values_list("study_id", flat=True)) == {study.pk for study in two}


def test_unseen_studies_are_left_out(page, two):
    two[1].owner = make_user("bob")
    two[1].save()
    assert ",second," not in get(page, two, "csv").getvalue().decode()
    assert get(page, two[1:], "csv").status_code == 302


def test_other_goals_have_no_picture(page, two):
    two[1].objective = "val_accuracy"
    two[1].save()
    assert get(page, two, "svg").status_code == 422


def test_a_line_that_turns_at_every_trial_is_thinned_and_keeps_its_ends():
    n = 10_000
    at = np.arange(1, n + 1)
    run = Run("a", 1.0 / at, dict.fromkeys(("trials", "epochs", "wall", "training"), at))
    chart = race_chart(
        [Racer("a", 1, [run])], metric="loss", direction="minimize", is_percent=False, label=""
    )
    points = chart["racers"][0]["points"]["trials"]
    assert len(points) <= MAX_POINTS
    assert points[0] == [1, 1]
    assert points[-1] == [n, 1 / n]
