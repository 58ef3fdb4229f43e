"""Studies that are ticked in the list beside each other, with a mouse and with keys."""

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
def list_page(ada, site, person):
    for n, sampler in enumerate(("tpe", "random")):
        study = running_study(owner=ada, name=f"with {sampler}", sampler=sampler, max_trials=20)
        add_trials(study, 6, value=lambda number, n=n: (0.5 + n / 10) / (number + 1))
    person.goto(f"{site}/studies/")
    return person


def compare_button(page):
    return page.get_by_role("region", name="Selected studies").get_by_role("button", name="Compare")


def test_two_ticked_studies_are_compared(list_page):
    list_page.get_by_role("checkbox", name="Select with tpe").check()
    expect(compare_button(list_page)).to_be_disabled()
    list_page.get_by_role("checkbox", name="Select with random").check()
    compare_button(list_page).click()

    expect(list_page.get_by_role("heading", name="Compare 2 studies")).to_be_visible()
    expect(list_page.get_by_text("with tpe is ahead: val_loss 0.08333 after 6 trials")).to_be_visible()
    expect(list_page.get_by_role("img", name="Best val_loss so far by ended trials")).to_be_visible()
    check_looks(list_page)


def test_studies_are_compared_without_a_mouse(list_page):
    list_page.get_by_role("checkbox", name="Select with tpe").focus()
    list_page.keyboard.press("Space")
    list_page.get_by_role("checkbox", name="Select with random").focus()
    list_page.keyboard.press("Space")
    list_page.keyboard.press("Enter")  # to the bar
    compare_button(list_page).focus()
    list_page.keyboard.press("Enter")
    expect(list_page.get_by_role("heading", name="Compare 2 studies")).to_be_visible()
    alike = list_page.locator("summary", has_text="alike")
    alike.focus()
    list_page.keyboard.press("Enter")
    expect(list_page.get_by_text("learning_rate")).to_be_visible()
