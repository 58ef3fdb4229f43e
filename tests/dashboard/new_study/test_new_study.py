"""A new study by form: opened from defaults, presets or another study; created whole or not at all."""

import json
import re

import pytest
from django.urls import reverse

from dashboard.catalog import known_datasets
from dashboard.models import Study
from dashboard.new_study.page import find_knob, start_from_defaults, start_from_preset, start_from_study
from tests.builders import everything, make_study
from tests.dashboard.posted import keep_few_knobs, posted_fields, shown_fields
from trainers.presets import presets
from trainers.registry import trainer_infos

URL = reverse("study-new")


@pytest.fixture
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


@pytest.fixture
def post(page):
    def send(query="", **changes):
        return page.post(URL + query, posted_fields(**changes))

    return send


def test_form_as_it_opens_makes_a_running_study(post, user):
    response = post(name="first try", action="start", seed="11")

    study = Study.objects.get()
    assert (response.status_code, response.url) == (302, study.get_absolute_url())
    assert (study.name, study.state, study.owner, study.seed) == ("first try", "running", user, 11)
    assert (study.dataset, study.trainer, study.objective, study.direction) == (
        "digits",
        "mlp",
        "val_loss",
        "minimize",
    )
    assert "learning_rate" in study.search_space.searched


@pytest.mark.usefixtures("few_knobs")
def test_draft_is_saved_without_being_started(post):
    post(name="later", action="draft")

    assert Study.objects.get().state == "draft"


@pytest.mark.usefixtures("few_knobs")
def test_direction_follows_the_objective(post):
    post(objective="val_accuracy")

    assert Study.objects.get().direction == "maximize"


@pytest.mark.usefixtures("few_knobs")
def test_minutes_are_stored_as_seconds_and_nothing_means_no_limit(post):
    post(max_minutes="1.5", max_trial_minutes="")

    study = Study.objects.get()
    assert (study.max_seconds, study.max_trial_seconds) == (90, None)


def test_knobs_become_the_space(post):
    post(
        knob__batch_size__mode="fixed",
        knob__batch_size__value="64",
        knob__activation_1__mode="search",
        knob__activation_1__choices=["tanh", "gelu"],
        knob__units_1__low="8",
        knob__units_1__high="24",
        knob__units_1__step="8",
    )

    space = Study.objects.get().search_space
    assert list(space["batch_size"].distribution.values()) == [64]
    assert list(space["activation_1"].distribution.values()) == ["tanh", "gelu"]
    assert list(space["units_1"].distribution.values()) == [8, 16, 24]


