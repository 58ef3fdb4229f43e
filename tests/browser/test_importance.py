"""What the optimizer tells: loaded beside the page, accessible, up to date."""

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.models import Origin
from dashboard.studies import importance
from optimizer import SearchSpace
from tests.browser.looks import check_looks
from tests.builders import SPACE, add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
AUTO = {
    "sampler": "gp",
    "kind": "model",
    "text": "A Gaussian process on 12 trials predicts 0.5 ± 0.1 here.",
    "chosen_by": "auto",
    "why": "The Gaussian process's turn.",
    "mean": 0.5,
    "sd": 0.1,
    "best": 0.45,
    "improvement": 0.02,
    "n": 12,
    "lengths": {"learning_rate": 0.2, "units_1": 0.8, "activation_1": 1.4},
}


def add_results(study, n):
    """Random points; the branch with two layers depends on its own param."""
    space, rng = SearchSpace.from_json(SPACE), np.random.default_rng(0)
    for _ in range(n):
        params = space.sample(rng)
        value = abs(np.log10(params["learning_rate"]) + 3) + params.get("units_2", 0) / 100
        add_trials(study, params=params, value=lambda _n, v=value: v, origin=Origin.MODEL, sampler="tpe")


@pytest.fixture
def study(ada):
    return running_study(owner=ada, max_trials=200)


@pytest.fixture
def card(person):
    return person.locator("#study-importance")


def test_importance_comes_by_itself_and_is_accessible(study, card, site, person):
    add_results(study, 60)
    person.goto(site + study.get_absolute_url())
    expect(card.locator("tbody tr").first).to_contain_text("learning_rate")
    expect(card.locator("tbody tr").filter(has_text="units_2")).to_contain_text("within its branch")
    check_looks(person, charts=("best",))


def test_importance_says_what_it_needs_when_there_are_few_trials(study, card, site, person):
    add_results(study, 2)
    person.goto(site + study.get_absolute_url())
    expect(card).to_contain_text("Importance needs 10 complete trials, but there are only 2.")
    check_looks(person)


def test_importance_follows_the_trials_and_keeps_the_focus(study, card, site, person, monkeypatch):
    monkeypatch.setattr(importance, "POLL_SECONDS", 1)
    add_results(study, 40)
    person.goto(site + study.get_absolute_url())
    expect(card).to_contain_text("40 complete trials")
    region = card.get_by_role("group")
    region.focus()
    for n in (41, 42):
        add_trials(study)
        expect(card).to_contain_text(f"{n} complete trials")
        expect(region, "the update took the focus away").to_be_focused(timeout=2_000)


def test_trial_page_draws_a_prediction_accessibly(study, site, person):
    (trial,) = add_trials(
        study, n_reports=3, origin=Origin.MODEL, sampler="gp", explanation=AUTO, value=lambda _n: 0.3
    )
    person.goto(site + trial.get_absolute_url())
    expect(person.get_by_role("img", name="Predicted 0.5000 ± 0.1")).to_be_visible()
    check_looks(person, charts=("trial_epochs",))


def test_grid_follows_the_form_and_the_keyboard(site, person):
    person.goto(f"{site}/studies/new/?preset=classic")
    note = person.locator("#sampler-note")
    radios = person.get_by_role("radio", name="Grid search")
    person.locator("details.more > summary").filter(has_text="Sampler").click()
    person.locator('[name="sampler"]:checked').focus()
    while not radios.is_checked():
        person.keyboard.press("ArrowDown")
    expect(note).to_contain_text("50 points. The budget covers")
    expect(radios).to_be_focused()
    person.get_by_label("Trials", exact=True).fill("50")
    expect(note).to_contain_text("50 points. The study stops when all are tried")
    person.evaluate("window.scrollTo(0, 0)")  # nothing half below the bar
    check_looks(person)
    person.get_by_role("radio", name="TPE").check()
    expect(note).to_have_text("")
