"""What a study will take stands on the page before it starts; measured for real."""

import pytest
from playwright.sync_api import expect

from dashboard.models import Cost
from dashboard.tasks import measure_costs
from tests.browser import keys, steps
from tests.browser.looks import check_looks
from tests.live import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_says_what_the_study_takes_and_follows_the_form(ada, site, person):
    person.goto(f"{site}/studies/new/?preset=quick")
    card = person.locator("#cost")
    expect(card).to_contain_text("Measuring a few networks")

    measure_costs()

    expect(card).to_contain_text("Smallest network")
    expect(card).to_contain_text("Largest network")
    check_looks(person)
    steps.fill_budget(person, trials=7, epochs=3)
    expect(card).to_contain_text("for 7 trials of 3 epochs")
    person.get_by_label("Trials", exact=True).fill("")
    expect(card).to_contain_text("Fix the budget to see an estimate for the whole study.")

    steps.open_editor(person, "learning_rate")
    steps.field(person, "learning_rate", "high").fill("0.05")
    button = card.get_by_role("button", name="Measure")
    expect(button).to_be_visible()
    keys.tab_to(person, button)
    person.keyboard.press("Enter")
    expect(card).to_contain_text("Measuring a few networks")
    wait_for(lambda: Cost.objects.count() == 2, "the second question", 10)
