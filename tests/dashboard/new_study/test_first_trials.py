"""The trials that a study begins with: defaults, the best of an earlier study, params of one's own."""

import json

import pytest
from django.urls import reverse

from dashboard.engine.lifecycle import FirstTrial, set_first_trials, start_study
from dashboard.models import Study
from dashboard.refusal import Refused
from tests.builders import add_trials
from tests.dashboard.posted import shown_fields
from trainers.registry import trainer_info

NEW = reverse("study-new")
URL = f"{NEW}?trainer=mlp"
MLP = trainer_info("mlp")
ALL_SEARCHED = {"learning_rate", "units_1", "dropout_1", "n_layers", "batch_size"}


@pytest.fixture
def fields(page):
    return shown_fields(page.get(URL)) | {"action": "draft", "max_trials": "9"}


def made(page, fields, address=URL):
    answer = page.post(address, fields)
    assert answer.status_code == 302, answer.context["forms"].wrong_fields
    return Study.objects.latest("pk")


def params_of(study):
    return list(study.trials.order_by("number").values_list("params", flat=True))


def test_study_begins_with_nothing_unless_somebody_says_so(page, fields):
    assert params_of(made(page, fields)) == []


def test_defaults_come_first(page, fields):
    study = made(page, fields | {"first-defaults": "on", "action": "start"})
    (trial,) = study.trials.all()

    assert (study.state, trial.number, trial.state, trial.origin) == ("running", 0, "waiting", "enqueued")
    assert trial.params["learning_rate"] == MLP.knob("learning_rate").default
    assert trial.params["units_2"] == MLP.knob("units_2").default
    assert "defaults" in trial.explanation["text"]


@pytest.mark.parametrize(
    "text",
    [
        '{"learning_rate": 0.002, "units_1": 64}\n{"n_layers": 3}',
        "{'learning_rate': 2e-3, 'units_1': 64.0}\r\n\r\n{'n_layers': 3},",
        '[{"learning_rate": 0.002, "units_1": 64},\n {"n_layers": 3}]',
        "[{'learning_rate': 0.002,\n 'units_1': 64, 'momentum': 0.5}, {'n_layers': 3}]",
    ],
)
def test_params_of_ones_own_are_json_or_dicts(page, fields, text):
    first, second = params_of(made(page, fields | {"first-own": text}))

    assert (first["learning_rate"], first["units_1"], first["n_layers"]) == (0.002, 64, 2)
    assert second["n_layers"] == 3
    assert {"units_3", "dropout_3"} <= second.keys()
    assert "momentum" not in first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"learning_rate": 0.01}\n{"learning_rate": 7}', "Line 2: learning_rate must be a value of"),
        ('{"learning_rat": 0.01}', "Did you mean learning_rate?"),
        ('{"learning_rate": "fast"}', "learning_rate must be a value of"),
        ('{"learning_rate": true}', "learning_rate must be a value of"),
        ('{"learning_rate": [1]}', "learning_rate must be a value of"),
        ('{"label_smoothing": 0.3}', "label_smoothing is fixed at 0"),
        ('{"learning_rate": __import__("os")}', "nothing in it is computed"),
        ('{"learning_rate": 0.01', "was never closed"),
        ('{"units_1": 32, "units_1": 64}', "units_1: is there twice"),
        ("7", "Write params as"),
        ("[[1]]", "Write params as"),
        ("[" * 9_999, ""),
        ("{}" * 10_001, "at most 20,000 characters"),
        (json.dumps([{"units_1": 32}] * 101), "at most 100 trials"),
        ("\n".join(f'{{"learning_rate": 0.00{n}}}' for n in range(11, 21)), "Raise Trials"),
    ],
)
def test_params_that_do_not_fit_are_refused_beside_the_box(page, fields, text, words):
    answer = page.post(URL, fields | {"first-own": text})
    html = answer.content.decode()

    assert answer.status_code == 422
    assert words in "".join(answer.context["forms"].first.errors["own"])
    assert shown_fields(answer)["first-own"] == text
    assert html[html.index('id="first-trials"') :].partition(">")[0].endswith(" open")
    assert html.count("autofocus") == 1
    assert not Study.objects.exists()


