"""A search space from elsewhere: read without running it, or refused with a line and what to do."""

import json
import math

import pytest
from django.urls import reverse

from dashboard.models import Study
from dashboard.new_study.pasted.errors import TextError
from dashboard.new_study.pasted.space import read_space
from tests.dashboard.posted import shown_fields
from trainers.registry import trainer_info
from trainers.space import KnobSetting

MLP = trainer_info("mlp")
URL = reverse("study-new") + "?trainer=mlp"

HYPEROPT = """
from hyperopt import hp
import numpy as np

most = 2 ** 9
space = {
    "rate": hp.loguniform("learning_rate", np.log(1e-4), np.log(0.1)),
    "units": scope.int(hp.quniform("units_1", 32, most, 32)),
    "activation": hp.choice("activation_1", ["relu", "tanh"]),
    "norm": hp.choice("batch_norm_1", [True, False]),
    "more": hp.choice("units_2", [64, 128, 192]),
    "epsilon": 1e-7,
}
"""
SEARCHED = {
    "learning_rate": {"type": "float", "low": 1e-4, "high": 0.1, "log": True},
    "units_1": {"type": "int", "low": 32, "high": 512, "step": 32},
    "activation_1": {"type": "categorical", "choices": ["relu", "tanh"]},
    "batch_norm_1": {"type": "boolean"},
    "units_2": {"type": "int", "low": 64, "high": 192, "step": 64},
}
OPTUNA = {
    "learning_rate": {
        "name": "FloatDistribution",
        "attributes": {"step": None, "low": 1e-4, "high": 0.1, "log": True},
    },
    "units_1": json.dumps(
        {"name": "IntDistribution", "attributes": {"log": False, "step": 32, "low": 32, "high": 512}}
    ),
    "activation_1": {"name": "CategoricalDistribution", "attributes": {"choices": ["relu", "tanh"]}},
    "batch_norm_1": {"name": "CategoricalDistribution", "attributes": {"choices": [False, True]}},
    "units_2": {
        "name": "IntDistribution",
        "attributes": {"log": False, "step": 64, "low": 64, "high": 192},
    },
}
PARZEN = {"version": 1, "params": [{"name": name, **obj} for name, obj in SEARCHED.items()]}


def searched(text):
    return {name: one.distribution for name, one in read_space(MLP, text).items() if one.distribution}


@pytest.mark.parametrize(
    "text",
    [HYPEROPT, *map(json.dumps, (PARZEN, PARZEN["params"], {"space": PARZEN}, SEARCHED, OPTUNA))],
    ids=["hp", "space", "params", "study", "distributions", "optuna"],
)
def test_space_is_read_from_each_notation(text):
    assert searched(text) == SEARCHED


def test_what_the_text_does_not_name_is_fixed_at_its_default():
    read = read_space(MLP, 'hp.uniform("dropout_1", 0, 0.5)\n')

    assert read["learning_rate"] == KnobSetting.fixed(MLP.knob("learning_rate").default)
    assert len(read) == len(MLP.knobs)


def test_value_alone_fixes_its_parameter():
    assert read_space(MLP, '{"dropout_1": {"type": "float", "low": 0, "high": 0.3}, "units_1": 96}')[
        "units_1"
    ] == KnobSetting.fixed(96)


