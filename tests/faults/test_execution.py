"""Studies with everything real: broker, Celery worker, Keras; and trainings that die, fail or are stopped."""

import pytest

from dashboard.engine.lifecycle import stop_study
from dashboard.models import Attempt, AttemptState, FailureKind, Report, Study, StudyState, Trial, TrialState
from tests.faults.studies import LONG_EPOCHS, attempts_of, is_at_step, is_ended, small_study
from tests.live import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_study_trains_to_its_budget_when_all_parts_are_real(worker):
    study = small_study(max_trials=5, n_parallel=2)
    wait_for(lambda: is_ended(study), "the end of the study")
    assert (study.state, study.state_reason) == (StudyState.FINISHED, "Budget reached: 5 trials")
    trials = list(study.trials.order_by("number"))
    assert [t.number for t in trials] == [0, 1, 2, 3, 4]
    assert all(t.state == TrialState.COMPLETE and t.value > 0 and t.n_parameters > 0 for t in trials)
    assert Report.objects.filter(attempt__trial__study=study).count() == 5 * 2
    assert all("val_accuracy" in r.metrics for r in Report.objects.filter(attempt__trial__study=study))
    assert all("complete: val_loss" in a.log for a in Attempt.objects.filter(trial__study=study))


def test_same_params_and_seed_give_the_same_value_when_trained_twice(worker):
    first, second = (small_study(seed=11) for _ in range(2))
    wait_for(lambda: is_ended(first) and is_ended(second), "the end of both studies")
    one, other = first.trials.get(), second.trials.get()
    assert (one.params, one.value) == (other.params, other.value)


def test_trial_gets_another_attempt_when_its_process_is_killed(worker):
    study = small_study(max_epochs=LONG_EPOCHS)
    wait_for(lambda: is_at_step(study, 3), "the third epoch")
    (training,) = worker.trainings()
    training.kill()
    wait_for(lambda: is_ended(study), "the end of the study")
    trial = study.trials.get()
    assert attempts_of(study) == [(1, AttemptState.LOST), (2, AttemptState.COMPLETE)]
    assert (trial.state, trial.attempt, trial.step) == (TrialState.COMPLETE, 2, LONG_EPOCHS)
    lost = Attempt.objects.get(trial=trial, number=1)
    assert "killed by signal 9" in lost.reason
    assert 3 <= lost.reports.count() < LONG_EPOCHS


def test_hopeless_trainings_are_pruned_and_the_budget_is_kept(worker):
    space = {
        "version": 1,
        "params": [
            {"name": "learning_rate", "type": "categorical", "choices": [1e-6, 3e-3]},
            {"name": "units_1", "type": "int", "low": 16, "high": 64},
            {"name": "n_layers", "type": "constant", "value": 1},
        ],
    }
    budget = {"max_trials": 14, "max_epochs": 8, "n_parallel": 2}
    study = small_study(space=space, sampler="random", pruner="median", seed=3, **budget)
    wait_for(lambda: is_ended(study), "the end of the study")
    assert (study.state, study.state_reason) == (StudyState.FINISHED, "Budget reached: 14 trials")
    pruned = study.trials.filter(state=TrialState.PRUNED)
    assert pruned.exists()
    assert pruned.filter(params__learning_rate=1e-6, value=None, step__lt=8).exists()
    attempt = Attempt.objects.filter(trial__in=pruned).first()
    assert (attempt.state, attempt.reason[:16]) == (AttemptState.PRUNED, "Stopped at step ")
    assert study.trials.filter(state=TrialState.COMPLETE).count() == 14 - pruned.count()


def test_training_ends_when_its_study_is_stopped(worker):
    study = small_study(max_epochs=100_000)
    wait_for(lambda: is_at_step(study, 1), "the first epoch")
    (training,) = worker.trainings()
    stop_study(study_id=study.pk, by="Ada")
    wait_for(lambda: not training.is_running(), "the end of the training", 10)
    assert Trial.objects.get(study=study).state == TrialState.CANCELLED
    assert Study.objects.get(pk=study.pk).state_reason == "Stopped by Ada"
    # The slot is free for others.
    other = small_study()
    wait_for(lambda: is_ended(other), "the end of the other study")
    assert other.state == StudyState.FINISHED


def test_study_fails_with_the_reason_when_every_training_fails(worker):
    study = small_study(dataset="mnist", max_trials=50)
    wait_for(lambda: is_ended(study), "the end of the study")
    assert (study.state, study.state_reason) == (StudyState.FAILED, "5 failures in a row: error")
    trial = study.trials.first()
    assert (trial.state, trial.failure_kind) == (TrialState.FAILED, FailureKind.ERROR)
    assert "mnist.npz" in trial.failure_message


def test_trial_fails_as_diverged_and_the_study_goes_on_when_the_loss_explodes(worker):
    space = {
        "version": 1,
        "params": [
            {"name": "optimizer", "type": "constant", "value": "sgd"},
            {"name": "learning_rate", "type": "categorical", "choices": [1e12, 0.01]},
            {"name": "n_layers", "type": "constant", "value": 1},
        ],
    }
    study = small_study(space=space, max_trials=2, sampler="tpe")
    wait_for(lambda: is_ended(study), "the end of the study")
    assert study.state == StudyState.FINISHED
    by_rate = {t.params["learning_rate"]: t for t in study.trials.all()}
    assert by_rate[0.01].state == TrialState.COMPLETE
    assert (by_rate[1e12].state, by_rate[1e12].failure_kind) == (TrialState.FAILED, FailureKind.DIVERGED)
    assert by_rate[1e12].value is None


def test_trial_times_out_when_it_takes_longer_than_allowed(worker):
    study = small_study(max_epochs=100_000, max_trial_seconds=4)
    wait_for(lambda: is_ended(study), "the end of the study")
    trial = study.trials.get()
    assert (trial.state, trial.failure_kind) == (TrialState.FAILED, FailureKind.TIMED_OUT)
    assert study.state_reason == "The only trial did not complete"
