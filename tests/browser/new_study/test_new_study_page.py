"""The form of a new study on one screen: what is folded away is a step away, with and without scripts."""

import json
import re

import pytest
from playwright.sync_api import expect

from dashboard.models import Study
from tests.browser import keys, steps
from tests.browser.looks import check_looks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
SPACE = """{
    "rate": hp.loguniform("learning_rate", log(1e-4), log(0.1)),
    "units": hp.quniform("units_1", 32, 128, 32),
}"""
HEIGHT = "document.documentElement.scrollHeight"


@pytest.fixture
def form(site, person, listener):
    listener.allow("status of 422")
    person.goto(f"{site}/studies/new/?trainer=mlp")
    return person


def save(page):
    page.get_by_role("button", name="Save draft").click()
    steps.expect_state(page, "Draft")
    return Study.objects.latest("pk")


def searched(study):
    return {obj["name"]: obj for obj in study.space["params"] if obj["type"] != "constant"}


@pytest.mark.parametrize(("width", "most"), [(1440, 1_600), (390, 3_200)])
def test_form_is_short_as_it_opens(form, width, most):
    form.set_viewport_size({"width": width, "height": 900})
    form.wait_for_load_state("networkidle")

    assert form.evaluate(HEIGHT) <= most
    assert len(form.content().encode()) <= 120_000
    check_looks(form)


def test_layers_are_set_in_one_row_and_unfolded_with_what_was_typed(form):
    steps.mark(form)
    row = steps.shared_row(form, "units_2")
    row.locator("summary").click()
    row.get_by_label("Maximum").fill("96")
    row.get_by_label("Maximum").press("Tab")
    expect(row.locator(".knob-search").first).to_contain_text("32 to 96")
    row.get_by_role("button", name="One row a layer").click()
    expect(row).to_have_count(0)
    steps.open_editor(form, "units_2")
    expect(steps.field(form, "units_2", "high")).to_have_value("96")
    steps.field(form, "units_2", "high").fill("64")
    steps.expect_same_page(form)

    found = searched(save(form))
    assert [found[f"units_{n}"]["high"] for n in (1, 2, 3)] == [96, 64, 96]


def test_space_is_pasted_after_a_word_on_what_is_wrong(form):
    form.get_by_label("Name", exact=True).fill("typed before")
    form.get_by_text("Paste a space").click()
    box = form.get_by_label("hp.* as in Hyperopt")
    box.fill(SPACE.replace("units_1", "unit_1"))
    form.get_by_role("button", name="Read into the form").click()
    expect(form.locator("#pasted-errors")).to_contain_text("Line 3: There is no parameter unit_1")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    check_looks(form)
    box.fill(SPACE)
    form.get_by_role("button", name="Read into the form").click()
    expect(form.get_by_role("status").filter(has_text="Read 2 parameters")).to_be_focused()
    expect(form.get_by_label("Name", exact=True)).to_have_value("typed before")

    assert searched(save(form)).keys() == {"learning_rate", "units_1"}


def test_ten_samples_are_drawn_when_they_are_opened_and_again(form):
    steps.mark(form)
    form.get_by_text("Ten sample configurations").click()
    rows = form.locator("#sample-table tbody tr")
    expect(rows).to_have_count(10)
    first = rows.all_inner_texts()
    form.get_by_role("button", name="Draw again").click()
    expect(rows.first).not_to_have_text(first[0])
    expect(rows).to_have_count(10)
    expect(form.locator("#sample-table thead")).to_contain_text("units_*")
    steps.expect_same_page(form)
    check_looks(form)


