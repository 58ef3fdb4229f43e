"""The form of a new study: what is wrong stands beside its field, and nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.models import Study
from tests.browser import steps

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


@pytest.fixture
def form(site, person, listener):
    """The page of a new study; an answer with errors is a 422, which the console mentions."""
    listener.allow("status of 422")
    person.goto(f"{site}/studies/new/")
    return person


def expect_refused(page, control, words):
    """The message stands beside the control, the control names it, what was typed stays, nothing is saved."""
    expect(page.locator("#form-errors")).to_contain_text("Nothing has been saved yet: 1 field below")
    expect(page.locator(".field-error")).to_have_count(1)
    message = page.locator(".field-error")
    expect(message).to_contain_text(words)
    message.scroll_into_view_if_needed()
    expect(message).to_be_visible()
    if control is not None:
        expect(control).to_be_visible()
        expect(control).to_have_attribute("aria-invalid", "true")
        ids = (control.get_attribute("aria-describedby") or "").split()
        assert any(page.locator(f'[id="{name}"]').filter(has=message).count() for name in ids)
    assert not Study.objects.exists()


def search(page, name, **values):
    """Set a knob to search these values."""
    steps.set_mode(page, name, "Search")
    steps.open_editor(page, name)
    if "scale" in values:
        steps.field(page, name, "scale").select_option(values.pop("scale"))
    for key, text in values.items():
        steps.field(page, name, key).fill(text)


@pytest.mark.parametrize(
    ("knob", "values", "wrong", "words"),
    [
        ("dropout_1", {"low": "0.5", "high": "0.2"}, "low", re.compile("0.5.*0.2|low|Lowest")),
        ("dropout_1", {"low": "0.3", "high": "0.3"}, "low", re.compile("0.3")),
        ("learning_rate", {"low": "0"}, "low", re.compile("log|greater than 0")),
        ("learning_rate", {"low": "-1"}, "low", re.compile("log|greater than 0")),
        ("learning_rate", {"scale": "log-normal", "median": "0", "spread": "1"}, "median", "greater than 0"),
        ("learning_rate", {"low": ""}, "low", "is missing; give a number"),
        ("learning_rate", {"low": "fast"}, "low", "Enter a number"),
        ("units_1", {"low": "0"}, "low", re.compile("at least 1|from 1")),
        ("units_1", {"low": "1.5"}, "low", "whole number"),
        ("units_1", {"high": "99999"}, "high", re.compile("16,?384")),
        ("units_1", {"step": "5000"}, "step", re.compile("5,?000|range|step", re.IGNORECASE)),
        ("units_1", {"step": "-8"}, "step", re.compile("step", re.IGNORECASE)),
        ("dropout_1", {"high": "1.5"}, "high", re.compile("1")),
        ("dropout_1", {"high": "nan"}, "high", re.compile("number")),
        ("dropout_1", {"high": "1e999"}, "high", re.compile("number|1")),
    ],
)
def test_message_stands_beside_the_bound_when_a_search_makes_no_sense(knob, values, wrong, words, form):
    search(form, knob, **values)
    steps.press_start(form)
    expect_refused(form, steps.field(form, knob, wrong), words)
    for name, text in values.items():
        expect(steps.field(form, knob, name)).to_have_value(text)


@pytest.mark.parametrize(
    ("knob", "text", "words"),
    [
        ("units_1", "0", re.compile("at least 1|from 1")),
        ("units_1", "many", "whole number"),
        ("units_1", "", "give the value"),
        ("learning_rate", "0", "0"),
        ("dropout_1", "2", "1"),
    ],
)
def test_message_stands_beside_the_value_when_a_fixed_knob_makes_no_sense(knob, text, words, form):
    steps.set_mode(form, knob, "Fixed")
    steps.field(form, knob, "value").fill(text)
    steps.press_start(form)
    expect_refused(form, steps.field(form, knob, "value"), words)
    expect(steps.field(form, knob, "value")).to_have_value(text)


@pytest.mark.parametrize(("n_ticked", "words"), [(0, "are empty; tick at least two"), (1, "hold only adam")])
def test_message_stands_beside_the_choices_when_there_are_too_few(n_ticked, words, form):
    steps.set_mode(form, "optimizer", "Search")
    steps.open_editor(form, "optimizer")
    for box in steps.field(form, "optimizer", "choices").all()[n_ticked:]:
        box.uncheck()
    steps.press_start(form)
    expect_refused(form, None, words)
    expect(steps.knob(form, "optimizer").locator(".field-error")).to_be_visible()
    assert len([box for box in steps.field(form, "optimizer", "choices").all() if box.is_checked()]) == n_ticked


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [
        ("Name", "", "Give the study a name"),
        ("Name", "n" * 101, "100"),
        ("Trials", "0", "at least 1"),
        ("Trials", "-3", "at least 1"),
        ("Trials", "ten", "whole number"),
        ("Trials", "1.5", "whole number"),
        ("Trials", "", "Give a number from 1 up"),
        ("Trials", "100001", "at most 100,000"),
        ("Epochs per trial", "0", "at least 1"),
        ("Study time", "soon", "number of minutes"),
        ("Study time", "0", "at least 0.1"),
        ("Time per trial", "-1", "at least 0.1"),
        ("Trials at once", "0", "at least 1"),
        ("Trials at once", "257", "at most 256"),
        ("Seed", "-1", "at least 0"),
        ("Seed", "abc", "whole number"),
    ],
)
def test_message_stands_beside_the_field_when_the_study_makes_no_sense(label, text, words, form):
    form.get_by_label(label, exact=True).fill(text)
    steps.press_start(form)
    expect_refused(form, form.get_by_label(label, exact=True), words)
    expect(form.get_by_label(label, exact=True)).to_have_value(text)


def test_error_can_be_found_when_the_page_comes_back(form):
    steps.fill_budget(form, trials=0, epochs=2)
    steps.press_start(form)
    box = form.locator("#form-errors")
    expect(box).to_be_in_viewport()
    expect(box).to_have_attribute("role", "alert")
    expect(form.locator(".startbar")).to_contain_text("1 field to correct")
    is_pointed_at = """() => {
      const box = document.getElementById("form-errors");
      return document.activeElement === box || Boolean(box.querySelector("a[href^='#']"));
    }"""
    assert form.evaluate(is_pointed_at), "neither has the focus moved to the errors nor is there a link to one"


def test_everything_stays_when_one_field_is_wrong(form):
    form.get_by_label("Name", exact=True).fill("Ünï <b>çødé</b> & 試験")
    search(form, "pre_dropout_1", scale="normal", median="0.2", spread="0.1", low="0", high="0.5")
    steps.set_mode(form, "units_1", "Fixed")
    steps.field(form, "units_1", "value").fill("77")
    form.get_by_label("Find the").select_option("val_accuracy")
    form.get_by_label("Sampler").select_option("random")
    form.get_by_label("Study time").fill("12.5")
    steps.fill_budget(form, trials=0, epochs=3)
    steps.press_start(form)
    expect_refused(form, form.get_by_label("Trials", exact=True), "at least 1")
    expect(form.get_by_label("Name", exact=True)).to_have_value("Ünï <b>çødé</b> & 試験")
    expect(steps.field(form, "pre_dropout_1", "scale")).to_have_value("normal")
    expect(steps.field(form, "pre_dropout_1", "median")).to_have_value("0.2")
    expect(steps.field(form, "units_1", "value")).to_have_value("77")
    expect(steps.field(form, "units_1", "value")).to_be_visible()
    form.get_by_label("Trials", exact=True).fill("4")
    form.get_by_role("button", name="Save draft").click()
    steps.expect_state(form, "Draft")
    study = Study.objects.get()
    assert (study.name, study.max_trials, study.max_epochs) == ("Ünï <b>çødé</b> & 試験", 4, 3)
    assert (study.objective, study.direction, study.sampler) == ("val_accuracy", "maximize", "random")
    assert study.max_seconds == 750


def test_wrong_fields_do_not_block_when_nobody_can_see_them(form):
    search(form, "pre_dropout_1", low="nonsense", high="-7")
    steps.set_mode(form, "pre_dropout_1", "Fixed")
    steps.set_mode(form, "units_1", "Fixed")
    steps.field(form, "units_1", "value").fill("many")
    steps.set_mode(form, "units_1", "Search")
    search(form, "learning_rate", scale="log-normal", median="", spread="")
    steps.field(form, "learning_rate", "scale").select_option("log-uniform")
    form.get_by_role("button", name="Save draft").click()
    steps.expect_state(form, "Draft")


def test_form_says_so_when_nothing_is_searched(form):
    for radio in form.locator('input[type="radio"][value="fixed"]').all():
        radio.evaluate("(element) => element.click()")
    steps.press_start(form)
    expect(form.locator("#form-errors")).to_contain_text("Every knob is fixed")
    assert not Study.objects.exists()


def test_row_shows_the_parts_of_its_mode_when_it_is_switched(form):
    row = steps.knob(form, "pre_dropout_1")
    expect(steps.field(form, "pre_dropout_1", "value")).to_be_visible()
    expect(row.locator("summary")).to_be_hidden()
    steps.set_mode(form, "pre_dropout_1", "Search")
    expect(steps.field(form, "pre_dropout_1", "value")).to_be_hidden()
    expect(form.locator("#prior-pre_dropout_1")).to_be_visible()
    expect(steps.field(form, "pre_dropout_1", "low")).to_be_hidden()
    row.locator("summary").click()
    expect(steps.field(form, "pre_dropout_1", "low")).to_be_visible()
    steps.set_mode(form, "pre_dropout_1", "Fixed")
    expect(steps.field(form, "pre_dropout_1", "low")).to_be_hidden()


@pytest.mark.parametrize(
    ("scale", "shown", "hidden"),
    [
        ("uniform", ("low", "high", "step"), ("median", "spread")),
        ("log-uniform", ("low", "high"), ("step", "median", "spread")),
        ("normal", ("low", "high", "median", "spread"), ("step",)),
        ("log-normal", ("low", "high", "median", "spread"), ("step",)),
    ],
)
def test_editor_shows_the_fields_of_its_distribution_when_it_is_chosen(scale, shown, hidden, form):
    steps.open_editor(form, "learning_rate")
    steps.field(form, "learning_rate", "scale").select_option(scale)
    for name in shown:
        expect(steps.field(form, "learning_rate", name)).to_be_visible()
    for name in hidden:
        expect(steps.field(form, "learning_rate", name)).to_be_hidden()


def test_picture_follows_when_a_distribution_is_edited(form):
    steps.open_editor(form, "learning_rate")
    steps.mark(form)
    picture, words = form.locator("#picture-learning_rate svg"), form.locator("#prior-learning_rate")
    first = picture.inner_html()
    steps.field(form, "learning_rate", "scale").select_option("uniform")
    expect(words).to_contain_text("uniform")
    expect(words).not_to_contain_text("log")
    assert picture.inner_html() != first
    high = steps.field(form, "learning_rate", "high")
    high.press("Control+a")
    high.press_sequentially("0.75")
    expect(words).to_contain_text("0.75")
    expect(picture).to_contain_text("0.75")
    expect(high).to_be_focused()
    high.fill("fast")
    high.press("End")
    expect(form.locator("#picture-learning_rate .field-error")).to_be_visible()
    steps.expect_same_page(form)


def test_choices_follow_when_they_are_ticked(form):
    steps.set_mode(form, "optimizer", "Search")
    steps.open_editor(form, "optimizer")
    steps.knob(form, "optimizer").get_by_label("adamw").check()
    expect(form.locator("#prior-optimizer")).to_contain_text("adamw")