@pytest.mark.usefixtures("few_knobs")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter a name."),
        ({"max_trials": "many"}, "Enter a whole number."),
        ({"max_minutes": "-3"}, "Must be at least 0.1 minutes."),
        ({"dataset": "mnist"}, "mnist.npz"),
        ({"dataset": "../etc/passwd"}, "not one of the available choices"),
        ({"objective": "loss"}, "not one of the available choices"),
        ({"seed": "-1"}, "Must be at least 0."),
        ({"knob__learning_rate__low": "1"}, "Minimum"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_written(post, changes, words):
    response = post(**changes)

    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert "The study was not saved" in html
    assert not Study.objects.exists()


@pytest.mark.usefixtures("few_knobs")
def test_what_was_typed_is_still_there_beside_the_error(post):
    html = post(name="my study", max_trials="none").content.decode()

    assert 'value="my study"' in html
    assert 'value="none"' in html


def test_study_with_nothing_to_search_is_refused(post, page):
    fields = posted_fields()
    fields |= {name: "fixed" for name in fields if name.endswith("-mode")}

    response = page.post(URL, fields)

    assert response.status_code == 422
    assert "Every parameter is fixed" in response.content.decode()
    assert not Study.objects.exists()


@pytest.mark.usefixtures("few_knobs")
def test_empty_post_is_refused_in_words(page):
    response = page.post(URL, {})

    assert response.status_code in {200, 422}
    assert not Study.objects.exists()


@pytest.mark.parametrize("preset", presets(), ids=lambda p: p.name)
def test_preset_fills_the_form_and_runs_as_it_is(page, preset):
    html = page.get(URL, {"preset": preset.name}).content.decode()
    assert preset.label in html

    page.post(f"{URL}?preset={preset.name}", posted_fields(start_from_preset(preset.name, known_datasets())))

    study = Study.objects.get()
    assert (study.max_trials, study.max_epochs) == (preset.max_trials, preset.max_epochs)
    searched = {name for name, setting in preset.knobs.items() if setting.mode == "search"}
    assert set(study.search_space.searched) >= searched - {"dropout_2"}


@pytest.mark.usefixtures("few_knobs")
def test_unknown_preset_says_so_and_opens_the_defaults(page):
    response = page.get(URL, {"preset": "magic"})

    assert response.status_code == 200
    assert "There is no preset named" in response.content.decode()


@pytest.mark.usefixtures("few_knobs")
def test_copy_opens_with_the_same_values(page, user):
    study = make_study(name="original", max_trials=33, max_seconds=600, sampler="random")

    html = page.get(URL, {"from": study.pk}).content.decode()

    assert "Copied from original" in html
    assert 'value="original (copy)"' in html
    assert 'value="33"' in html


@pytest.mark.usefixtures("few_knobs")
def test_copy_searches_the_same_space(page, user):
    page.post(URL, posted_fields(knob__units_1__low="8", knob__units_1__high="24", knob__units_1__step="8"))
    first = Study.objects.get()

    page.post(f"{URL}?from={first.pk}", posted_fields(start_from_study(first)))

    second = Study.objects.exclude(pk=first.pk).get()
    assert second.space == first.space
    assert second.name == f"{first.name} (copy)"


@pytest.mark.parametrize("study_id", ["999", str(10**30)])
def test_copy_of_an_unknown_study_does_not_exist(page, study_id):
    assert page.get(URL, {"from": study_id}).status_code == 404


@pytest.mark.usefixtures("few_knobs")
@pytest.mark.parametrize("text", ["", "x", "-1", "²"])
def test_odd_origin_opens_the_defaults(page, text):
    assert page.get(URL, {"from": text}).status_code == 200


def test_copy_of_a_study_whose_trainer_is_gone_says_so(page, user):
    study = make_study(trainer="gone")

    response = page.get(URL, {"from": study.pk})

    assert response.status_code == 200
    assert "There is no trainer named" in response.content.decode()


@pytest.mark.usefixtures("few_knobs")
@pytest.mark.parametrize(("dataset", "chosen"), [("digits", "digits"), ("mnist", "digits"), ("x", "digits")])
def test_dataset_of_the_address_is_chosen_where_it_is_there(page, dataset, chosen):
    response = page.get(URL, {"dataset": dataset})

    assert response.context["forms"].study["dataset"].value() == chosen


@pytest.mark.parametrize("info", trainer_infos(), ids=lambda info: info.name)
def test_every_trainer_is_a_form_with_the_datasets_that_fit_it(page, info):
    forms = page.get(URL, {"trainer": info.name}).context["forms"]

    assert forms.trainer.name == info.name
    assert [entry.name for entry in forms.datasets] == [
        entry.name for entry in known_datasets() if info.is_compatible_with(entry)
    ]
    assert forms.study["dataset"].value() in forms.study.datasets
    assert sorted(name for row in forms.knobs for name in row.members) == sorted(k.name for k in info.knobs)


def test_study_of_another_trainer_is_made_as_its_form_says(page):
    page.post(
        f"{URL}?trainer=cnn",
        posted_fields(start_from_defaults(known_datasets(), trainer="cnn"), name="pictures"),
    )

    study = Study.objects.get()
    assert (study.name, study.trainer, study.dataset) == ("pictures", "cnn", "digits")
    assert {"filters_1", "filters_2"} <= set(study.search_space.searched)


def test_dataset_of_the_address_brings_a_trainer_that_fits_it(page):
    forms = page.get(URL, {"dataset": "diabetes"}).context["forms"]

    assert (forms.trainer.name, forms.study["dataset"].value()) == ("mlp_regressor", "diabetes")
    assert forms.study["objective"].value() == "val_mae"


@pytest.mark.usefixtures("few_knobs")
def test_dataset_that_does_not_fit_is_refused(page):
    fields = posted_fields(dataset="diabetes")

    assert page.post(URL, fields).status_code == 422
    assert not Study.objects.exists()


@pytest.mark.usefixtures("few_knobs")
def test_unknown_trainer_says_so_and_opens_the_defaults(page):
    response = page.get(URL, {"trainer": "svm"})

    assert response.context["forms"].trainer.name == "mlp"
    assert "There is no trainer named" in response.content.decode()


def test_knobs_that_no_trial_could_use_are_folded_away(page):
    blocks = {
        block.when: block.is_open
        for group in page.get(URL).context["forms"].groups
        if group.name == "Optimizer"
        for block in group.blocks
    }

    assert blocks["optimizer = adam or adamw"]
    assert not blocks["optimizer = sgd"]


def test_wrong_knob_is_never_folded_away(post):
    html = post(knob__momentum__value="2").content.decode()

    box = html[: html.index('id="row-momentum"')].rpartition("<details")[2]
    assert box.startswith(' class="branch-box"')
    assert box.partition(">")[0].endswith(" open")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"low": "0.001", "high": "0.1", "scale": "log-uniform"}, "log-uniform, 0.001 to 0.1"),
        ({"low": "0.001", "high": "0.1", "scale": "uniform"}, "uniform, 0.001 to 0.1"),
    ],
)
def test_prior_is_drawn_while_its_fields_are_right(page, query, words):
    fields = {f"knob-learning_rate-{name}": value for name, value in ({"mode": "search"} | query).items()}

    html = page.get(reverse("knob-prior", args=["mlp", "learning_rate"]), fields).content.decode()

    assert words in html
    assert html.count("V110h") == 30
    assert 'hx-swap-oob="morph"' in html


