"""One knob of the search space: right settings come through, wrong ones are named beside their field."""

import math

import pytest

from dashboard.new_study.knob_form import KnobForm, initial_of
from optimizer.distributions import distribution_from_json
from tests.dashboard.posted import query_dict
from trainers.base import Knob
from trainers.presets import presets
from trainers.registry import trainer_info
from trainers.space import KnobSetting, default_setting

MLP = trainer_info("mlp")
# One of each kind; "share" has hard limits at both ends.
KINDS = {
    "units": Knob(
        name="units",
        label="Units",
        kind="int",
        default=128,
        minimum=1,
        maximum=1024,
        help="",
        group="Layer",
        distribution={"type": "int", "low": 32, "high": 512, "step": 32},
    ),
    "share": Knob(
        name="share",
        label="Share",
        kind="float",
        default=0.5,
        minimum=0,
        maximum=1,
        help="",
        group="Layer",
        distribution={"type": "float", "low": 0.0, "high": 0.6},
    ),
    "rate": Knob(
        name="rate",
        label="Rate",
        kind="float",
        default=0.01,
        help="",
        group="Layer",
        distribution={"type": "float", "low": 1e-4, "high": 0.1, "log": True},
    ),
    "act": Knob(
        name="act",
        label="Activation",
        kind="categorical",
        default="relu",
        choices=("relu", "tanh", "gelu"),
        help="",
        group="Layer",
        distribution={"type": "categorical", "choices": ["relu", "tanh"]},
    ),
    "size": Knob(
        name="size",
        label="Size",
        kind="categorical",
        default=32,
        choices=(16, 32, 64),
        help="",
        group="Layer",
        distribution={"type": "categorical", "choices": [16, 32]},
    ),
    "norm": Knob(
        name="norm",
        label="Norm",
        kind="boolean",
        default=False,
        help="",
        group="Layer",
        distribution={"type": "boolean"},
    ),
}


def form_of(name, **fields):
    knob = KINDS[name]
    return KnobForm(knob, data=query_dict({f"knob-{name}-{key}": value for key, value in fields.items()}))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("units", "64", 64),
        ("share", "0", 0.0),
        ("share", "1", 1.0),
        ("share", "2.5e-1", 0.25),
        ("act", "gelu", "gelu"),
        ("size", "64", 64),
        ("norm", "False", False),
        ("norm", "True", True),
    ],
)
def test_fixed_value_comes_back_in_its_own_type(name, text, value):
    form = form_of(name, mode="fixed", value=text)

    assert form.is_valid(), form.errors
    assert form.setting == KnobSetting.fixed(value)
    assert type(form.setting.value) is type(value)


@pytest.mark.parametrize(
    ("name", "fields", "distribution"),
    [
        (
            "units",
            {"scale": "uniform", "low": "8", "high": "24", "step": "8"},
            {"type": "int", "low": 8, "high": 24, "step": 8},
        ),
        ("units", {"scale": "uniform", "low": "8", "high": "9"}, {"type": "int", "low": 8, "high": 9}),
        (
            "units",
            {"scale": "log-uniform", "low": "1", "high": "1024"},
            {"type": "int", "low": 1, "high": 1024, "log": True},
        ),
        (
            "share",
            {"scale": "uniform", "low": "0", "high": "1", "step": "0.25"},
            {"type": "float", "low": 0.0, "high": 1.0, "step": 0.25},
        ),
        (
            "rate",
            {"scale": "log-uniform", "low": "1e-5", "high": "1"},
            {"type": "float", "low": 1e-5, "high": 1.0, "log": True},
        ),
        (
            "share",
            {"scale": "normal", "median": "0.5", "spread": "0.2", "low": "0", "high": "1"},
            {"type": "normal", "mu": 0.5, "sigma": 0.2, "low": 0.0, "high": 1.0},
        ),
        ("act", {"choices": ["relu", "gelu"]}, {"type": "categorical", "choices": ["relu", "gelu"]}),
        ("size", {"choices": ["16", "64"]}, {"type": "categorical", "choices": [16, 64]}),
        ("norm", {"choices": ["False", "True"]}, {"type": "boolean"}),
    ],
)
def test_searched_knob_becomes_its_distribution(name, fields, distribution):
    form = form_of(name, mode="search", **fields)

    assert form.is_valid(), form.errors
    assert form.setting == KnobSetting.search(distribution)


