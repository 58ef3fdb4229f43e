"""The pictures of the explore view as files."""

import csv
import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from django.conf import settings
from django.urls import reverse

from dashboard.charts.panels.static import COLORS
from dashboard.export.pictures import NAMES
from dashboard.models import AuditEntry
from optimizer import SearchSpace
from tests.builders import SPACE, add_trials, running_study

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = ("path", "rect", "circle")


@pytest.fixture
def study(user):
    study = running_study(owner=user, name="Digits", max_trials=100)
    space, rng = SearchSpace.from_json(SPACE), np.random.default_rng(0)
    for _ in range(40):
        params = space.sample(rng)
        value = params["learning_rate"] + 0.1
        add_trials(study, params=params, value=lambda _, v=value: v, n_reports=3, step=3)
    return study


def get(page, study, name, ending, **query):
    return page.get(reverse("study-export-chart", args=[study.pk, name, ending]), query)


def table_of(answer):
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_a_well_formed_file_and_a_table(name, page, study):
    answer = get(page, study, name, "svg", q="learning_rate < 0.01")
    assert answer.status_code == 200
    picture = ET.fromstring(answer.getvalue())
    assert sum(len(list(picture.iter(SVG + kind))) for kind in DRAWN) > 3
    assert "Filter: learning_rate" in "".join(picture.itertext())

    rows = table_of(get(page, study, name, "csv"))
    assert len(rows) > 3
    assert {len(row) for row in rows} == {len(rows[0])}
    assert AuditEntry.objects.filter(action="study-export-chart").count() == 2


def test_lines_as_a_table_are_the_params_of_the_selected_trials(page, study):
    header, *rows = table_of(get(page, study, "parallel", "csv", q="trial < 3"))
    for row, trial in zip(rows, study.trials.order_by("number")[:3], strict=True):
        cells = dict(zip(header, row, strict=True))
        assert int(cells["trial"]) == trial.number
        assert float(cells["learning_rate"]) == trial.params["learning_rate"]
        assert float(cells["val_loss"]) == trial.value


@pytest.mark.parametrize("name", ["effects", "groups", "tenth", "distribution", "timeline"])
def test_a_picture_of_nothing_says_what_is_missing(name, page, user):
    answer = get(page, running_study(owner=user), name, "svg")
    assert answer.status_code == 422
    assert answer.content.decode().strip()


def test_files_have_the_colors_of_the_light_theme():
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    tokens = dict(re.findall(r"--([\w-]+): light-dark\((#\w+),", css))
    tokens["chart-best"] = tokens["accent-text"]
    assert {name: tokens[name] for name in COLORS} == COLORS
