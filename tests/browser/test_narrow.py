"""What a person with a keyboard, or with a narrow window on a desktop, has to get past."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.models import TrialState
from tests.browser import keys, steps
from tests.browser.looks import check_looks
from tests.builders import add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]

# 390 less the scrollbar of the page, which phones do not have.
WIDTH = 375
OVERFULL = """() => [...document.querySelectorAll(".nav, .seg")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.className}: ${e.scrollWidth} in ${e.clientWidth}`)"""


@pytest.mark.parametrize("path", ["studies/", "studies/new/", "account/email/"])
def test_views_and_the_top_bar_need_no_scrollbar_in_a_narrow_window(site, person, path):
    person.set_viewport_size({"width": WIDTH, "height": 900})
    person.goto(f"{site}/{path}")

    assert person.locator(".nav, .seg").count()
    assert person.evaluate(OVERFULL) == []


@pytest.fixture
def filtered(ada, site, person):
    """The trials of a study, two of which complete with a loss below 0.4, and their filter."""
    study = running_study(owner=ada)
    add_trials(study, 4)
    add_trials(study, 2, state=TrialState.FAILED)
    person.goto(site + steps.view_of(study, "trials"))
    expect(steps.trial_rows(person)).to_have_count(6)
    return person.get_by_label("Filter trials")


@pytest.mark.parametrize("is_in_field", [True, False])
def test_trials_are_filtered_and_all_are_shown_again_by_keyboard(filtered, person, is_in_field):
    count = person.locator("#selected-count")
    expect(count).to_have_text("6 of 6 trials")
    keys.type_over(person, filtered, "state = complete and val_loss < 0.4")
    person.keyboard.press("Enter")
    expect(count).to_have_text("2 of 6 trials")
    expect(steps.trial_rows(person).locator("th a")).to_have_text(["#3", "#2"])
    if is_in_field:
        keys.tab_to(person, filtered)

    person.keyboard.press("Escape")

    expect(count).to_have_text("6 of 6 trials")
    expect(steps.trial_rows(person)).to_have_count(6)
    expect(filtered).to_have_value("")


def test_escape_in_a_menu_leaves_the_filter(filtered, person):
    keys.type_over(person, filtered, "state = complete")
    person.keyboard.press("Enter")
    expect(steps.trial_rows(person)).to_have_count(4)
    summary = person.locator("#study-trials details.menu > summary").filter(has_text="Columns")
    menu = summary.locator("..")
    keys.tab_to(person, summary)
    person.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")

    person.keyboard.press("Escape")

    expect(menu).not_to_have_attribute("open", "")
    expect(steps.trial_rows(person)).to_have_count(4)
    expect(filtered).to_have_value("state = complete")


def test_error_in_a_filter_is_said_and_has_the_cursor(filtered, person):
    keys.type_over(person, filtered, "state = complete and nope < 0.4")
    person.keyboard.press("Enter")

    expect(filtered).to_have_attribute("aria-invalid", "true")
    expect(filtered).to_have_accessible_description(re.compile("nope.*See character 22"))
    expect(filtered).to_be_focused()
    assert filtered.evaluate("(input) => input.selectionStart") == len("state = complete and ")
    expect(steps.trial_rows(person)).to_have_count(6)
    check_looks(person)
