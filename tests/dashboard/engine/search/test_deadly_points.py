"""A training whose own process dies says something about its params; a lost worker does not."""

import numpy as np
import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import finish_trial, lose_trial
from dashboard.models import Trial
from tests.builders import WORKER, complete, fence_of, outcome, running_study

pytestmark = pytest.mark.django_db
SAMPLERS = ["auto", "tpe", "gp", "random", "sobol", "grid"]
OPTIONS = ["a", "b", "c", "d", "e", "f", "g", "h"]
SPACE = {"version": 1, "params": [{"name": "option", "type": "categorical", "choices": OPTIONS}]}


def train_all(study, *, deadly):
    """As a worker would, on which this option never comes to its end."""
    while (trial := claim_trial_of(study_id=study.pk, worker=WORKER)) is not None:
        if trial.params["option"] == deadly:
            lose_trial(fence_of(trial), reason="It was killed by signal 9.", is_own_death=True)
        else:
            finish_trial(fence_of(trial), outcome(OPTIONS.index(trial.params["option"]) / 8))


@pytest.mark.parametrize("deadly", ["a", "e"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_option_that_kills_its_training_is_tried_once_and_the_others_too(sampler, deadly):
    study = running_study(sampler=sampler, space=SPACE, max_trials=8, lost_retries=2)

    train_all(study, deadly=deadly)

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 8 trials")
    assert sorted(trial.params["option"] for trial in Trial.objects.all()) == OPTIONS
    assert list(Trial.objects.filter(state="failed").values_list("failure_kind", "attempt")) == [("died", 3)]


@pytest.mark.parametrize("sampler", ["auto", "tpe", "gp"])
def test_study_with_more_trials_than_points_repeats_the_good_ones(sampler):
    study = running_study(sampler=sampler, space=SPACE, max_trials=40)

    train_all(study, deadly=None)

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 40 trials")
    repeats = list(study.trials.filter(number__gte=8))
    assert sum(trial.params["option"] in {"a", "b"} for trial in repeats) > len(repeats) / 2
    assert {trial.origin for trial in repeats} == {"model"}
    assert all("repeat" in trial.explanation["text"] for trial in repeats)


@pytest.mark.parametrize("sampler", ["auto", "gp"])
def test_model_that_fails_numerically_costs_a_random_point_and_not_the_study(sampler, monkeypatch, caplog):
    def fail(_):
        raise np.linalg.LinAlgError("the kernel matrix is not positive definite")

    monkeypatch.setattr("optimizer.gaussian.regression.cholesky", fail)
    study = running_study(sampler=sampler, max_trials=12)

    for number in range(12):
        complete(study, 1 / (number + 1))

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 12 trials")
    assert study.trials.filter(origin="random", sampler=sampler).exists()
    assert "failed numerically" in caplog.text
