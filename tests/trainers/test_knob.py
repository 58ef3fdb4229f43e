from typing import Any

import pytest

from trainers.base import Knob

RATE = Knob(
    name="rate",
    label="Rate",
    kind="float",
    default=0.1,
    help="",
    group="",
    minimum=0,
    maximum=1,
    minimum_exclusive=True,
)
UNITS = Knob(name="units", label="Units", kind="int", default=8, help="", group="", minimum=1)
ACTIVATION = Knob(
    name="activation",
    label="Activation",
    kind="categorical",
    default="relu",
    choices=("relu", "tanh"),
    help="",
    group="",
)
NORM = Knob(name="norm", label="Norm", kind="boolean", default=False, help="", group="")


@pytest.mark.parametrize(
    ("knob", "value"),
    [(RATE, 0.5), (RATE, 1), (UNITS, 1), (UNITS, 10_000), (UNITS, 8.0), (ACTIVATION, "tanh"), (NORM, True)],
)
def test_a_value_inside_the_limits_is_allowed(knob: Knob, value: Any):
    assert knob.check_value(value) is None


@pytest.mark.parametrize(
    ("knob", "value", "error"),
    [
        (RATE, 0, "rate must be above 0 and at most 1, not 0."),
        (RATE, 1.5, "rate must be above 0 and at most 1, not 1.5."),
        (RATE, float("nan"), "rate must be a finite number, not nan."),
        (RATE, float("inf"), "rate must be a finite number, not inf."),
        (RATE, "a", "rate must be a number, not 'a'."),
        (RATE, True, "rate must be a number, not True."),
        (RATE, None, "rate must be a number, not None."),
        (UNITS, 0, "units must be at least 1, not 0."),
        (UNITS, 1.5, "units must be a whole number, not 1.5."),
        (ACTIVATION, "sine", "activation must be one of relu, tanh, not 'sine'."),
        (NORM, 1, "norm must be true or false, not 1."),
    ],
)
def test_a_value_outside_the_limits_is_refused_in_a_sentence(knob: Knob, value: Any, error: str):
    assert knob.check_value(value) == error


@pytest.mark.parametrize(
    ("knob", "distribution"),
    [
        (RATE, {"type": "float", "low": 0.1, "high": 1}),
        (RATE, {"type": "normal", "mu": 0.5, "sigma": 1, "low": 0.1, "high": 1.0}),
        (RATE, {"type": "categorical", "choices": [0.1, 0.5]}),
        (RATE, {"type": "constant", "value": 0.5}),
        (UNITS, {"type": "int", "low": 1, "high": 64, "log": True}),
        (UNITS, {"type": "float", "low": 1, "high": 64, "step": 1.0}),
        (UNITS, {"type": "categorical", "choices": [16, 32], "ordered": True}),
        (ACTIVATION, {"type": "categorical", "choices": ["tanh"]}),
        (NORM, {"type": "boolean"}),
    ],
)
def test_a_distribution_inside_the_limits_is_allowed(knob: Knob, distribution: dict[str, Any]):
    assert knob.check_distribution(distribution) is None


@pytest.mark.parametrize(
    ("knob", "distribution", "error"),
    [
        (RATE, {"type": "float", "low": 0, "high": 1}, "low of rate must be above 0"),
        (RATE, {"type": "float", "low": 0.1, "high": 2}, "high of rate must be above 0 and at most 1, not 2"),
        (RATE, {"type": "float", "low": 0.1}, "its distribution needs 'high'"),
        (RATE, {"type": "normal", "mu": 0, "sigma": 1}, "its distribution needs 'low'"),
        (UNITS, {"type": "float", "low": 1.0, "high": 9.0}, "needs a distribution of whole numbers"),
        (UNITS, {"type": "normal", "mu": 9, "sigma": 1, "low": 1, "high": 9}, "of whole numbers"),
        (UNITS, {"type": "int", "low": 1.5, "high": 9}, "low of units must be a whole number"),
        (UNITS, {"type": "categorical", "choices": [1, 0]}, "units must be at least 1, not 0"),
        (UNITS, {"type": "categorical", "choices": []}, "needs at least one choice"),
        (
            ACTIVATION,
            {"type": "float", "low": 0, "high": 1},
            "cannot be searched with a distribution of type",
        ),
        (ACTIVATION, {"type": "constant", "value": "sine"}, "must be one of"),
        (NORM, {"type": "nonsense"}, "cannot be searched"),
        (NORM, [], "needs a distribution as an object"),
    ],
)
def test_a_distribution_that_could_leave_the_limits_is_refused(knob: Knob, distribution: Any, error: str):
    assert error in (knob.check_distribution(distribution) or "")
