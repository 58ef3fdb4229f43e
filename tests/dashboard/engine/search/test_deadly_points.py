"""A training whose own process dies says something about its params; a lost worker does not."""

import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import finish_trial, lose_trial
from dashboard.models import Trial
from tests.builders import WORKER, fence_of, outcome, running_study

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
