"""The ways through Parzen with everything real: browser, web server, broker, worker, Keras."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.models import Study, StudyState, Trial, TrialState
from tests.browser import keys, steps
from tests.builders import PASSWORD
from tests.faults.studies import small_study
from tests.live import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def quiet(worker):
    """No training of an earlier test takes the cores."""
    yield
    Study.objects.filter(state__in=[StudyState.RUNNING, StudyState.PAUSED]).update(state=StudyState.STOPPED)
    Trial.objects.filter(state__in=[TrialState.WAITING, TrialState.RUNNING]).update(
        state=TrialState.CANCELLED
    )
    wait_for(lambda: not worker.trainings(), "the end of all trainings", 120)


def test_study_finishes_on_the_page_when_a_person_starts_it(ada, site, visitor, worker):
    page = visitor
    steps.sign_in(page, site)
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Dataset").select_option(label="Digits")
    steps.set_mode(page, "pre_dropout_1", "Search")
    steps.open_editor(page, "pre_dropout_1")
    steps.field(page, "pre_dropout_1", "low").fill("0.1")
    steps.field(page, "pre_dropout_1", "high").fill("0.3")
    steps.fill_budget(page, trials=3, epochs=2)
    steps.press_start(page)
    expect(page).to_have_url(re.compile(r"/studies/\d+/$"))
    steps.expect_state(page, "Running")
    steps.mark(page)
    steps.expect_state(page, "Finished")
    steps.expect_same_page(page)
    _expect_finished_study(page)
    _expect_trial_page(page)


def _expect_finished_study(page):
    study = Study.objects.get()
    (searched,) = [p for p in study.space["params"] if p["name"] == "pre_dropout_1"]
    assert (searched["low"], searched["high"]) == (0.1, 0.3)
    expect(page.locator("#study-head")).to_contain_text("Budget reached: 3 trials")
    best = page.locator("#study-best .best-value")
    shown, true = float(best.inner_text()), float(best.get_attribute("title"))
    assert shown == pytest.approx(true, rel=1e-3)
    assert true == min(study.trials.values_list("value", flat=True))
    points = steps.chart_points(page)
    assert points["best"]["complete"] == 3
    assert points["best"]["best"] >= 2
    steps.open_view(page, "Trials")
    expect(steps.trial_rows(page)).to_have_count(3)
    expect(steps.trial_rows(page).filter(has_text="Complete")).to_have_count(3)
    expect(page.locator("#study-trials")).to_contain_text("pre_dropout_1")
    steps.open_view(page, "Explore")
    assert sorted(steps.chart_points(page)["epochs"].values()) == [2, 2, 2]


def _expect_trial_page(page):
    steps.open_view(page, "Overview")
    page.locator("#study-best").get_by_role("link", name="Trial #").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Trial #")
    expect(page.locator("#trial-head .chip")).to_have_text("Complete")
    assert steps.chart_points(page)["trial_epochs"]["val"] == 2
    values = page.locator("section").filter(has=page.get_by_role("heading", name="Values", exact=True))
    expect(values.get_by_role("row").filter(has_text="pre_dropout_1")).to_be_visible()
    expect(values.get_by_role("row").filter(has_text="learning_rate")).to_be_visible()
    expect(page.get_by_role("region", name="Log tail")).to_contain_text("complete: val_loss")


def test_study_is_stopped_by_name_when_someone_presses_stop(ada, site, person, worker):
    study = small_study(max_epochs=100_000, owner=ada)
    person.goto(site + study.get_absolute_url())
    steps.expect_training(person)
    steps.press_stop(person)
    steps.expect_state(person, "Stopped")
    expect(person.locator("#study-head")).to_contain_text("Stopped by Ada Lovelace")
    expect(steps.training_rows(person)).to_have_count(0)
    expect(steps.stop_menu(person)).to_have_count(0)
    steps.open_view(person, "Trials")
    expect(steps.trial_rows(person)).to_contain_text("Cancelled")
    wait_for(lambda: not worker.trainings(), "the end of the training")


def test_study_waits_when_it_is_paused_and_goes_on_when_it_is_resumed(ada, site, person, worker):
    study = small_study(max_trials=5_000, owner=ada)
    person.goto(site + steps.view_of(study, "trials"))
    expect(steps.trial_rows(person).filter(has_text="Complete").first).to_be_visible(timeout=steps.LONG_MS)
    person.get_by_role("button", name="Pause").click()
    steps.expect_state(person, "Paused")
    expect(person.locator("#study-head")).to_contain_text("Paused by Ada Lovelace")
    wait_for(lambda: not study.trials.filter(state="running").exists(), "the end of the last training")
    n = study.trials.count()
    steps.mark(person)
    person.get_by_role("button", name="Resume").click()
    steps.expect_state(person, "Running")
    wait_for(lambda: study.trials.filter(state="complete").count() > n, "another trial", 120)
    steps.press_stop(person)
    steps.expect_state(person, "Stopped")


def test_preset_fills_the_form_and_starts_when_it_is_pressed_in_the_empty_list(ada, site, person, worker):
    person.goto(f"{site}/studies/")
    person.get_by_role("link", name="MNIST MLP, the classic").click()
    expect(person.locator(".head")).to_contain_text("mnist is not on this machine")
    expect(person.get_by_label("Name", exact=True)).to_have_value("digits-classic")
    steps.reveal(person, "units_1")
    steps.reveal(person, "units_2")
    expect(steps.field(person, "units_1", "value")).to_have_value("512")
    expect(steps.field(person, "units_2", "value")).to_have_value("1000")
    for name in ("activation_1", "pre_dropout_2", "dropout_2"):
        steps.reveal(person, name)
        assert steps.field(person, name, "mode").nth(1).is_checked()
    steps.press_start(person)
    steps.expect_state(person, "Running")
    searched = {p["name"] for p in Study.objects.get().space["params"] if p["type"] != "constant"}
    assert searched == {"activation_1", "pre_dropout_2", "dropout_2"}
    steps.press_stop(person)
    steps.expect_state(person, "Stopped")


def test_study_goes_on_when_its_owner_signs_out(ada, site, person, worker):
    study = small_study(max_trials=2, owner=ada)
    person.goto(site + study.get_absolute_url())
    steps.expect_state(person, "Running")
    person.locator(".topbar .menu summary").click()
    person.get_by_role("button", name="Sign out").click()
    expect(person).to_have_url(f"{site}/account/login/")
    person.goto(site + study.get_absolute_url())
    expect(person).to_have_url(re.compile(r"/account/login/\?next="))
    wait_for(lambda: Study.objects.get(pk=study.pk).is_ended, "the end of the study", 120)
    steps.sign_in(person, site)
    person.get_by_role("link", name=study.name).click()
    steps.expect_state(person, "Finished")
    steps.open_view(person, "Trials")
    expect(steps.trial_rows(person)).to_have_count(2)


def test_draft_is_kept_and_started_later_when_it_is_saved(ada, site, person, worker):
    person.goto(f"{site}/studies/new/?preset=quick")
    person.get_by_label("Name", exact=True).fill("for tomorrow")
    steps.fill_budget(person, trials=1, epochs=1)
    person.get_by_role("button", name="Save draft").click()
    steps.expect_state(person, "Draft")
    expect(person.locator("#study-head")).to_contain_text("Created by Ada Lovelace. Not started yet.")
    assert not Trial.objects.exists()
    person.goto(f"{site}/studies/")
    person.get_by_role("link", name="for tomorrow").click()
    person.get_by_role("button", name="Start study").click()
    steps.expect_state(person, "Finished")
    steps.open_view(person, "Trials")
    expect(steps.trial_rows(person)).to_have_count(1)


def test_study_is_made_started_and_stopped_when_there_is_only_a_keyboard(ada, site, visitor, worker):
    page = visitor
    page.goto(f"{site}/account/login/")
    keys.type_over(page, page.get_by_label("Username"), "ada")
    keys.type_over(page, page.get_by_label("Password"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/studies/")
    keys.tab_to(page, page.get_by_role("link", name="New study"))
    page.keyboard.press("Enter")
    _fill_new_study_by_keyboard(page)
    steps.expect_state(page, "Running")
    steps.expect_training(page)
    keys.tab_to(page, steps.stop_menu(page))
    page.keyboard.press("Enter")
    keys.tab_to(page, page.get_by_role("button", name="Stop now"))
    page.keyboard.press("Enter")
    steps.expect_state(page, "Stopped")
    keys.tab_to(page, steps.view_tab(page, "Trials"))
    page.keyboard.press("Enter")
    expect(steps.trial_rows(page).first).to_be_visible()
    keys.tab_to(page, page.get_by_role("link", name="#0"))
    page.keyboard.press("Enter")
    expect(page.locator("#trial-head .chip")).to_have_text("Cancelled")
    _sign_out_by_keyboard(page, site)
    (searched,) = [p for p in Study.objects.get().space["params"] if p["name"] == "pre_dropout_1"]
    assert (searched["low"], searched["high"]) == (0.1, 0.3)


def _fill_new_study_by_keyboard(page):
    page.wait_for_url("**/studies/new/")
    keys.tab_to(page, page.get_by_label("Dataset"))
    page.keyboard.type("Digits")
    keys.type_over(page, page.get_by_label("Trials", exact=True), 3)
    keys.type_over(page, page.get_by_label("Epochs per trial"), 100_000)
    keys.type_over(page, page.get_by_label("Name", exact=True), "by keyboard")
    keys.tab_to(page, page.locator("#all-knobs > summary"))
    page.keyboard.press("Enter")
    shared = steps.shared_row(page, "pre_dropout_1")
    keys.tab_to(page, shared.get_by_role("button", name="One row a layer"))
    page.keyboard.press("Enter")
    expect(steps.knob(page, "pre_dropout_8")).to_be_attached()
    keys.tab_to(page, steps.field(page, "pre_dropout_1", "mode").first)
    page.keyboard.press("ArrowRight")
    keys.check_focus(page)
    keys.tab_to(page, steps.knob(page, "pre_dropout_1").locator("summary"))
    page.keyboard.press("Enter")
    keys.type_over(page, steps.field(page, "pre_dropout_1", "low"), "0.1")
    keys.type_over(page, steps.field(page, "pre_dropout_1", "high"), "0.3")
    keys.tab_to(page, page.get_by_role("button", name="Start study"))
    page.keyboard.press("Enter")


def _sign_out_by_keyboard(page, site):
    keys.tab_to(page, page.locator(".topbar .menu summary"))
    page.keyboard.press("Enter")
    keys.tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/account/login/")
