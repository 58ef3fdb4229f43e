"""Every page, wide and narrow, light and dark: accessible, quiet, no wider than the screen, charts drawn."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.models import StudyState, TrialState, Worker
from dashboard.models.worker import slot_name
from tests.browser import steps
from tests.browser.looks import check_looks
from tests.builders import add_trials, claim, make_study, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
# The views of a study, and the charts that each has at least.
VIEWS = {"": ("best",), "explore": (), "trials": (), "settings": (), "discussion": ()}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def add_worker(name="node-a", n_slots=4):
    now = timezone.now()
    Worker.objects.create(name=name, n_slots=n_slots, started_at=now, alive_until=now + dt.timedelta(hours=1))


def study_with_trials(ada, n, state=StudyState.RUNNING):
    study = running_study(owner=ada, max_trials=max(n, 10) + 10)
    add_trials(study, n, n_reports=3, value=lambda number: 0.5 + 0.4 / (number + 1))
    if n > 1:
        add_trials(study, 1, state=TrialState.FAILED, failure_message="It broke." * 30)
        add_trials(study, 1, state=TrialState.PRUNED, n_reports=2, step=2, step_value=0.8)
        add_trials(study, 1, state=TrialState.RUNNING, n_reports=2, step=2, step_value=0.7)
    if state == StudyState.FINISHED:
        study.trials.filter(state=TrialState.RUNNING).update(state=TrialState.CANCELLED)
        study.__class__.objects.filter(pk=study.pk).update(
            state=state, state_reason="Budget reached: 300 trials", finished_at=timezone.now()
        )
        study.refresh_from_db()
    return study


def check_views(page, site, study):
    for view, at_least in VIEWS.items():
        charts = at_least
        page.goto(site + steps.view_of(study, view))
        expect(page.get_by_text("Loading …")).to_have_count(0)
        if view == "explore" and study.state != StudyState.DRAFT:
            charts = steps.chart_points(page)  # which pictures there are depends on the trials
            assert "epochs" in charts
        check_looks(page, charts=charts)
        assert bool(charts) == (page.locator("canvas[data-chart]").count() > 0)


def test_sign_in_page(site, visitor):
    visitor.goto(f"{site}/account/login/")
    check_looks(visitor)


def test_sign_in_page_when_the_password_is_wrong(ada, site, visitor):
    visitor.goto(f"{site}/account/login/")
    visitor.get_by_label("Username or email").fill("ada")
    visitor.get_by_label("Password").fill("wrong")
    visitor.get_by_role("button", name="Sign in", exact=True).click()
    expect(visitor.locator(".field-error")).to_be_visible()
    check_looks(visitor)


@pytest.mark.parametrize(
    "path",
    [
        "/studies/",
        "/studies/new/",
        "/datasets/",
        "/teams/",
        "/workers/",
        "/account/password/change/",
        "/account/email/",
        "/account/2fa/",
        "/account/sessions/",
    ],
)
def test_page_when_nothing_has_been_made(path, site, person):
    person.goto(site + path)
    check_looks(person)


def test_page_that_does_not_exist(site, person, listener):
    listener.allow("status of 404")
    person.goto(f"{site}/studies/4711/")
    expect(person.get_by_role("heading", level=1)).to_have_text("Page not found")
    check_looks(person)


def test_new_study_page_when_every_group_and_editor_is_open(site, person):
    person.goto(f"{site}/studies/new/?preset=quick")
    steps.open_all(person)
    editors = "details.knobs, .knob-edit, .more, .fold, .paste"
    person.evaluate(f"document.querySelectorAll('{editors}').forEach((e) => e.open = true)")
    check_looks(person)


def test_new_study_page_when_fields_are_wrong(site, person, listener):
    listener.allow("status of 422")
    person.goto(f"{site}/studies/new/")
    steps.field(person, "learning_rate", "mode").first.check(force=True)
    steps.field(person, "learning_rate", "value").fill("fast")
    steps.fill_budget(person, trials=0, epochs="many")
    steps.press_start(person)
    expect(person.locator(".field-error")).to_have_count(3)
    check_looks(person)


@pytest.mark.parametrize("state", [StudyState.DRAFT, StudyState.FINISHED])
def test_budget_page(state, ada, site, person):
    study = make_study(state, owner=ada, max_stale_trials=9)
    person.goto(f"{site}{study.get_absolute_url()}budget/")
    expect(person.get_by_label("Trials without improvement")).to_be_visible()
    check_looks(person)


def test_study_page_when_its_menus_are_open_and_all_its_limits_are_set(ada, site, person):
    limits = {"target_value": 0.1, "max_stale_trials": 30, "min_improvement": 2.5, "max_seconds": 3600}
    study = running_study(owner=ada, lost_retries=0, **limits)
    add_trials(study, 5, n_reports=3)
    add_trials(study, 2, state=TrialState.FAILED, failure_kind="lost")
    person.goto(site + study.get_absolute_url())
    for menu in person.locator("#study-actions summary").all():
        menu.click()
        check_looks(person)


def test_study_list_when_it_is_full(ada, site, person):
    study_with_trials(ada, 12)
    for number in range(32):
        make_study(list(StudyState)[number % 6], owner=ada, name=f"study {number} " + "long-name-" * 6)
    person.goto(f"{site}/studies/")
    expect(person.locator("#studies tbody tr")).to_have_count(30)
    check_looks(person)


def test_study_list_when_no_study_matches(ada, site, person):
    make_study(owner=ada)
    person.goto(f"{site}/studies/?q=nothing-like-that")
    check_looks(person)


@pytest.mark.parametrize(
    "state", [StudyState.DRAFT, StudyState.PAUSED, StudyState.STOPPED, StudyState.FAILED]
)
def test_study_page_when_it_has_no_trials(state, ada, site, person):
    check_views(person, site, make_study(state, owner=ada))


@pytest.mark.parametrize(
    ("n", "state"), [(0, "running"), (1, "running"), (1, "finished"), (300, "running"), (300, "finished")]
)
def test_study_page_when_it_has_trials(n, state, ada, site, person):
    study = study_with_trials(ada, n, state)
    check_views(person, site, study)
    person.goto(site + steps.view_of(study, "trials"))
    expect(steps.trial_rows(person)).to_have_count(min(25, study.trials.count() or 1))
    person.goto(site + study.get_absolute_url())
    assert steps.chart_points(person)["best"]["complete"] == n


@pytest.mark.parametrize(
    "state",
    [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED, TrialState.RUNNING, TrialState.WAITING],
)
def test_trial_page(state, ada, site, person):
    study = running_study(owner=ada)
    (trial,) = add_trials(study, state=state, n_reports=3)
    person.goto(site + trial.get_absolute_url())
    check_looks(person, charts=("trial_epochs",))


def test_workers_page_when_trials_train(ada, site, person):
    names = [f"a-host-with-a-long-name.example.org-{number}:4711" for number in range(3)]
    for name in names:
        add_worker(name)
    study = running_study(owner=ada, name="a study with a long name " * 3, n_parallel=8)
    for number in range(1, 4):
        claim(study, worker=slot_name(names[0], number))
    claim(study, worker=slot_name("gone.example.org:1", 1))
    person.goto(f"{site}/workers/")
    expect(person.get_by_role("heading", name="Offline")).to_be_visible()
    check_looks(person)


def test_workers_page_follows_what_happens_and_its_clocks_tick(ada, site, person):
    add_worker("node-a:1")
    person.goto(f"{site}/workers/")
    age = person.locator("[id^=worker-] [data-age]")
    first = age.inner_text()
    expect(age).not_to_have_text(first)

    claim(running_study(owner=ada, name="just begun"), worker=slot_name("node-a:1", 1))

    expect(person.get_by_role("link", name="just begun #0")).to_be_visible()
    expect(person.locator("#slots")).to_have_text("1 of 4 slots busy")


@pytest.mark.parametrize("path", ["/studies/", "/workers/"])
def test_page_when_work_waits_for_a_worker(path, ada, site, person):
    running_study(owner=ada)
    person.goto(site + path)
    expect(person.locator("#troubles")).to_contain_text("No workers are running")
    check_looks(person)

    add_worker()

    expect(person.locator("#troubles")).not_to_contain_text("No workers are running")


def test_hostile_name_is_only_text_when_it_is_shown_everywhere(ada, site, person):
    study = running_study(owner=ada, name=HOSTILE)
    (trial,) = add_trials(study, state=TrialState.RUNNING, n_reports=2)
    add_worker()
    views = [steps.view_of(study, view) for view in VIEWS]
    for path in ("/studies/", *views, trial.get_absolute_url(), "/workers/"):
        person.goto(site + path)
        expect(person.locator("#main").get_by_text(HOSTILE).first).to_be_visible()
    person.goto(f"{site}/studies/new/?from={study.pk}")
    expect(person.get_by_label("Name", exact=True)).to_have_value(f"{HOSTILE} (copy)")
    person.goto(f'{site}/studies/?q="><script>alert(3)</script>')
    expect(person.get_by_label("Search studies")).to_have_value('"><script>alert(3)</script>')
