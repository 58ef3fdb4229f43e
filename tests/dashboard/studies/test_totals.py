"""What the trials of studies add up to: the same at once or bit by bit; only what has changed is read."""

import random
from dataclasses import replace

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.charts.points import running_best, with_improvement
from dashboard.engine.fences import finish_trial
from dashboard.engine.lifecycle import touch_study
from dashboard.engine.retries import retry_failed_trials
from dashboard.models import Study
from dashboard.studies.totals import totals_of
from tests.builders import add_trials, claim, complete, fence_of, outcome, running_study


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["local"].clear()


@pytest.fixture
def study(db):
    return running_study(max_trials=200, n_parallel=20)


def totals(study):
    return totals_of([Study.objects.get(pk=study.pk)])[study.pk]


def read_anew(study):
    caches["local"].clear()
    return totals(study)


def rounded(found):
    return replace(found, seconds=round(found.seconds, 3))


def reads_of_trials(ask):
    with CaptureQueriesContext(connection) as captured:
        ask()
    return [query["sql"] for query in captured if '"dashboard_trial"' in query["sql"]]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_bit_by_bit_adds_up_to_the_same_as_all_at_once(db, direction):
    rng = random.Random(3)
    study = running_study(max_trials=200, n_parallel=20, direction=direction)
    is_open = []
    for _ in range(40):
        while len(is_open) < 5:
            is_open.append(claim(study))
        trial = is_open.pop(rng.randrange(len(is_open)))  # late ones improve on what came after them
        assert finish_trial(fence_of(trial), outcome(rng.random()))
        step_by_step = totals(study)

    assert rounded(step_by_step) == rounded(read_anew(study))
    assert step_by_step.counts == {"complete": 40, "running": 4}
    assert len(step_by_step.improvements) > 1


def test_best_so_far_of_rows_is_that_of_all_values(study):
    add_trials(study, 30, value=lambda number: (number * 37 % 30) / 30)
    values = list(study.trials.order_by("number").values_list("number", "value"))
    line = running_best(values, "minimize")

    improvements = totals(study).improvements

    assert improvements == [pair for i, pair in enumerate(line) if i == 0 or pair[1] != line[i - 1][1]]


def test_study_whose_version_did_not_move_is_not_asked_again(study):
    add_trials(study, 5)
    totals(study)

    assert reads_of_trials(lambda: totals(study)) == []


def test_one_trial_more_is_read_alone(study):
    add_trials(study, 50, value=lambda _: 0.5, finished_at=study.started_at)
    totals(study)
    complete(study, 0.1)

    asked = reads_of_trials(lambda: totals(study))

    assert not any("OVER" in sql for sql in asked), "the best so far of all trials was read again"
    assert totals(study).best == 0.1
    assert totals(study).counts == {"complete": 51}


def test_retried_trials_are_no_failures_any_more(study):
    add_trials(study, 2, state="failed")
    complete(study, 0.3)
    assert totals(study).counts == {"failed": 2, "complete": 1}

    retry_failed_trials(study_id=study.pk, by="ada")

    assert totals(study).counts == {"waiting": 2, "complete": 1}


def test_trial_that_ends_at_the_moment_of_another_is_not_missed(study):
    """SQLite's clock knows milliseconds."""
    complete(study, 0.3)
    moment = totals(study).last_end
    trial = complete(study, 0.2)
    study.trials.filter(pk=trial.pk).update(finished_at=moment)

    assert totals(study).counts == {"complete": 2}
    assert totals(study).best == 0.2


def test_what_changes_while_it_is_read_is_not_kept(study):
    add_trials(study, 3)
    old = Study.objects.get(pk=study.pk)
    touch_study(study.pk)
    totals_of([old])  # as if the study had moved on between two queries

    assert reads_of_trials(lambda: totals_of([old]))


def test_studies_do_not_mix(db):
    first, second = running_study(), running_study(direction="maximize")
    add_trials(first, 3, value=lambda number: number + 1.0)
    add_trials(second, 2, value=lambda number: number + 5.0)

    found = totals_of(Study.objects.all())

    assert (found[first.pk].best, found[second.pk].best) == (1.0, 6.0)
    assert found[second.pk].counts == {"complete": 2}


def test_late_trial_takes_the_place_of_those_that_it_beats():
    line = [(0, 5.0), (4, 3.0), (9, 1.0)]

    assert with_improvement(line, (2, 2.0), "minimize") == [(0, 5.0), (2, 2.0), (9, 1.0)]
    assert with_improvement(line, (2, 5.0), "minimize") == line
