"""The real callbacks, driven by a scripted stand-in for a Keras model."""

from itertools import count
from typing import Any

import pytest

from trainers.errors import TrialDiverged, TrialStopped
from trainers.testing import RecordingReporter

pytestmark = pytest.mark.slow  # importing the callbacks loads Keras

N_BATCHES = 5


class ScriptedModel:
    """Calls callbacks in Keras's order; `losses` holds each epoch's batch losses."""

    def __init__(self, losses: list[list[float]], val_losses: list[float]) -> None:
        self.losses = losses
        self.val_losses = val_losses
        self.n_batches = 0

    def fit(self, callbacks: list[Any]) -> None:
        def tell(event: str, *args: Any) -> None:
            for callback in callbacks:
                getattr(callback, event)(*args)

        tell("on_train_begin")
        for epoch, (losses, val_loss) in enumerate(zip(self.losses, self.val_losses, strict=True)):
            tell("on_epoch_begin", epoch)
            for batch, loss in enumerate(losses):
                tell("on_train_batch_begin", batch)
                self.n_batches += 1
                tell("on_train_batch_end", batch, {"loss": loss})
            tell("on_test_batch_end", 0, {"loss": val_loss})
            tell("on_epoch_end", epoch, {"loss": losses[-1], "val_loss": val_loss})


def fit(reporter: RecordingReporter, losses: list[list[float]], val_losses: list[float]) -> ScriptedModel:
    from trainers.fitting.callbacks import ReportProgress, StopOnDivergence

    model = ScriptedModel(losses, val_losses)
    model.fit([StopOnDivergence(), ReportProgress(reporter)])
    return model


def test_each_epoch_is_forwarded():
    reporter = RecordingReporter()
    fit(reporter, [[3.0] * N_BATCHES, [2.0] * N_BATCHES], [2.5, 1.5])
    assert reporter.steps == [1, 2]
    assert reporter.metrics == [{"loss": 3.0, "val_loss": 2.5}, {"loss": 2.0, "val_loss": 1.5}]
    assert 0 <= reporter.seconds[0] <= reporter.seconds[1]


def test_a_training_stops_inside_the_epoch_when_told():
    asked = count(1)
    reporter = RecordingReporter(should_stop=lambda: next(asked) >= 3)
    with pytest.raises(TrialStopped, match="Stopped on request in epoch 1"):
        fit(reporter, [[1.0] * N_BATCHES], [1.0])
    assert next(asked) == 4
    assert reporter.steps == []


def test_the_last_epoch_is_reported_before_a_training_stops_between_epochs():
    reporter = RecordingReporter(should_stop=lambda: bool(reporter.steps))
    with pytest.raises(TrialStopped):
        fit(reporter, [[1.0]] * 3, [1.0] * 3)
    assert reporter.steps == [1]


@pytest.mark.parametrize(
    ("losses", "val_losses", "error"),
    [
        ([[1.0, float("nan"), 1.0]], [1.0], "loss became NaN in epoch 1, batch 2."),
        ([[1.0], [float("inf")]], [1.0, 1.0], "loss became infinite in epoch 2, batch 1."),
        ([[1.0]], [float("nan")], "val_loss became NaN after epoch 1."),
    ],
)
def test_a_loss_that_is_no_number_ends_the_training_at_once(losses, val_losses, error):
    reporter = RecordingReporter()
    with pytest.raises(TrialDiverged) as caught:
        fit(reporter, losses, val_losses)
    assert str(caught.value) == error
    assert all(metrics["val_loss"] == 1.0 for metrics in reporter.metrics)
