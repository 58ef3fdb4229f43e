"""Suggestions by keyboard: one is dismissed and brought back, and the focus is where one goes on."""

import pytest
from playwright.sync_api import expect

from tests.browser import keys, steps
from tests.browser.looks import check_looks
from tests.builders import add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
TITLE = "No better value for 59 trials."


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, max_trials=60)
    add_trials(study, 60, value=lambda number: 0.1 + number / 1000)
    return study


@pytest.fixture
def card(study, site, person):
    person.goto(site + steps.view_of(study))
    steps.mark(person)
    return person.locator("#study-suggestions")


def button(card, label):
    return card.get_by_role("button", name=f"{label}: {TITLE}", exact=True)


def test_a_suggestion_is_dismissed_and_brought_back_by_keyboard(card, person, study):
    dismiss, undo = button(card, "Dismiss"), button(card, "Undo")
    expect(dismiss).to_be_visible()
    keys.tab_to(person, dismiss)
    person.keyboard.press("Enter")
    expect(undo).to_be_focused()
    expect(dismiss).to_have_count(0)
    keys.check_focus(person)
    person.keyboard.press("Enter")
    expect(dismiss).to_be_focused()
    expect(undo).to_have_count(0)
    steps.expect_same_page(person)
    assert [event.what.split()[0] for event in study.events.all()[:2]] == ["restored", "dismissed"]


def test_what_was_dismissed_waits_folded_for_the_next_visitor(card, person):
    button(card, "Dismiss").click()
    expect(button(card, "Undo")).to_be_visible()
    person.reload()
    summary = card.locator("summary")
    expect(summary).to_have_text("1 dismissed")
    expect(button(card, "Undo")).to_be_hidden()
    summary.click()
    expect(button(card, "Undo")).to_be_visible()


def test_the_card_looks_right_with_and_without_what_was_dismissed(card, person):
    expect(button(card, "Dismiss")).to_be_visible()
    check_looks(person)
    button(card, "Dismiss").click()
    expect(button(card, "Undo")).to_be_visible()
    check_looks(person)
