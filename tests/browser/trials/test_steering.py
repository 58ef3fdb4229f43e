"""Somebody without a mouse steers a study: enqueues, removes, judges, undoes, and changes the space."""

import json

import pytest
from playwright.sync_api import expect

from dashboard.models import Study, TrialState
from tests.browser.keys import tab_to, type_over
from tests.browser.looks import check_looks
from tests.builders import PARAMS, add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, max_trials=60, max_epochs=5)
    add_trials(study, 20, n_reports=2)
    return study


def press(page, target):
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_trial_is_pasted_and_removed_by_keyboard(study, site, person, listener):
    listener.allow("status of 422")
    person.goto(f"{site}{study.get_absolute_url()}trials/enqueue/")
    tab_to(person, person.locator("summary", has_text="Paste parameters"))
    person.keyboard.press("Enter")
    pasted = person.get_by_label("JSON or a Python dict")
    type_over(person, pasted, json.dumps(PARAMS | {"learning_rate": 7}))
    press(person, person.get_by_role("button", name="Enqueue pasted parameters"))
    expect(person.get_by_text("learning_rate: must be")).to_be_visible()
    check_looks(person)
    type_over(person, pasted, json.dumps(PARAMS | {"learning_rate": 0.09}))
    press(person, person.get_by_role("button", name="Enqueue pasted parameters"))
    expect(person.get_by_role("heading", name="Trial #20")).to_be_visible()
    press(person, person.get_by_role("link", name="Remove", exact=True))
    press(person, person.get_by_role("button", name="Remove trial"))
    expect(person.get_by_text("Removed by")).to_be_visible()
    assert study.trials.get(number=20).state == TrialState.CANCELLED


def test_a_trial_is_left_out_and_counted_again_by_keyboard(study, site, person):
    before = study.trials.get(number=19).value
    person.goto(f"{site}{study.get_absolute_url()}trials/19/")
    press(person, person.get_by_role("link", name="Do not count"))
    check_looks(person)
    type_over(person, person.get_by_label("Reason"), "read the wrong file")
    press(person, person.get_by_role("button", name="Save"))
    expect(person.get_by_text("Left out of the model by")).to_be_visible()
    check_looks(person)
    press(person, person.get_by_role("button", name="Count it again"))
    expect(person.get_by_text("Left out of the model by")).to_have_count(0)
    assert study.trials.get(number=19).value == before


def test_the_space_is_narrowed_by_keyboard_and_the_chart_has_its_line(study, site, person):
    person.goto(f"{site}{study.get_absolute_url()}settings/")
    press(person, person.get_by_role("link", name="Change search space"))
    check_looks(person)
    rate = person.get_by_role("group", name="learning_rate")
    type_over(person, rate.get_by_label("Maximum"), "0.01")
    press(person, person.get_by_role("button", name="Save as space 2"))
    expect(person.get_by_text("All 20 ended trials fit")).to_be_visible()
    check_looks(person)
    assert Study.objects.get(pk=study.pk).search_space["learning_rate"].distribution.high == 0.01
    person.goto(f"{site}{study.get_absolute_url()}")
    chart = person.evaluate("JSON.parse(document.getElementById('chart-data').textContent).best.spaces")
    assert chart == [{"n": 20, "words": "space 2 from #20"}]


def test_without_scripts_the_forms_work(study, site, person, browser):
    state = person.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{site}{study.get_absolute_url()}settings/search/")
    page.get_by_label("Sampler").select_option("random")
    page.get_by_role("button", name="Save").click()
    assert Study.objects.get(pk=study.pk).sampler == "random"
    page.goto(f"{site}{study.get_absolute_url()}trials/3/judge/")
    page.get_by_label("Reason").fill("no scripts")
    page.get_by_role("button", name="Save").click()
    assert study.trials.get(number=3).failure_kind == "left_out"
    context.close()