def test_normal_with_bounds_is_read():
    (found,) = searched('hp.lognormal("learning_rate", -7, 1, low=1e-6, high=1)').values()

    assert (found["type"], found["log"], found["low"], found["high"]) == ("normal", True, 1e-6, 1)
    assert math.isclose(found["mu"], -7)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('a = 1\n{"r": hp.loguniform("learning_rat", -9, -2)}', 2, "Did you mean learning_rate?"),
        ('\n\nhp.uniform("gravity", 0, 9)', 3, "no parameter gravity"),
        ('hp.loguniform("learning_rate", 1e-5, 0.1)', 1, "logarithms"),
        ('hp.uniform("dropout_1", 0, 9)', 1, "at most 1"),
        ('hp.uniform("dropout_1", 0.5, 0.1)', 1, "greater than low"),
        ('hp.uniform("dropout_1")', 1, "does not take"),
        ('hp.uniform("dropout_1", 0, 0.5', 1, "not valid Python"),
        ('hp.uniform("dropout_1", 0, top)', 1, "top has no value"),
        ('hp.uniform("dropout_1", 9**9**9, 2)', 1, "cannot be calculated"),
        ('hp.uniform("dropout_1", 0, 1/0)', 1, "cannot be calculated"),
        ('hp.choice("units_1", [1, 7, 9])', 1, "low, high and step"),
        ('hp.choice("units_1", range(10**9))', 1, "at most 1,000"),
        ('hp.pchoice("activation_1", [(1, "relu"), (3, "tanh")])', 1, "weights"),
        ('hp.qloguniform("learning_rate", -7, -2, 0.01)', 1, "step"),
        ('hp.lognormal("learning_rate", -7, 1)', 1, "Add low and high"),
        ('\ndef f(): pass\nhp.uniform("dropout_1", 0, 1)', 2, "not run"),
        ('hp.uniform("dropout_1", 0, __import__("os").getpid())', 1, "not run"),
        ('x = [n for n in (1, 2)]\nhp.uniform("dropout_1", 0, 1)', 1, "not run"),
        ('{"units_1":\n oops}', 2, "valid JSON"),
        ('{\n"units_1": {"type": "int", "low": 9, "high": 1}}', 2, "greater than low"),
        ('{\n\n"dropout_1": {"type": "float", "low": 0, "high": 7}}', 3, "at most 1"),
        ("[1, 2]", None, "must be an object"),
        ('"text"', None, "a search space"),
        ("", None, "Paste a search space"),
        ("hp = 1", None, "no hp.*"),
        ('{"units_1": 64}', None, "Nothing is searched"),
        ("(" * 3_000 + "hp", None, ""),
        ("[" * 99_000, None, ""),
        ("x" * 100_001, None, "at most 100,000 characters"),
    ],
)
def test_text_that_cannot_be_read_is_refused_with_its_line(text, line, words):
    with pytest.raises(TextError) as error:
        read_space(MLP, text)

    assert words.lower() in str(error.value).lower()
    if line is not None:
        assert str(error.value).startswith(f"Line {line}: ")


def test_pasted_space_fills_the_form_and_keeps_the_rest(page):
    fields = shown_fields(page.get(URL)) | {"name": "typed", "pasted": HYPEROPT, "read": "1"}
    answer = page.post(URL, fields)
    again = shown_fields(answer)

    assert answer.status_code == 200
    assert not Study.objects.exists()
    assert (again["name"], again["pasted"]) == ("typed", "")
    assert page.post(URL, again | {"action": "draft"}).status_code == 302
    space = Study.objects.get().space["params"]
    found = {obj["name"]: obj for obj in space if obj["type"] != "constant"}
    assert {"learning_rate", "units_1", "activation_1", "batch_norm_1"} <= found.keys()
    assert "dropout_1" not in found
    assert found["units_1"]["high"] == 512


def test_error_stands_below_the_box_which_keeps_the_text_and_has_the_focus(page):
    fields = shown_fields(page.get(URL)) | {"name": "typed", "pasted": "hp.uniform(", "read": "1"}
    answer = page.post(URL, fields)
    html, again = answer.content.decode(), shown_fields(answer)

    assert answer.status_code == 422
    assert "Line 1: " in html[html.index('id="pasted-errors"') :]
    assert (again["name"], again["pasted"]) == ("typed", "hp.uniform(")
    assert html.count("autofocus") == 1
    assert html[html.index('id="paste"') :].partition(">")[0].endswith(" open")


def test_ten_samples_are_drawn_from_the_form_as_it_stands(page):
    fields = shown_fields(page.get(URL))
    fields |= {"knob-learning_rate-low": "0.05", "knob-learning_rate-high": "0.06"}
    for address, asked in ((reverse("study-samples", args=["mlp"]), {}), (URL, {"draw": "1"})):
        html = page.post(address, fields | asked).content.decode()
        rows = html[html.index("<tbody>") : html.index("</tbody>")].split("<tr>")[1:]
        rates = [float(row.split("<td>")[1].partition("<")[0]) for row in rows]
        assert len(rates) == 10
        assert min(rates) >= 0.05
        assert max(rates) <= 0.06
    assert not Study.objects.exists()


def test_samples_wait_for_a_space_that_is_right(page):
    fields = shown_fields(page.get(URL)) | {"knob-learning_rate-low": "fast"}

    html = page.post(reverse("study-samples", args=["mlp"]), fields).content.decode()
    assert "<table" not in html
