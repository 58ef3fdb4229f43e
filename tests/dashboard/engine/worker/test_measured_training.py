"""A training that has its value keeps it, however the saving of its network ends."""

import pytest

from dashboard.engine.fences import UNKEPT
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.models import Attempt
from tests.dashboard.engine.worker.fake_training import exited, failed, report, result


def measured(value=0.25, **changes):
    return {**result(value, **changes), "type": "measured"}


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (exited(-9), "killed by signal 9"),
        (exited(None), "The training fork server stopped."),
        (failed(message="No room."), "No room."),
        ({"type": "report", "step": "x"}, "invalid report"),
    ],
)
def test_a_measured_trial_is_complete_whatever_follows(supervise, trial, end, words):
    supervise(report(1, 0.5), measured(0.25, best_step=1), end)

    assert (trial.state, trial.value) == ("complete", 0.25)
    reason = Attempt.objects.get().reason
    assert reason.startswith(f"{UNKEPT} ")
    assert words in reason


def test_a_limit_does_not_take_a_measured_value(supervise, trial, settings):
    settings.TRIAL_MEMORY_MB = 50
    supervise(measured(0.25, best_step=1), None)
    assert (trial.state, trial.value) == ("complete", 0.25)


def test_a_shutdown_does_not_train_a_measured_trial_again(supervise, trial, shutting_down):
    supervise(measured(0.25, best_step=1), shutting_down.set)
    assert (trial.state, trial.value) == ("complete", 0.25)


def test_a_pruner_is_not_asked_about_a_measured_trial(supervise, trial, monkeypatch):
    monkeypatch.setattr(
        "dashboard.engine.search.pruning.Judge.find_hopeless_step", lambda *_: pytest.fail("asked")
    )

    def prune(supervisor: Supervisor) -> None:
        supervisor.study.pruner = "median"

    supervise(measured(0.25, best_step=1), report(1, 0.5), result(0.25, best_step=1), before=prune)
    assert trial.state == "complete"


def test_a_result_says_why_its_network_was_not_kept(supervise, trial):
    supervise(report(1, 0.5), result(0.25, best_step=1, unkept="Layer Odd cannot be written."))
    assert trial.state == "complete"
    assert Attempt.objects.get().reason == f"{UNKEPT} Layer Odd cannot be written."
