"""The command palette and the shortcuts, with a mouse and with keys."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looks import check_looks
from tests.builders import add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, name="Fashion, TPE", max_trials=20)
    add_trials(study, 3, value=lambda number: number + 1)
    running_study(owner=ada, name="Fashion, random")
    return study


def palette(page):
    return page.get_by_role("dialog", name="Find a study")


def chosen(page):
    return palette(page).get_by_role("option", selected=True)


def test_a_study_is_opened_with_keys_alone(person, site, study):
    person.goto(f"{site}/studies/")
    person.keyboard.press("Control+k")
    field = palette(person).get_by_role("combobox")
    expect(field).to_be_focused()
    person.keyboard.type("fashion")
    expect(palette(person).get_by_role("option")).to_have_count(2)
    expect(chosen(person)).to_have_text(re.compile("random"))
    person.keyboard.press("ArrowDown")
    expect(chosen(person)).to_have_text(re.compile("TPE"))
    expect(field).to_have_attribute("aria-activedescendant", chosen(person).get_attribute("id"))
    person.keyboard.press("ArrowDown")  # round to the first
    person.keyboard.press("ArrowUp")
    person.keyboard.press("Enter")
    expect(person).to_have_url(f"{site}/studies/{study.pk}/")


def test_a_trial_is_found_by_its_number_with_the_mouse(person, site, study):
    person.goto(f"{site}/studies/{study.pk}/settings/")
    person.get_by_role("link", name="Find (Ctrl-K)").click()
    palette(person).get_by_role("combobox").fill("#2")
    palette(person).get_by_role("option", name="Trial #2").click()
    expect(person).to_have_url(f"{site}/studies/{study.pk}/trials/2/")


def test_something_is_done_from_the_palette(person, site, study):
    person.goto(f"{site}/studies/{study.pk}/settings/")
    person.keyboard.press("Control+k")
    person.keyboard.type("pause")
    expect(chosen(person)).to_have_text("Pause")
    person.keyboard.press("Enter")
    expect(person).to_have_url(f"{site}/studies/{study.pk}/settings/")
    study.refresh_from_db()
    assert study.state == "paused"


def test_escape_closes_and_gives_the_focus_back(person, site, study):
    person.goto(f"{site}/studies/")
    tick = person.get_by_role("checkbox", name="Select Fashion, TPE")
    tick.check()
    person.keyboard.press("Control+k")
    expect(palette(person)).to_be_visible()
    expect(palette(person).get_by_role("option").first).to_be_visible()
    check_looks(person)
    person.keyboard.press("Escape")
    expect(palette(person)).to_be_hidden()
    expect(tick).to_be_focused()
    expect(tick).to_be_checked()


def test_the_question_mark_shows_the_shortcuts_unless_it_is_switched_off(person, site, study):
    person.goto(f"{site}/studies/")
    dialog = person.get_by_role("dialog", name="Keyboard shortcuts")
    person.get_by_role("searchbox").or_(person.locator("main input[name=q]")).first.focus()
    person.keyboard.press("?")
    expect(dialog).to_be_hidden()
    person.locator("h1").click()
    person.keyboard.press("?")
    expect(dialog.get_by_text("Clear the selection")).to_be_visible()
    check_looks(person)
    dialog.get_by_role("checkbox").uncheck()
    person.keyboard.press("Escape")
    person.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    person.goto(f"{site}/shortcuts/")
    expect(person.get_by_role("checkbox")).not_to_be_checked()
    person.keyboard.press("?")
    expect(dialog).to_be_hidden()
    check_looks(person)


def test_the_page_without_scripts_is_usable(person, site, study):
    person.goto(f"{site}/find/?q=fashion")
    expect(person.get_by_role("link", name="Fashion, TPE")).to_be_visible()
    check_looks(person)
