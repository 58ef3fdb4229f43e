"""Suggestions told from studies in the database, and what their buttons do."""

import json
import random
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from dashboard.models import FailureKind, Membership, Origin, Report, Role, Study, StudyState, Team
from dashboard.studies.suggestions.addresses import copy_url
from dashboard.studies.suggestions.card import MOST, card_of, suggestions_of
from dashboard.trials.results import results_of
from dashboard.winners.actions import confirm_best
from tests.builders import PARAMS, actor, add_trials, make_study, make_user, running_study

BRANCHES = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-4, "high": 0.1, "log": True},
        {"name": "optimizer", "type": "categorical", "choices": ["adam", "sgd"]},
        {
            "name": "momentum",
            "type": "float",
            "low": 0.0,
            "high": 0.9,
            "when": {"parent": "optimizer", "in": ["sgd"]},
        },
    ],
}


def found(study):
    study.refresh_from_db()
    return {each.key: each for each in suggestions_of(study, results_of(study))}


def end(study):
    Study.objects.filter(pk=study.pk).update(state=StudyState.FINISHED, version=study.version + 1)


def spread(study, n, **changes):
    """Complete trials with random rates of up to 0.03 and units, whose values are noise."""
    rng = random.Random(1)
    for _ in range(n):
        rate, units, noise = 10 ** rng.uniform(-4, -1.5), rng.randrange(8, 129, 8), rng.random()
        params = {**PARAMS, "learning_rate": rate, "units_1": units} | changes
        add_trials(study, 1, params=params, value=lambda _, v=noise: v)


def adams(study, n):
    rng = random.Random(2)
    for _ in range(n):
        rate, noise = 10 ** rng.uniform(-4, -1), rng.random()
        params = {"learning_rate": rate, "optimizer": "adam"}
        add_trials(study, 1, params=params, value=lambda _, v=noise: v)


@pytest.fixture
def study(user):
    return running_study(max_trials=500)


def test_divergence_leads_to_a_narrower_range_of_the_study_itself(page, study):
    spread(study, 60)
    for number in range(12):
        params = {**PARAMS, "learning_rate": 0.05 + number / 1_000}
        add_trials(study, 1, params=params, state="failed", failure_kind=FailureKind.DIVERGED)
    each = found(study)["diverged learning_rate high"]
    address = urlsplit(each.url)
    assert address.path == reverse("study-space", args=[study.pk])
    limit = parse_qs(address.query)["high.learning_rate"][0]
    assert 0.03 <= float(limit) <= 0.05
    assert f"Changed: learning_rate up to {limit}." in page.get(each.url).content.decode()


def test_divergence_of_a_study_that_has_ended_leads_to_a_copy(page, study):
    spread(study, 60)
    for number in range(12):
        params = {**PARAMS, "learning_rate": 0.05 + number / 1_000}
        add_trials(study, 1, params=params, state="failed", failure_kind=FailureKind.DIVERGED)
    end(study)
    each = found(study)["diverged learning_rate high"]
    assert parse_qs(urlsplit(each.url).query)["from"] == [str(study.pk)]
    assert "Changed: learning_rate up to" in page.get(each.url).content.decode()


@pytest.mark.parametrize("is_over", [False, True])
def test_a_choice_at_which_trials_fail_is_left_out(page, study, is_over):
    spread(study, 40, activation_1="relu")
    add_trials(study, 12, params={**PARAMS, "activation_1": "tanh"}, state="failed")
    if is_over:
        end(study)
    each = found(study)["error activation_1 without tanh"]
    assert json.loads(parse_qs(urlsplit(each.url).query)["without.activation_1"][0]) == "tanh"
    body = page.get(each.url).content.decode()
    assert "Changed: activation_1 without tanh." in body


def test_a_branch_is_filled_with_trials_that_wait(page, user):
    study = running_study(max_trials=60, space=BRANCHES)
    adams(study, 40)
    each = found(study)["branch optimizer sgd"]
    page.post(each.url, dict(each.fields))
    made = study.trials.filter(origin=Origin.ENQUEUED)
    assert [trial.params["optimizer"] for trial in made] == ["sgd"] * 4
    assert all("momentum" in trial.params for trial in made)
    study.refresh_from_db()
    assert (study.max_trials, len(study.events.filter(what__startswith="enqueued"))) == (60, 4)
    assert "branch optimizer sgd" not in found(study)
    page.post(each.url, dict(each.fields))  # pressed twice
    assert made.count() == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "optimizer", "value": '"lion"'},
        {"name": "learning_rate", "value": "0.01"},
        {"name": "optimizer", "value": "["},
        {},
    ],
)
def test_what_is_no_branch_enqueues_nothing(page, user, fields):
    study = running_study(max_trials=60, space=BRANCHES)
    adams(study, 40)
    answer = page.post(reverse("study-branch", args=[study.pk]), fields, follow=True)
    assert "No branch of the search space has" in answer.content.decode()
    assert not study.trials.filter(origin=Origin.ENQUEUED).exists()


