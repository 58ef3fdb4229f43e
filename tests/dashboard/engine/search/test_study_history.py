"""What a process remembers of a study never changes a suggestion."""

import datetime as dt
import random

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.engine.fences import (
    Step,
    fail_trial,
    finish_trial,
    lose_trial,
    prune_trial,
    report_steps,
)
from dashboard.engine.retries import retry_trial
from dashboard.engine.search import suggestions
from dashboard.engine.search.study_history import Past
from dashboard.engine.search.suggestions import suggest
from dashboard.models import FailureKind, Study, Trial
from tests.builders import add_trials, claim, complete, fence_of, make_study, outcome, running_study, steps

pytestmark = pytest.mark.django_db


def seen(past):
    """All that a sampler can look at."""
    history = past.history
    reports = {int(n): history.reports.of(int(n)) for n in history.numbers}
    arrays = [history.coordinates, history.active, history.losses, history.numbers]
    return [a.tobytes() for a in arrays], history.states, list(history.proposers), reports, past.pending


def remembered(past, study):
    """As `suggest` keeps it up."""
    return past if past is not None and past.catch_up(study) else Past(study)


def end_somehow(trial, rng):
    fence = fence_of(trial)
    values = [rng.random() for _ in range(rng.randint(1, 4))]
    report_steps(fence, steps=steps(*values), objective="val_loss", log="")
    match rng.choice(["finish", "finish", "prune", "prune", "fail", "lose", "diverge"]):
        case "finish":
            finish_trial(fence, outcome(values[-1]))
        case "prune":
            at = rng.randint(1, len(values))
            prune_trial(fence, step=Step(at, {}, 0.1), value=values[at - 1], reason="bad")
        case "fail":
            fail_trial(fence, kind=FailureKind.ERROR, message="It broke.")
        case "lose":
            lose_trial(fence, reason="Killed.")
        case "diverge":
            finish_trial(fence, outcome(float("nan")))


@pytest.mark.parametrize("seed", range(8))
def test_two_processes_that_look_at_different_times_see_what_a_fresh_one_sees(seed):
    rng = random.Random(seed)
    study = running_study(
        sampler=("tpe", "auto")[seed % 2], max_trials=40, n_parallel=5, max_failures=99, lost_retries=1
    )
    often = seldom = None
    for _ in range(70):
        study.refresh_from_db()
        running = list(study.trials.filter(state="running"))
        if running and rng.random() < 0.6:
            end_somehow(rng.choice(running), rng)
        elif (failed := study.trials.filter(state="failed").first()) and rng.random() < 0.2:
            retry_trial(study_id=study.pk, number=failed.number, by="Ada")
        elif study.state == "running" and len(running) < 5 and study.trials.count() < 40:
            claim(study)
        study.refresh_from_db()
        fresh = seen(Past(study))
        often = remembered(often, study)
        if rng.random() < 0.2:
            seldom = remembered(seldom, study)
            assert seen(seldom) == fresh
        assert seen(often) == fresh
    # What was kept up while the trials were claimed, and what is read now, lead to the same.
    kept_up = suggest(study, 50)
    suggestions._memories.clear()
    assert suggest(study, 50) == kept_up
    assert suggest(study, 50) == kept_up
    study.sampler = ("auto", "tpe")[seed % 2]
    suggestions._memories.clear()
    other = suggest(study, 50)
    assert suggest(study, 50) == other


def test_trial_that_becomes_visible_late_is_seen_at_its_place():
    study = running_study()
    early, late = complete(study, 0.5), complete(study, 0.4)
    Trial.objects.filter(pk=early.pk).update(state="running")
    past = Past(study)
    assert past.history.numbers.tolist() == [late.number]

    Trial.objects.filter(pk=early.pk).update(state="complete")

    assert not past.catch_up(study)
    assert Past(study).history.numbers.tolist() == [early.number, late.number]


def test_trial_that_becomes_visible_very_late_is_noticed_as_well():
    study = running_study()
    early = complete(study, 0.5)
    complete(study, 0.4)
    Trial.objects.filter(pk=early.pk).update(
        state="running", finished_at=early.finished_at - dt.timedelta(hours=1)
    )
    past = Past(study)

    Trial.objects.filter(pk=early.pk).update(state="complete")

    assert not past.catch_up(study)


def test_retried_trial_is_forgotten():
    study = running_study()
    trial = claim(study)
    fail_trial(fence_of(trial), kind=FailureKind.ERROR, message="It broke.")
    past = Past(study)
    retry_trial(study_id=study.pk, number=trial.number, by="Ada")
    study.refresh_from_db()

    assert not past.catch_up(study)
    assert len(Past(study).history) == 0
    assert Past(study).pending == [trial.params]


def test_lost_and_cancelled_trials_tell_nothing():
    study = running_study(lost_retries=0)
    lose_trial(fence_of(claim(study)), reason="Killed.")
    add_trials(study, state="cancelled")

    past = Past(study)

    assert (len(past.history), past.pending) == (0, [])


def test_pruned_trial_is_ranked_at_its_last_step_among_all_that_got_there():
    study = running_study()
    for value in (0.5, 0.3):
        trial = claim(study)
        report_steps(fence_of(trial), steps=steps(0.9, value, value), objective="val_loss", log="")
        finish_trial(fence_of(trial), outcome(value))
    pruned = claim(study)
    report_steps(fence_of(pruned), steps=steps(0.9, 0.4, 9.0), objective="val_loss", log="")
    prune_trial(fence_of(pruned), step=Step(2, {}, 0.1), value=0.4, reason="bad")

    history = Past(study).history

    assert history.reports.of(pruned.number) == {2: 0.4}
    assert list(history.reports.at(2)) == [0.3, 0.4, 0.5]
    assert not history.reports.at(3)


@pytest.mark.parametrize("n", [10, 300])
def test_keeping_up_reads_no_more_in_a_long_study(n):
    study = running_study(max_trials=1000)
    add_trials(study, n)
    past = Past(study)
    Trial.objects.update(finished_at=study.started_at - dt.timedelta(hours=1))
    past._latest = (study.started_at - dt.timedelta(hours=1), n - 1)
    Trial.objects.filter(number__lt=n - 2).update(finished_at=study.started_at - dt.timedelta(hours=2))
    complete(study)

    with CaptureQueriesContext(connection) as queries:
        assert past.catch_up(study)

    assert len(queries) == 4
    assert len(past.history) == n + 1
    assert np.isfinite(past.history.losses).all()


def test_process_remembers_only_some_studies():
    for _ in range(suggestions.MAX_STUDIES + 3):
        suggest(make_study(), 0)

    assert len(suggestions._memories) == suggestions.MAX_STUDIES


def test_study_of_another_time_with_the_same_id_is_another_one():
    study = make_study()
    complete_one = Past(study)
    Study.objects.filter(pk=study.pk).update(created_at=study.created_at - dt.timedelta(days=1))
    study.refresh_from_db()

    assert not complete_one.catch_up(study)
