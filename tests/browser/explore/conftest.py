"""A study worth exploring, and its second view in a browser."""

import math

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.models import TrialState
from optimizer import SearchSpace
from tests.browser import steps
from tests.builders import add_trials, running_study

SPACE = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-5, "high": 0.1, "log": True},
        {"name": "optimizer", "type": "categorical", "choices": ["adam", "adamw", "sgd"]},
        {
            "name": "decay",
            "type": "float",
            "low": 0.0,
            "high": 0.1,
            "when": {"parent": "optimizer", "in": ["adamw"]},
        },
        {"name": "layers", "type": "int", "low": 1, "high": 3},
    ],
}
N_COMPLETE, N_PRUNED, N_FAILED = 60, 20, 4


@pytest.fixture
def study(ada):
    """The value is best at a learning rate of 1e-3 and with adam."""
    study = running_study(owner=ada, space=SPACE, max_trials=200, name="Explored")
    space, rng = SearchSpace.from_json(SPACE), np.random.default_rng(1)
    kinds = (
        [TrialState.COMPLETE] * N_COMPLETE + [TrialState.PRUNED] * N_PRUNED + [TrialState.FAILED] * N_FAILED
    )
    for state in kinds:
        params = space.sample(rng)
        value = 0.1 + abs(math.log10(params["learning_rate"]) + 3) * (
            1 if params["optimizer"] == "adam" else 2
        )
        step_value = value if state == TrialState.PRUNED else None
        add_trials(
            study,
            params=params,
            value=lambda _, v=value: v,
            state=state,
            n_reports=3,
            step=3,
            step_value=step_value,
        )
    return study


@pytest.fixture
def explore(study, site, person):
    person.goto(f"{site}{study.get_absolute_url()}explore/")
    for name in ("scatter", "pair", "effects", "groups", "timeline", "tenth", "distribution"):
        expect(person.locator(f"#picture-{name} canvas").first).to_be_visible()
    steps.chart_points(person)
    steps.mark(person)
    return person