def test_log_normal_speaks_of_medians_and_decades():
    form = form_of("rate", mode="search", scale="log-normal", median="0.01", spread="1", low="1e-5", high="1")

    assert form.is_valid(), form.errors
    found = form.setting.distribution
    assert found["log"] is True
    assert math.exp(found["mu"]) == pytest.approx(0.01)
    assert found["sigma"] == pytest.approx(math.log(10))


@pytest.mark.parametrize(
    ("name", "fields", "where", "words"),
    [
        ("units", {"scale": "uniform", "low": "64", "high": "32"}, ("low", "high"), "64"),
        ("units", {"scale": "uniform", "low": "32", "high": "32"}, ("low", "high"), "32"),
        ("rate", {"scale": "log-uniform", "low": "0", "high": "1"}, ("low",), "must be greater than 0"),
        ("rate", {"scale": "log-uniform", "low": "-1", "high": "1"}, ("low",), "must be greater than 0"),
        ("units", {"scale": "uniform", "low": "8", "high": "16", "step": "100"}, ("step",), "100"),
        ("units", {"scale": "uniform", "low": "8", "high": "16", "step": "0"}, ("step",), "0"),
        ("units", {"scale": "uniform", "low": "8", "high": "16", "step": "-4"}, ("step",), "-4"),
        ("units", {"scale": "uniform", "low": "0", "high": "16"}, ("low",), "at least 1"),
        ("units", {"scale": "uniform", "low": "8", "high": "2048"}, ("high",), "at most 1,024"),
        ("share", {"scale": "uniform", "low": "-0.1", "high": "1"}, ("low",), "at least 0"),
        ("share", {"scale": "uniform", "low": "0", "high": "1.5"}, ("high",), "at most 1"),
        ("units", {"scale": "uniform", "high": "16"}, ("low",), "is missing"),
        ("units", {"scale": "uniform", "low": "8"}, ("high",), "is missing"),
        ("units", {"scale": "uniform", "low": "few", "high": "16"}, ("low",), "whole number"),
        ("units", {"scale": "uniform", "low": "8.5", "high": "16"}, ("low",), "whole number"),
        ("rate", {"scale": "uniform", "low": "nan", "high": "1"}, ("low",), "number"),
        ("rate", {"scale": "uniform", "low": "0", "high": "inf"}, ("high",), "number"),
        ("units", {"scale": "normal", "low": "8", "high": "16"}, ("scale",), "not one of"),
        (
            "rate",
            {"scale": "log-normal", "median": "0", "spread": "1", "low": "1e-4", "high": "1"},
            ("median",),
            "must be greater than 0 on a log scale",
        ),
        (
            "rate",
            {"scale": "normal", "median": "0.1", "spread": "0", "low": "0", "high": "1"},
            ("spread",),
            "must be greater than 0",
        ),
        ("rate", {"scale": "normal", "median": "0.1", "low": "0", "high": "1"}, ("spread",), "is missing"),
        ("act", {"choices": []}, ("choices",), "Select at least two"),
        ("act", {"choices": ["relu"]}, ("choices",), "only relu"),
        ("act", {"choices": ["relu", "spin"]}, ("choices",), "spin"),
        ("norm", {"choices": ["True"]}, ("choices",), "Select another one"),
    ],
)
def test_wrong_search_is_named_beside_its_field(name, fields, where, words):
    form = form_of(name, mode="search", **fields)

    assert not form.is_valid()
    assert len(form.errors) == 1
    field, errors = next(iter(form.errors.items()))
    assert field in where
    assert words in errors[0]
    assert errors[0].endswith(".")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("units", "0", "at least 1"),
        ("units", "2000", "at most 1,024"),
        ("units", "1.5", "whole number"),
        ("units", "many", "whole number"),
        ("share", "1.01", "at most 1"),
        ("share", "nan", "number"),
        ("share", "", "is missing"),
        ("act", "spin", "spin"),
        ("act", "", "is missing"),
        ("norm", "perhaps", "perhaps"),
    ],
)
def test_wrong_value_is_named_beside_its_field(name, text, words):
    form = form_of(name, mode="fixed", value=text)

    assert not form.is_valid()
    assert list(form.errors) == ["value"]
    assert words in form.errors["value"][0]
    assert form.errors["value"][0].endswith(".")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("units", {"mode": "fixed", "value": "64", "low": "x", "high": "-", "step": "0", "scale": "odd"}),
        ("units", {"mode": "search", "scale": "uniform", "low": "1", "high": "9", "value": "x"}),
        (
            "rate",
            {"mode": "search", "scale": "log-uniform", "low": "0.1", "high": "1", "step": "x", "median": "x"},
        ),
        ("act", {"mode": "fixed", "value": "relu", "choices": ["spin"]}),
        ("act", {"mode": "search", "choices": ["relu", "tanh"], "value": "spin"}),
    ],
)
def test_hidden_field_does_not_stop_anybody(name, fields):
    form = form_of(name, **fields)

    assert form.is_valid(), form.errors