def test_prior_says_what_is_wrong_with_its_fields(page):
    fields = {
        "knob-learning_rate-mode": "search",
        "knob-learning_rate-scale": "log-uniform",
        "knob-learning_rate-low": "0",
        "knob-learning_rate-high": "0.1",
    }

    response = page.get(reverse("knob-prior", args=["mlp", "learning_rate"]), fields)

    html = response.content.decode()
    assert response.status_code == 200
    assert "must be greater than 0" in html
    assert "<path" not in html


@pytest.mark.parametrize("args", [["mlp", "gravity"], ["gone", "learning_rate"]])
def test_prior_of_an_unknown_knob_does_not_exist(page, args):
    before = everything()

    assert page.get(reverse("knob-prior", args=args)).status_code == 404
    assert everything() == before


def test_counts_and_branches_follow_what_is_changed(page):
    fields = posted_fields(start_from_defaults(known_datasets(), trainer="mlp"))
    fields["all"] = "1"  # the fold is open
    opened = page.get(URL + "?trainer=mlp").content.decode()
    opened += page.post(reverse("knobs-below", args=["mlp"]), fields).content.decode()
    before = page.post(reverse("study-cost", args=["mlp"]), fields)
    after = page.post(
        reverse("study-cost", args=["mlp"]),
        {**fields, "knob-n_layers-mode": "fixed", "knob-n_layers-value": "1", "knob-dropout_1-mode": "fixed"},
    )

    def words(text):
        return dict(re.findall(r'id="(count-[\w-]+|start-words)"[^>]*>([^<]*)<', text))

    assert words(opened) == words(before.content.decode())
    changed = {key for key, value in words(after.content.decode()).items() if value != words(opened)[key]}
    assert {"count-knobs", "start-words"} < changed
    needed = [json.loads(answer["HX-Trigger"])["knobs-needed"]["keys"] for answer in (before, after)]
    assert set(needed[1]) < set(needed[0])  # with one layer, nothing of the others is needed
    assert {key for key in needed[0] if f'id="{key}" open' in opened} == set(needed[0])


def test_page_brings_editors_of_what_is_searched_alone(page):
    answer = page.get(URL + "?trainer=mlp")
    html = answer.content.decode()

    assert 'name="knob-learning_rate-low"' in html
    assert 'name="knob-momentum-low"' not in html
    assert 'name="knob-momentum-mode"' not in html
    assert reverse("knob-editor", args=["mlp", "learning_rate"]) not in html
    assert len(answer.content) < 120_000

    below = page.post(reverse("knobs-below", args=["mlp"]), shown_fields(answer)).content.decode()
    assert 'name="knob-momentum-mode"' in below
    assert reverse("knob-editor", args=["mlp", "momentum"]) in below


def test_editor_comes_with_the_fields_of_its_trainer(page):
    fields = shown_fields(page.get(reverse("knob-editor", args=["mlp", "momentum"])))

    assert (fields["knob-momentum-low"], fields["knob-momentum-high"]) == ("0", "0.99")
    assert fields["knob-momentum-editor"] == "1"


@pytest.mark.parametrize("args", [["mlp", "gravity"], ["gone", "learning_rate"]])
def test_editor_of_an_unknown_knob_does_not_exist(page, args):
    assert page.get(reverse("knob-editor", args=args)).status_code == 404


@pytest.mark.parametrize("is_opened", [False, True])
def test_knob_that_was_fixed_is_searched_with_or_without_a_look_at_its_editor(page, is_opened):
    usual = find_knob("mlp", "label_smoothing").distribution["high"]
    fields = shown_fields(page.get(URL + "?trainer=mlp"))
    fields |= {"knob-label_smoothing-mode": "search", "action": "draft"}
    if is_opened:
        editor = shown_fields(page.get(reverse("knob-editor", args=["mlp", "label_smoothing"])))
        fields |= editor | {"knob-label_smoothing-high": str(usual / 2)}
    answer = page.post(URL + "?trainer=mlp", fields)

    assert answer.status_code == 302, answer.context["forms"].wrong_fields
    space = Study.objects.get().search_space
    assert space["label_smoothing"].distribution.high == (usual / 2 if is_opened else usual)
