"""A legend selects and hides; states over the table select."""

import pytest
from playwright.sync_api import expect

from tests.browser import keys, steps
from tests.browser.selection.conftest import count, drawn, text

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


def entry(page, state):
    return page.locator(".legend").get_by_role("button", name=state)


def test_a_click_on_a_state_selects_it_and_another_gives_it_up(overview):
    entry(overview, "pruned").click()
    expect(text(overview)).to_have_value("state = pruned")
    expect(entry(overview, "pruned")).to_have_attribute("aria-pressed", "true")
    points = drawn(overview)
    assert (points["strip"], points["complete"], points["complete-out"]) == (5, 0, 30)

    entry(overview, "failed").click()
    expect(text(overview)).to_have_value("state = failed")
    expect(entry(overview, "pruned")).to_have_attribute("aria-pressed", "false")

    entry(overview, "failed").click()
    expect(text(overview)).to_have_value("")
    expect(count(overview)).to_have_text("40 of 40 trials")
    steps.expect_same_page(overview)


def test_a_state_is_selected_and_hidden_by_keyboard(overview):
    keys.tab_to(overview, entry(overview, "complete"))
    overview.keyboard.press("Enter")
    expect(text(overview)).to_have_value("state = complete")
    expect(entry(overview, "complete")).to_be_focused()

    overview.keyboard.press("Shift+Enter")
    assert "complete" not in drawn(overview)
    expect(text(overview)).to_have_value("state = complete")

    overview.keyboard.press("Shift+Enter")
    assert drawn(overview)["complete"] == 30


def test_shift_and_click_hides_marks_and_selects_nothing(overview):
    entry(overview, "pruned").click(modifiers=["Shift"])
    assert "strip" not in drawn(overview)
    expect(text(overview)).to_have_value("")
    entry(overview, "best so far").click()
    assert "best" not in drawn(overview)
    entry(overview, "best so far").click()
    assert "best" in drawn(overview)


def test_a_state_over_the_table_selects_without_loading_the_page(study, site, person):
    person.goto(site + steps.view_of(study, "trials"))
    expect(steps.trial_rows(person)).to_have_count(25)
    steps.mark(person)

    person.locator("#study-trials nav").get_by_role("link", name="Pruned 5").click()

    expect(steps.trial_rows(person)).to_have_count(5)
    expect(text(person)).to_have_value("state = pruned")
    assert person.url.endswith("?q=state+%3D+pruned")
    steps.expect_same_page(person)
    person.go_back()
    expect(steps.trial_rows(person)).to_have_count(25)
