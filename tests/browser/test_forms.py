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


def open_more(page, summary):
    """A part of the form that is folded away."""
    page.locator("details.more > summary").filter(has_text=summary).click()


def search(page, name, **values):
    """Set a knob to search these values."""
    steps.set_mode(page, name, "Search")
    if not steps.field(page, name, "scale").or_(steps.field(page, name, "choices").first).is_visible():
        steps.open_editor(page, name)
    if "scale" in values:
        steps.field(page, name, "scale").select_option(values.pop("scale"))
    for key, text in values.items():
        steps.field(page, name, key).fill(text)


def fix(page, name, text):
    steps.set_mode(page, name, "Fixed")
    steps.field(page, name, "value").fill(text)


# What is typed into the study's own fields, by label, and what the message says.
STUDY_ROUNDS = {
    "nothing": {"Name": ("", "Enter a name"), "Trials": ("", "Enter a whole number of at least 1")},
    "letters": {
        "Trials": ("ten", "whole number"),
        "Study time": ("soon", "number of minutes"),
        "Seed": ("abc", "whole number"),
    },
    "too little": {
        "Trials": ("0", "at least 1"),
        "Epochs per trial": ("0", "at least 1"),
        "Study time": ("0", "at least 0.1"),
        "Time per trial": ("-1", "at least 0.1"),
        "Parallel trials": ("0", "at least 1"),
        "Seed": ("-1", "at least 0"),
    },
    "too much": {"Trials": ("100001", "at most 100,000"), "Parallel trials": ("257", "at most 256")},
    "fractions": {"Trials": ("1.5", "whole number"), "Study time": ("inf", "number of minutes")},
}


@pytest.mark.parametrize("name", STUDY_ROUNDS)
def test_message_stands_beside_each_field_when_the_study_makes_no_sense(name, form):
    cases = STUDY_ROUNDS[name]
    if {"Seed", "Time per trial"} & cases.keys():
        open_more(form, "Seed")
    for label, (text, _) in cases.items():
        form.get_by_label(label, exact=True).fill(text)
    steps.press_start(form)
    expect_refused(form, len(cases))
    for label, (text, words) in cases.items():
        expect_message(form, form.get_by_label(label, exact=True), text, words)


# Knob -> what is typed (a text fixes it), the field that gets the message, and what the message says.
KNOB_ROUNDS = {
    "nothing": {
        "learning_rate": ({"low": ""}, "low", "is missing. Enter a number"),
        "units_1": ("", "value", "Enter the value"),
    },
    "letters": {
        "learning_rate": ({"low": "fast"}, "low", "Enter a number"),
        "units_1": ("many", "value", "whole number"),
        "dropout_1": ({"high": "nan"}, "high", "number"),
    },
    "too little": {
        "learning_rate": ({"low": "0"}, "low", re.compile("log|greater than 0")),
        "units_1": ({"low": "0"}, "low", re.compile("at least 1|from 1")),
        "dropout_1": ({"low": "0.5", "high": "0.2"}, "high", "0.5"),
        "batch_size": ("0", "value", re.compile("at least 1|from 1")),
        "n_layers": ({"step": "-8"}, "step", "greater than 0"),
    },
    "too much": {
        "units_1": ({"high": "99999"}, "high", re.compile("16,?384")),
        "dropout_1": ({"high": "1.5"}, "high", "1"),
        "pre_dropout_1": ("2", "value", "1"),
        "n_layers": ({"step": "5000"}, "step", re.compile("range|high|step")),
    },
    "nonsense": {
        "learning_rate": ({"scale": "log-normal", "median": "0", "spread": "1"}, "median", "greater than 0"),
        "units_1": ({"low": "1.5"}, "low", "whole number"),
        "dropout_1": ({"low": "0.3", "high": "0.3"}, "high", "0.3"),
        "pre_dropout_1": ("1e999", "value", re.compile("number|1")),
    },
}


@pytest.mark.parametrize("name", KNOB_ROUNDS)
def test_message_stands_beside_each_field_when_the_knobs_make_no_sense(name, form):
    cases = KNOB_ROUNDS[name]
    for knob, (typed, _, _) in cases.items():
        if isinstance(typed, str):
            fix(form, knob, typed)
        else:
            search(form, knob, **typed)
    steps.press_start(form)
    expect_refused(form, len(cases))
    for knob, (typed, wrong, words) in cases.items():
        texts = {"value": typed} if isinstance(typed, str) else typed
        expect_message(form, steps.field(form, knob, wrong), texts[wrong], words)
        for key, text in texts.items():
            expect(steps.field(form, knob, key)).to_have_value(text)