@pytest.mark.parametrize("mode", ["", "maybe"])
def test_knob_is_fixed_or_searched_and_nothing_else(mode):
    form = form_of("units", mode=mode, value="64")

    assert list(form.errors) == ["mode"]


SETTINGS = [(knob, None) for knob in MLP.knobs] + [
    (MLP.knob(name), setting) for preset in presets() for name, setting in preset.knobs.items()
]
SETTINGS += [
    (
        KINDS["rate"],
        KnobSetting.search(
            {"type": "normal", "mu": -5.0, "sigma": 2.0, "log": True, "low": 1e-6, "high": 1.0}
        ),
    ),
    (
        KINDS["share"],
        KnobSetting.search({"type": "normal", "mu": 0.5, "sigma": 0.1, "low": 0.0, "high": 1.0}),
    ),
    (KINDS["norm"], KnobSetting.fixed(value=True)),
    (KINDS["size"], KnobSetting.search({"type": "categorical", "choices": [16, 64]})),
]


@pytest.mark.parametrize(
    ("knob", "setting"), SETTINGS, ids=lambda v: getattr(v, "name", getattr(v, "mode", ""))
)
def test_setting_shown_and_posted_unchanged_is_the_same_setting(knob, setting):
    initial = KnobForm(knob, setting).initial
    data = {f"knob-{knob.name}-{k}": v if isinstance(v, list) else str(v) for k, v in initial.items()}
    form = KnobForm(knob, data=query_dict(data))

    assert form.is_valid(), form.errors
    expected = setting or default_setting(knob)
    assert form.setting.mode == expected.mode
    if expected.mode == "fixed":
        assert form.setting.value == expected.value
    else:
        assert nearly(form.setting.distribution) == nearly(expected.distribution)


def nearly(distribution):
    """A spread goes through decades and back: compare to nine digits."""
    return {k: float(f"{v:.9g}") if type(v) is float else v for k, v in distribution.items()}


def test_a_tiny_bound_opens_as_pages_write_it():
    setting = KnobSetting.search({"type": "float", "low": 1e-07, "high": 1e-05, "log": True})
    initial = initial_of(KINDS["rate"], setting)
    assert (initial["low"], initial["high"]) == ("1e-7", "1e-5")


@pytest.mark.parametrize("name", list(KINDS))
def test_knob_whose_editor_nobody_opened_is_searched_as_its_trainer_says(name):
    form = form_of(name, mode="search", value="")

    assert form.is_valid(), form.errors
    assert (form.setting.mode, form.has_editor) == ("search", False)
    assert form.setting.distribution == distribution_from_json(KINDS[name].distribution).to_json()


def test_editor_in_which_nothing_is_ticked_is_not_taken_for_one_that_nobody_opened():
    form = form_of("act", mode="search", editor="1")

    assert not form.is_valid()
    assert list(form.errors) == ["choices"]


@pytest.mark.parametrize(
    ("setting", "has_editor"), [(None, False), (KnobSetting.search({"type": "boolean"}), True)]
)
def test_form_that_opens_has_an_editor_for_what_is_searched(setting, has_editor):
    assert KnobForm(KINDS["norm"], setting).has_editor is has_editor