def test_no_branch_is_filled_of_a_study_that_has_ended(user):
    study = running_study(max_trials=60, space=BRANCHES)
    adams(study, 40)
    end(study)
    assert "branch optimizer sgd" not in found(study)


def with_epochs(study, n=50, epochs=8):
    trials = add_trials(study, n, value=lambda number: 0.2 + number % 10 / 100, step=epochs)
    attempts = {trial.pk: trial.attempts.get() for trial in trials}
    Report.objects.bulk_create(
        Report(
            attempt=attempts[trial.pk], step=step, metrics={"val_loss": trial.value + 1 / step}, seconds=step
        )
        for trial in trials
        for step in range(1, epochs + 1)
    )


def test_early_stopping_is_turned_on_for_the_trials_to_come(page, user):
    study = running_study(max_trials=500, max_epochs=8)
    with_epochs(study)
    each = found(study)["early stopping"]
    page.post(each.url, dict(each.fields))
    study.refresh_from_db()
    assert study.pruner == dict(each.fields)["pruner"]
    assert study.events.filter(what__startswith="changed early stopping: none → ").count() == 1
    assert "early stopping" not in found(study)


def test_a_study_that_has_ended_is_copied_with_early_stopping(page, user):
    study = running_study(max_trials=500, max_epochs=8)
    with_epochs(study)
    end(study)
    each = found(study)["early stopping"]
    assert not each.acts
    assert "Changed: early stopping" in page.get(each.url).content.decode()


@pytest.mark.parametrize("is_over", [False, True])
def test_a_model_file_can_stop_early_while_it_runs_and_is_copied_as_one(user, is_over):
    study = running_study(max_trials=500, max_epochs=8)
    with_epochs(study)
    Study.objects.filter(pk=study.pk).update(code="def build(hp): ...")
    if is_over:
        end(study)
    assert ("early stopping" in found(study)) == (not is_over)
    study.refresh_from_db()
    assert copy_url(study).startswith(reverse("custom-study-new"))


def test_a_model_file_says_its_own_space(user):
    study = running_study(max_trials=500)
    spread(study, 40, activation_1="relu")
    add_trials(study, 12, params={**PARAMS, "activation_1": "tanh"}, state="failed")
    assert "error activation_1 without tanh" in found(study)
    Study.objects.filter(pk=study.pk).update(code="def build(hp): ...", n_rewrites=1)
    assert not [each for each in found(study).values() if "without." in each.url]


def test_a_pruner_that_needs_options_cannot_be_turned_on(page, study):
    answer = page.post(reverse("study-early-stopping", args=[study.pk]), {"pruner": "threshold"}, follow=True)
    study.refresh_from_db()
    assert study.pruner == ""
    assert "must be one of" in answer.content.decode()


@pytest.mark.parametrize("changes", [{"pruner": "median"}, {"max_epochs": 3}])
def test_where_nothing_can_be_spared_nothing_is_replayed(user, changes):
    study = running_study(**{"max_trials": 500, "max_epochs": 8, **changes})
    with_epochs(study)
    assert "early stopping" not in found(study)


def test_without_stored_epochs_nothing_is_replayed(user):
    study = running_study(max_trials=500, max_epochs=8)
    add_trials(study, 60, value=lambda number: number % 10)
    assert "early stopping" not in found(study)


def test_without_progress_a_sampler_that_learns_nothing_is_changed(page, user):
    study = running_study(max_trials=500, sampler="random")
    add_trials(study, 60, value=lambda number: number)
    each = found(study)["no progress"]
    assert not each.acts
    assert "Changed: sampler Automatic" in page.get(each.url).content.decode()


def test_without_progress_the_best_value_is_compared_with_what_came_later(study):
    add_trials(study, 60, value=lambda number: 0.25 + number / 100)
    assert found(study)["no progress"].evidence == (
        "Trial #0, 0.2500, is still the best after 60 trials; the best since then is 0.2600."
    )


