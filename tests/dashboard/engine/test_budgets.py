"""Values that end a study: a target that is reached, and trials that no longer improve."""

import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.endings import n_stale_trials
from dashboard.engine.fences import finish_trial
from tests.builders import WORKER, claim, complete, fence_of, outcome, running_study

pytestmark = pytest.mark.django_db


def state_of(study):
    study.refresh_from_db()
    return study.state, study.state_reason


@pytest.mark.parametrize(
    ("direction", "values", "reason"),
    [
        ("minimize", [0.3, 0.1], "Target reached: val_loss 0.1000 ≤ 0.1000"),
        ("minimize", [0.3, 0.05], "Target reached: val_loss 0.0500 ≤ 0.1000"),
        ("maximize", [0.01, 0.2], "Target reached: val_loss 0.2000 ≥ 0.1000"),
    ],
)
def test_study_finishes_with_the_trial_that_reaches_its_target(direction, values, reason):
    study = running_study(target_value=0.1, direction=direction)
    first, last = values
    complete(study, first)
    assert state_of(study) == ("running", "")

    complete(study, last)

    assert state_of(study) == ("finished", reason)


def test_a_target_that_is_a_share_is_told_in_percent():
    study = running_study(objective="val_accuracy", direction="maximize", target_value=0.97)

    complete(study, 0.976)

    reached = "Target reached: val_accuracy 97.6% ≥ 97.0%"
    assert state_of(study) == ("finished", reached)


def test_target_cancels_what_still_trains():
    study = running_study(target_value=0.1)
    neighbour = claim(study)

    complete(study, 0.05)

    neighbour.refresh_from_db()
    assert neighbour.state == "cancelled"


@pytest.mark.parametrize("target", [0.0, -1.0])
def test_target_may_be_zero_or_less(target):
    study = running_study(target_value=target)
    complete(study, 0.1)
    assert state_of(study)[0] == "running"

    complete(study, target)

    assert state_of(study)[0] == "finished"


@pytest.mark.parametrize(
    ("direction", "values"),
    [
        ("minimize", [0.5, 0.5, 0.6, 0.7]),
        ("maximize", [0.5, 0.5, 0.4, 0.3]),
    ],
)
def test_study_finishes_after_so_many_trials_without_improvement(direction, values):
    study = running_study(max_stale_trials=3, direction=direction)
    for value in values[:-1]:
        complete(study, value)
    assert state_of(study) == ("running", "")

    complete(study, values[-1])

    assert state_of(study) == ("finished", "No improvement in 3 trials")


def test_improvement_starts_the_count_anew():
    study = running_study(max_stale_trials=2)
    for value in (0.5, 0.6, 0.4, 0.45):
        complete(study, value)
    assert state_of(study)[0] == "running"

    complete(study, 0.41)

    assert state_of(study)[0] == "finished"


@pytest.mark.parametrize(("value", "state"), [(0.451, "finished"), (0.449, "running")])
def test_improvement_has_to_be_as_large_as_asked_for(value, state):
    study = running_study(max_stale_trials=1, min_improvement=10)
    complete(study, 0.5)

    complete(study, value)

    assert state_of(study)[0] == state


def test_reason_names_the_percentage():
    study = running_study(max_stale_trials=1, min_improvement=2.5)
    complete(study, 0.5)
    complete(study, 0.5)

    assert state_of(study)[1] == "No improvement of at least 2.5% in 1 trial"


def test_percentage_of_a_negative_value_counts_in_its_size():
    study = running_study(max_stale_trials=1, min_improvement=10)
    complete(study, -1.0)
    complete(study, -1.2)
    assert state_of(study)[0] == "running"

    complete(study, -1.25)

    assert state_of(study)[0] == "finished"


def test_small_gains_add_up():
    values = [1.0, 0.96, 0.92, 0.88]

    assert n_stale_trials(values, "minimize", 10) == 0
    assert n_stale_trials(values[:3], "minimize", 10) == 2


def test_pruned_trials_count_once_there_is_a_value():
    assert n_stale_trials([None, None, 0.5, None, 0.6], "minimize", 0) == 2


def test_trials_count_in_the_order_in_which_they_finished():
    """The slow trial 0 is the latest: it improves on the others."""
    study = running_study(max_stale_trials=2)
    slow = claim(study)
    complete(study, 0.5)
    complete(study, 0.6)
    assert finish_trial(fence_of(slow), outcome(0.1))

    assert state_of(study)[0] == "running"


@pytest.mark.parametrize("n_parallel", [1, 8])
def test_total_is_never_passed(n_parallel):
    study = running_study(max_trials=5, n_parallel=n_parallel)
    while (trial := claim_trial_of(study_id=study.pk, worker=WORKER)) is not None:
        if study.trials.filter(state="running").count() == n_parallel:
            finish_trial(fence_of(trial), outcome())

    assert study.trials.count() == 5
