"""The rows of the form: layers that share one, and what is below the fold until somebody opens it."""

import json

import pytest
from django.urls import reverse

from dashboard.catalog import known_datasets
from dashboard.models import Study
from dashboard.new_study.families import alike, place_of, shared_knob
from dashboard.new_study.study_forms import StudyForms
from tests.dashboard.posted import query_dict, shown_fields
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info, trainer_infos
from trainers.space import KnobSetting, space_json

URL = reverse("study-new") + "?trainer=mlp"
MLP = trainer_info("mlp")


@pytest.fixture
def fields(page):
    """What a browser posts from the form as it opens."""
    return shown_fields(page.get(URL)) | {"action": "draft"}


def space_of(page, fields, address=URL):
    answer = page.post(address, fields)
    assert answer.status_code == 302, answer.context["forms"].wrong_fields
    return Study.objects.latest("pk").search_space


def distribution(space, name):
    return space[name].distribution.to_json()


@pytest.mark.parametrize("info", trainer_infos(), ids=lambda info: info.name)
def test_form_that_shows_little_makes_the_space_of_its_trainer(page, info):
    opened = page.get(f"{reverse('study-new')}?trainer={info.name}")
    start = opened.context["start"]
    forms = StudyForms(info, start, query_dict(shown_fields(opened)), datasets=known_datasets())

    assert forms.planned_space.to_json() == space_json(info, {})


def test_one_row_sets_every_layer(page, fields):
    fields |= {"knob-units_all_1-low": "8", "knob-units_all_1-high": "16", "knob-units_all_1-step": "8"}
    space = space_of(page, fields)

    assert [list(space[f"units_{n}"].distribution.values()) for n in (1, 2, 3)] == [[8, 16]] * 3


def test_layers_that_come_later_are_searched_like_the_others(page, fields):
    space = space_of(page, fields | {"knob-n_layers-high": "6"})

    assert distribution(space, "units_6") == distribution(space, "units_1")


def test_wrong_shared_row_is_named_once_and_has_the_focus(page, fields):
    answer = page.post(URL, fields | {"knob-units_all_1-low": "0"})
    html = answer.content.decode()

    assert answer.status_code == 422
    assert [wrong.label for wrong in answer.context["forms"].wrong_fields] == ["units_*, minimum"]
    assert html.count("autofocus") == 1
    assert "autofocus" in html[html.index('name="knob-units_all_1-low"') :].partition(">")[0]


def test_row_is_unfolded_with_what_was_typed(page, fields):
    fields |= {"knob-units_all_1-low": "64", "unfold": "units_all_1"}
    html = page.post(reverse("knob-layers", args=["mlp"]), fields).content.decode()

    assert html.count('name="knob-units_3-low" value="64"') == 1
    assert "units_all_1" not in html


def test_row_is_unfolded_without_a_script(page, fields):
    answer = page.post(URL, fields | {"knob-units_all_1-low": "64", "unfold": "units_all_1"})
    again = shown_fields(answer) | {"action": "draft", "knob-units_2-low": "32"}

    assert answer.status_code == 200
    assert not Study.objects.exists()
    space = space_of(page, again)
    assert [space[f"units_{n}"].distribution.low for n in (1, 2, 3)] == [64, 32, 64]


def test_fold_is_opened_without_a_script(page, fields):
    answer = page.post(URL, fields | {"name": "typed", "max_trials": "7", "show_all": "1"})
    again = shown_fields(answer)

    assert answer.status_code == 200
    assert not Study.objects.exists()
    assert (again["name"], again["max_trials"]) == ("typed", "7")
    assert {"knob-momentum-mode", "knob-label_smoothing-value"} <= again.keys()


def test_fold_is_open_where_an_error_is_in_it(page, fields):
    below = page.post(reverse("knobs-below", args=["mlp"]), fields)
    fields |= shown_fields(below) | {"knob-label_smoothing-value": "7"}
    html = page.post(URL, fields).content.decode()

    fold = html[html.index('id="all-knobs"') :].partition(">")[0]
    assert fold.endswith(" open")
    assert "autofocus" in html[html.index('name="knob-label_smoothing-value"') :].partition(">")[0]


def test_what_is_not_shown_is_kept_from_an_earlier_study(page, fields):
    below = shown_fields(page.post(reverse("knobs-below", args=["mlp"]), fields))
    first = space_of(page, fields | below | {"knob-label_smoothing-value": "0.25"})
    address = f"{reverse('study-new')}?from={Study.objects.get().pk}"
    copied = shown_fields(page.get(address))

    assert json.loads(copied["kept"]) == {"label_smoothing": {"fixed": 0.25}}
    assert "knob-label_smoothing-value" not in copied
    # Fragments answer for the whole form, without its address.
    below = shown_fields(page.post(reverse("knobs-below", args=["mlp"]), copied))
    assert below["knob-label_smoothing-value"] == "0.25"
    assert space_of(page, copied | {"action": "draft"}, address).to_json() == first.to_json()


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "no JSON",
        '{"gravity": {"fixed": 1}}',
        '{"label_smoothing": 7}',
        '{"label_smoothing": {"fixed": 7}}',
        '{"label_smoothing": {"search": {"type": "float", "low": -4, "high": 9}}}',
        '{"label_smoothing": {"search": []}}',
        "{" * 9_999,
    ],
)
def test_kept_settings_that_no_page_wrote_are_left_aside(page, fields, kept):
    assert space_of(page, fields | {"kept": kept}).to_json() == space_json(MLP, {})


def test_layers_with_settings_of_their_own_have_rows_of_their_own():
    settings = {"units_2": KnobSetting.fixed(64)}
    names = [[knob.name for knob in row] for row in alike(MLP.knobs, settings, {"units_1", "units_2"})]

    assert ["units_1"] in names
    assert [f"units_{n}" for n in range(2, 9)] in names
    assert ["beta_1"] in names


def test_only_a_number_of_a_layer_makes_a_family():
    assert place_of(MLP.knob("beta_1")) is None
    with pytest.raises(ParamsInvalid):
        shared_knob(MLP, "beta_all_1")
