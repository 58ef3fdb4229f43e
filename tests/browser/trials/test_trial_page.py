"""The page of one trial by mouse and by keyboard: values, copies, charts, neighbours, retry."""

import json
import re

import pytest
from playwright.sync_api import expect

from dashboard.engine.fences import Step, report_steps
from dashboard.models import Origin, TrialState
from tests.browser import steps
from tests.browser.every_page.content import SPACE, add_trials_of_every_state
from tests.browser.looks import check_looks
from tests.builders import add_trials, fence_of, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
CHOICES = [f"choice {i} " + "long " * 9 for i in range(12)]
MANY = {
    "version": 1,
    "params": [
        {"name": f"a_parameter_with_a_long_name_{i}", "type": "float", "low": 1e-9, "high": 1e9, "log": True}
        for i in range(58)
    ]
    + [
        {
            "name": "words",
            "type": "categorical",
            "choices": CHOICES,
        },
        {"name": "fixed", "type": "constant", "value": "a value " * 30},
    ],
}


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, max_trials=200, max_epochs=20, space=SPACE)
    add_trials_of_every_state(study)
    return study


@pytest.fixture
def clipboard(person, site):
    """What was copied, as text."""
    person.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    return lambda: person.evaluate("navigator.clipboard.readText()")


def open_trial(page, site, study, number):
    page.goto(f"{site}{study.get_absolute_url()}trials/{number}/")
    page.wait_for_function(steps.ALL_DRAWN)


def test_by_mouse(study, site, person, clipboard):
    open_trial(person, site, study, 30)
    trial = study.trials.get(number=30)
    values = person.locator(".vals tbody tr")
    expect(values).to_have_count(len(trial.params) - 2)  # two are fixed, and folded
    fold = person.locator("details.subfold")
    expect(fold.locator("dl").first).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("dl").first).to_contain_text("batch_size")

    person.get_by_role("button", name=re.compile("^JSON")).click()
    assert json.loads(clipboard()) == trial.params
    person.get_by_role("button", name=re.compile("^Python")).click()
    namespace = {}
    exec(clipboard(), namespace)
    assert namespace["params"] == trial.params

    metrics = person.locator("#trial-metrics tbody tr")
    expect(metrics).to_have_count(5)
    expect(metrics.first).to_contain_text("val_loss")
    person.get_by_role("button", name="Accuracy", exact=True).click()
    expect(person.get_by_role("button", name="Accuracy", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert steps.chart_points(person)["trial_epochs"] == {"val": 20, "train": 20, "median": 20, "best": 20}

    menu = person.locator("summary[aria-label='Download this chart']")
    menu.click()
    with person.expect_download() as download:
        person.get_by_role("button", name="PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    menu.click()
    with person.expect_download() as download:
        person.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 20
    assert "val_accuracy" in lines[0]

    person.get_by_role("link", name="Next trial, 31").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("Trial #31")
    person.get_by_role("link", name=re.compile("^Best trial")).click()
    expect(person.locator("#trial-head .tag")).to_contain_text("best of")
    expect(person.get_by_role("link", name=re.compile("^Best trial"))).to_have_count(0)


def test_by_keyboard(study, site, person, clipboard):
    open_trial(person, site, study, 30)
    person.get_by_role("link", name="Previous trial, 29").focus()
    person.keyboard.press("Enter")
    expect(person.get_by_role("heading", level=1)).to_have_text("Trial #29")
    person.get_by_role("link", name="Next trial, 30").focus()
    person.keyboard.press("Tab")  # past the banner, which has nothing to press
    expect(person.get_by_role("button", name=re.compile("^Python"))).to_be_focused()
    person.keyboard.press("Enter")
    assert clipboard().startswith("params = {")
    person.keyboard.press("Tab")
    person.keyboard.press("Tab")
    expect(person.locator("details.subfold summary")).to_be_focused()
    person.keyboard.press("Space")
    expect(person.locator("details.subfold dl").first).to_be_visible()


def test_failed_trial_is_retried(study, site, person):
    failed = study.trials.filter(state=TrialState.FAILED, failure_kind="error").get()
    open_trial(person, site, study, failed.number)
    expect(person.locator("#trial-facts")).to_contain_text("Error")
    expect(person.get_by_role("region", name="Traceback")).to_contain_text("no layer")
    person.get_by_role("button", name="Retry").click()
    expect(person.locator("#trial-head .chip")).to_have_text("Waiting")
    assert study.trials.get(pk=failed.pk).state == TrialState.WAITING


def test_open_page_follows_a_trial_that_trains(study, site, person):
    running = study.trials.filter(state=TrialState.RUNNING, step=0).get()
    open_trial(person, site, study, running.number)
    expect(person.locator("[data-metric]")).to_have_count(0)
    expect(person.locator("#trial-metrics")).to_contain_text("Nothing measured yet")

    report(running, 1)
    expect(person.locator("#trial-metrics tbody tr")).to_have_count(4)
    expect(person.locator("#trial-facts")).to_contain_text("at epoch 1 of 20")
    accuracy = person.get_by_role("button", name="Accuracy", exact=True)
    accuracy.click()

    report(running, 2)
    expect(person.locator("#trial-facts")).to_contain_text("at epoch 2 of 20")
    expect(accuracy).to_have_attribute("aria-pressed", "true")
    person.wait_for_function(f"({steps.CHART_POINTS})().trial_epochs.val === 2")


def report(trial, step):
    metrics = {"val_loss": 1 / step, "val_accuracy": 0.5, "loss": 0.9 / step, "accuracy": 0.6}
    assert report_steps(
        fence_of(trial), steps=[Step(step, metrics, 1.5 * step)], objective="val_loss", log=f"epoch {step}"
    )


def test_sixty_params_with_long_names_and_values(ada, site, person):
    study = running_study(owner=ada, space=MANY)
    params = dict.fromkeys(study.search_space.names, 0.5)
    params |= {"words": CHOICES[3], "fixed": MANY["params"][-1]["value"]}
    add_trials(study, 12, params=params, n_reports=1, origin=Origin.RANDOM)
    open_trial(person, site, study, 5)
    expect(person.locator(".vals tbody tr")).to_have_count(59)
    person.locator("details.subfold summary").click()
    check_looks(person, charts=("trial_epochs",))