def test_error_below_the_fold_is_found_again(form):
    steps.set_mode(form, "label_smoothing", "Fixed")
    steps.field(form, "label_smoothing", "value").fill("7")
    form.get_by_text("First trials").click()
    form.get_by_label("Params of your own").fill("{'units_1': 64}")
    steps.press_start(form)
    wrong = steps.field(form, "label_smoothing", "value")
    expect(wrong).to_be_focused()
    expect(wrong).to_be_in_viewport()
    expect(wrong).to_have_value("7")
    expect(form.get_by_label("Params of your own")).to_have_value("{'units_1': 64}")
    wrong.fill("0.1")

    study = save(form)
    assert study.trials.get().params["units_1"] == 64
    assert study.trials.get().params["label_smoothing"] == 0.1


def test_model_is_changed_from_its_menu(form):
    form.locator("details.menu summary").filter(has_text="Multilayer perceptron").click()
    form.get_by_role("link", name="Convolutional network").click()
    expect(form.locator("details.menu summary").filter(has_text="Convolutional network")).to_be_visible()
    expect(steps.shared_row(form, "filters_1")).to_be_visible()


def test_form_is_filled_by_keyboard(form):
    keys.tab_to(form, form.get_by_text("Paste a space"))
    form.keyboard.press("Enter")
    keys.tab_to(form, form.get_by_label("hp.* as in Hyperopt"))
    form.keyboard.insert_text(SPACE)
    keys.tab_to(form, form.get_by_role("button", name="Read into the form"))
    form.keyboard.press("Enter")
    expect(form.get_by_role("status").filter(has_text="Read 2 parameters")).to_be_focused()
    keys.tab_to(form, form.locator("#all-knobs > summary"))
    form.keyboard.press("Enter")
    expect(steps.knob(form, "optimizer")).to_be_visible()
    keys.tab_to(form, form.locator("#samples > summary"))
    form.keyboard.press("Enter")
    expect(form.locator("#sample-table tbody tr")).to_have_count(10)
    keys.tab_to(form, form.locator("#first-trials > summary"))
    form.keyboard.press("Enter")
    keys.tab_to(form, form.get_by_label("The model’s defaults"))
    form.keyboard.press("Space")
    keys.tab_to(form, form.get_by_role("button", name="Save draft"))
    form.keyboard.press("Enter")
    steps.expect_state(form, "Draft")

    assert Study.objects.get().trials.count() == 1


def test_another_space_continues_with_the_best_of_this_one(form, site):
    form.get_by_text("First trials").click()
    form.get_by_label("The model’s defaults").check()
    study = save(form)
    study.trials.update(state="complete", value=0.1)
    form.goto(f"{site}{study.get_absolute_url()}")
    form.locator("#study-actions summary").filter(has=form.locator("use[href*=more]")).click()
    form.get_by_role("link", name="Continue with another space").click()
    expect(form).to_have_url(re.compile(r"from=\d+&first=5#card-space$"))
    expect(form.get_by_label(f"Best trials of {study.name}")).to_have_value("5")

    other = save(form)
    assert other.trials.get().params == study.trials.get().params


class TestWithoutScripts:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return {**browser_context_args, "java_script_enabled": False}

    def test_every_fold_opens_and_nothing_is_lost(self, form):
        form.get_by_label("Name", exact=True).fill("plain")
        form.locator("#all-knobs > summary").click()
        form.get_by_role("button", name="Load all parameters").click()
        expect(steps.knob(form, "optimizer")).to_be_visible()
        steps.field(form, "label_smoothing", "value").fill("0.2")
        steps.shared_row(form, "units_1").get_by_role("button", name="One row a layer").click()
        expect(steps.knob(form, "units_2")).to_be_visible()
        form.get_by_text("Ten sample configurations").click()
        form.get_by_role("button", name="Draw again").click()
        expect(form.locator("#sample-table tbody tr")).to_have_count(10)
        expect(form.get_by_label("Name", exact=True)).to_have_value("plain")

        study = save(form)
        assert study.name == "plain"
        (fixed,) = [obj for obj in study.space["params"] if obj["name"] == "label_smoothing"]
        assert json.dumps(fixed["value"]) == "0.2"