def test_same_params_are_trained_once(page, fields):
    study = made(page, fields | {"first-defaults": "on", "first-own": '{"units_1": 64}\n{"units_1": 64}\n{}'})

    assert [params["units_1"] for params in params_of(study)] == [128, 64]


@pytest.fixture
def earlier(page, fields):
    """A study with three complete trials, the best last."""
    study = made(page, fields | {"name": "earlier", "first-own": "{}"})
    (params,) = params_of(study)
    study.trials.all().delete()
    for rate in (0.05, 0.004, 0.0002):
        add_trials(study, value=lambda n: 1 - n / 10, params={**params, "learning_rate": rate})
    return study


def test_best_of_an_earlier_study_come_first_in_order(page, earlier):
    address = f"{NEW}?from={earlier.pk}&first=2"
    fields = shown_fields(page.get(address))
    study = made(page, fields | {"action": "draft"}, address)

    assert fields["first-best"] == "2"
    assert [params["learning_rate"] for params in params_of(study)] == [0.0002, 0.004]
    assert "trial #2 of earlier" in study.trials.get(number=0).explanation["text"]


def test_only_those_that_fit_another_space_come_first(page, earlier):
    address = f"{NEW}?from={earlier.pk}&first=5"
    fields = shown_fields(page.get(address)) | {"action": "draft", "knob-learning_rate-low": "0.001"}
    study = made(page, fields, address)

    assert [params["learning_rate"] for params in params_of(study)] == [0.004, 0.05]


def test_space_that_none_fits_is_named(page, earlier):
    address = f"{NEW}?from={earlier.pk}&first=5"
    fields = shown_fields(page.get(address)) | {"action": "draft", "knob-learning_rate-low": "0.09"}
    answer = page.post(address, fields)

    assert answer.status_code == 422
    assert "No trial of earlier fits" in "".join(answer.context["forms"].first.errors["best"])


def test_same_study_opens_with_random_search(page, earlier):
    fields = shown_fields(page.get(f"{NEW}?from={earlier.pk}&sampler=random"))

    assert (fields["sampler"], fields["name"]) == ("random", "earlier (random search)")
    assert fields["first-best"] == ""


@pytest.mark.parametrize("query", ["sampler=magic", "first=x", "first=-1", f"first={10**30}", "first=²"])
def test_odd_wishes_for_a_copy_are_left_aside(page, earlier, query):
    fields = shown_fields(page.get(f"{NEW}?from={earlier.pk}&{query}"))

    assert (fields["name"], fields["sampler"], fields["first-best"]) == ("earlier (copy)", "auto", "")


def test_study_page_offers_both(page, earlier):
    html = page.get(earlier.get_absolute_url()).content.decode()

    assert f"{NEW}?from={earlier.pk}&amp;first=5" in html
    assert f"{NEW}?from={earlier.pk}&amp;sampler=random" in html


def test_draft_keeps_its_first_trials_when_it_is_edited(page, fields):
    draft = made(page, fields | {"first-own": '{"units_1": 64}'})
    address = reverse("study-edit", args=[draft.pk])
    shown = shown_fields(page.get(address))

    assert set(json.loads(shown["first-own"])) >= ALL_SEARCHED
    page.post(address, shown | {"action": "draft", "name": "bolder"})
    assert [params["units_1"] for params in params_of(draft)] == [64]
    page.post(address, shown | {"action": "start", "first-own": ""})
    assert params_of(draft) == []


def test_study_that_has_started_keeps_its_trials(page, fields):
    study = made(page, fields | {"first-own": '{"units_1": 64}'})
    start_study(study_id=study.pk, by="ada")

    with pytest.raises(Refused):
        set_first_trials(study_id=study.pk, points=[FirstTrial({})], by="ada")
    assert len(params_of(study)) == 1