def test_values_that_no_param_explains_are_named(study):
    spread(study, 60)
    assert "unexplained" in found(study)


def test_whoever_may_only_look_is_not_led_to_a_budget_that_they_may_not_change(page, study, user):
    spread(study, 45)
    team = Team.objects.create(name="vision")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    address = reverse("study-budget", args=[study.pk])
    assert address in page.get(reverse("study-suggestions", args=[study.pk])).content.decode()
    Study.objects.filter(pk=study.pk).update(owner=make_user("bob"), team=team)
    body = page.get(reverse("study-suggestions", args=[study.pk])).content.decode()
    assert "The parameters hardly explain the values." in body
    assert address not in body


def test_values_that_params_explain_are_not(study):
    rng = random.Random(5)
    for _ in range(60):
        rate = 10 ** rng.uniform(-4, -1)
        add_trials(study, 1, params={**PARAMS, "learning_rate": rate}, value=lambda _, v=rate: v)
    assert "unexplained" not in found(study)


def test_the_lead_of_an_ended_search_is_confirmed_by_the_button(page, user):
    study = make_study("finished", max_trials=500)
    add_trials(study, 12, value=lambda number: 0.3 + number % 4 / 1000)
    (key,) = [key for key in found(study) if key.startswith("noise")]
    each = found(study)[key]
    page.post(each.url, dict(each.fields))
    runs = Study.objects.get(confirms=study)
    assert runs.trials.exists()
    assert key not in found(study), "it is being confirmed"


def test_repeats_of_a_confirmation_tell_the_noise_of_a_later_best(user):
    study = make_study("finished", max_trials=500)
    spread(study, 20)
    runs = confirm_best(study, n_best=1, n_seeds=3, by=actor(user))
    for number, trial in enumerate(runs.trials.order_by("number")):
        runs.trials.filter(pk=trial.pk).update(state="complete", value=0.5 + 0.01 * number)
    Study.objects.filter(pk=runs.pk).update(state=StudyState.FINISHED)
    assert not [key for key in found(study) if key.startswith("noise")], "the best is confirmed"
    add_trials(study, 1, params={**PARAMS, "learning_rate": 0.05}, value=lambda _: -0.001)
    Study.objects.filter(pk=study.pk).update(version=study.version + 9)
    assert [key for key in found(study) if key.startswith("noise")] == ["noise 20"]


def test_while_it_runs_no_lead_is_confirmed(study):
    add_trials(study, 12, value=lambda number: 0.3 + number % 4 / 1000)
    assert not [key for key in found(study) if key.startswith("noise")]


@pytest.mark.parametrize("state", ["failed", "pruned", "waiting"])
def test_without_a_value_nothing_breaks(study, state):
    add_trials(study, 60, state=state)
    assert set(found(study)) <= {"branch n_layers 2"}


def test_constant_values_are_no_news(study):
    add_trials(study, 45, value=lambda _: 0.5)
    assert "unexplained" not in found(study)


def test_values_that_are_no_number_count_as_none(study):
    spread(study, 45)
    add_trials(study, 3, value=lambda _: float("inf"), metrics={})
    assert "45 complete trials" in found(study)["unexplained"].evidence


def test_sixty_params_give_a_few_suggestions(user):
    names = [f"x_{n:02}" for n in range(60)]
    params = [{"name": name, "type": "float", "low": 1.0, "high": 2.0} for name in names]
    study = running_study(max_trials=500, space={"version": 1, "params": params})
    for number in range(80):
        value = 1 + number / 80
        add_trials(study, 1, params=dict.fromkeys(names, value), value=lambda _, v=value: v)
    card = card_of(study, results_of(study))
    assert 0 < len(card.shown) <= MOST
    assert sum(each.key.startswith("crowded") for each in card.shown) <= 2


def test_a_study_that_confirms_another_says_nothing(user):
    study = make_study("finished")
    add_trials(study, 12, value=lambda number: number)
    runs = confirm_best(study, n_best=1, n_seeds=2, by=actor(user))
    assert found(runs) == {}


def test_the_same_part_of_the_space_is_named_once(study):
    """Where trials diverge at an end they are wasted there, too."""
    spread(study, 40)
    for number in range(30):
        params = {**PARAMS, "learning_rate": 0.0995 + number / 1e5}
        add_trials(study, 1, params=params, state="failed", failure_kind=FailureKind.DIVERGED)
    about = [each.about for each in found(study).values() if each.about]
    assert about.count("learning_rate high") == 1
