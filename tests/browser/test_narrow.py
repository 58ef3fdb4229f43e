"""What a person with a keyboard, or with a narrow window on a desktop, has to get past."""

import pytest
from playwright.sync_api import expect

from tests.browser import keys

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


def test_a_link_leads_past_the_search_space(site, person):
    person.goto(f"{site}/studies/new/")
    link = person.get_by_role("link", name="Skip to goal and budget")
    shape = "getComputedStyle(document.querySelector('.skip-in')).clipPath"
    assert person.evaluate(shape) != "none"
    keys.tab_to(person, link)
    assert person.evaluate(shape) == "none"

    person.keyboard.press("Enter")
    person.keyboard.press("Tab")

    expect(person.get_by_label("Objective")).to_be_focused()
