"""Small studies on digits, and questions about them."""

from dashboard.models import Attempt, TrialState
from tests.builders import running_study

SMALL = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-3, "high": 1e-2, "log": True},
        {"name": "units_1", "type": "int", "low": 16, "high": 32, "step": 8},
        {"name": "n_layers", "type": "constant", "value": 1},
    ],
}
# Long enough to be caught in the middle, short enough to wait for its end.
LONG_EPOCHS = 100


def small_study(**changes):
    return running_study(**{"space": SMALL, "max_trials": 1, "max_epochs": 2, "n_parallel": 1, **changes})


def is_ended(study):
    study.refresh_from_db()
    return study.is_ended


def is_at_step(study, step):
    return study.trials.filter(state=TrialState.RUNNING, step__gte=step).exists()


def attempts_of(study):
    return list(Attempt.objects.filter(trial__study=study).order_by("number").values_list("number", "state"))