@pytest.mark.parametrize(
    ("n_ticked", "words"), [(0, "are empty. Select at least two"), (1, "contain only adam")]
)
def test_message_stands_beside_the_choices_when_there_are_too_few(n_ticked, words, form):
    steps.set_mode(form, "optimizer", "Search")
    steps.open_editor(form, "optimizer")
    for box in steps.field(form, "optimizer", "choices").all()[n_ticked:]:
        box.uncheck()
    steps.press_start(form)
    expect_refused(form, 1)
    expect(steps.knob(form, "optimizer").locator(".field-error")).to_contain_text(words)
    ticked = [box for box in steps.field(form, "optimizer", "choices").all() if box.is_checked()]
    assert len(ticked) == n_ticked


def expect_refused(page, n):
    fields = "1 field" if n == 1 else f"{n} fields"
    expect(page.locator("#form-errors")).to_contain_text(f"The study was not saved. Fix {fields}:")
    expect(page.locator(".field-error")).to_have_count(n)
    assert not Study.objects.exists()


def expect_message(page, control, text, words):
    """The control can be seen and holds what was typed, and the message that it names stands beside it."""
    expect(control).to_be_visible()
    expect(control).to_have_value(text)
    expect(control).to_have_attribute("aria-invalid", "true")
    ids = (control.get_attribute("aria-describedby") or "").split()
    message = (
        page.locator(".errors")
        .filter(has_text=words)
        .and_(page.locator(", ".join(f'[id="{name}"]' for name in ids)))
    )
    expect(message).to_be_visible()


def test_error_can_be_found_when_the_page_comes_back(form):
    steps.fill_budget(form, trials=0, epochs=2)
    steps.press_start(form)
    box = form.locator("#form-errors")
    expect(box).to_be_in_viewport()
    expect(box).to_have_attribute("role", "alert")
    expect(form.locator(".startbar")).to_contain_text("Fix 1 field")
    is_pointed_at = """() => {
      const box = document.getElementById("form-errors");
      return document.activeElement === box || Boolean(box.querySelector("a[href^='#']"));
    }"""
    assert form.evaluate(is_pointed_at), (
        "neither has the focus moved to the errors nor is there a link to one"
    )


def test_everything_stays_when_one_field_is_wrong(form):
    form.get_by_label("Name", exact=True).fill("Ünï <b>çødé</b> & 試験")
    search(form, "pre_dropout_1", scale="normal", median="0.2", spread="0.1", low="0", high="0.5")
    steps.set_mode(form, "units_1", "Fixed")
    steps.field(form, "units_1", "value").fill("77")
    form.get_by_label("Objective").select_option("val_accuracy")
    open_more(form, "Sampler")
    form.get_by_role("radio", name="Random search").check()
    form.get_by_label("Study time").fill("12.5")
    steps.fill_budget(form, trials=0, epochs=3)
    steps.press_start(form)
    expect_refused(form, 1)
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
    steps.open_all(form)
    for radio in form.locator('input[type="radio"][value="fixed"]').all():
        radio.evaluate("(element) => element.click()")
    steps.press_start(form)
    expect(form.locator("#form-errors")).to_contain_text("Every parameter is fixed")
    assert not Study.objects.exists()


def test_row_shows_the_parts_of_its_mode_when_it_is_switched(form):
    steps.reveal(form, "pre_dropout_1")
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


def test_branch_opens_when_its_parent_is_searched_and_stays_closed_once_closed(form):
    form.wait_for_load_state("networkidle")
    steps.open_all(form)
    count, box = form.locator("#count-knobs"), form.locator("details.branch-box:has(#row-momentum)")
    before = count.inner_text()
    assert not box.evaluate("(box) => box.open")

    steps.set_mode(form, "optimizer", "Search")
    expect(count).not_to_have_text(before)
    expect(box).to_have_attribute("open", "")

    box.locator("summary").first.click()
    changed = count.inner_text()
    steps.set_mode(form, "label_smoothing", "Search")
    expect(count).not_to_have_text(changed)
    assert not box.evaluate("(box) => box.open")
