"""Which epoch is the best, known while epochs are reported."""

import math
import random

import pytest

from trainers.base import Objective
from trainers.checkpoints import Epoch
from trainers.errors import ParamsInvalid
from trainers.fitting.recording import EpochRecorder
from trainers.testing import RecordingReporter

STRANGE = (math.nan, math.inf, -math.inf)


class CountedObjective(Objective):
    """Counts how often two epochs are compared."""

    n_compared = 0

    def is_improved(self, value, best):
        type(self).n_compared += 1
        return super().is_improved(value, best)


def recorder_of(objective):
    return EpochRecorder(RecordingReporter(), {}, objective)


def history(seed):
    """Values with ties, and with some that are not finite."""
    draw = random.Random(seed)
    return [
        draw.choice(STRANGE) if draw.random() < 0.2 else draw.randint(0, 9) / 10
        for _ in range(draw.randint(1, 40))
    ]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("seed", range(25))
def test_the_best_epoch_is_the_one_that_the_whole_history_says(direction, seed):
    objective = Objective("val_loss", direction)
    recorder, values = recorder_of(objective), []
    for value in history(seed):
        values.append(value)
        recorder.report(len(values), {"val_loss": value}, 1.0)
        is_best = any(map(math.isfinite, values)) and objective.best_step(values) == len(values)
        assert recorder.is_best_epoch() == is_best
    if any(map(math.isfinite, values)):
        assert recorder.best_step() == objective.best_step(values)
    else:
        with pytest.raises(ParamsInvalid, match="no finite value"):
            recorder.best_step()


def test_the_epochs_of_an_earlier_attempt_count():
    recorder = recorder_of(Objective("val_loss", "minimize"))
    recorder.report(1, {"val_loss": 0.1}, 1.0)
    assert recorder.is_best_epoch()
    recorder.resume([Epoch({"val_loss": value}, 1.0) for value in (0.5, 0.3, 0.4)])
    assert recorder.best_step() == 2
    recorder.report(4, {"val_loss": 0.35}, 2.0)
    assert not recorder.is_best_epoch()
    recorder.report(5, {"val_loss": 0.2}, 3.0)
    assert recorder.is_best_epoch()
    assert recorder.best_step() == 5


def test_each_epoch_is_compared_once():
    CountedObjective.n_compared = 0
    recorder = recorder_of(CountedObjective("val_loss", "minimize"))
    for step in range(1, 501):
        recorder.report(step, {"val_loss": 1 / step}, float(step))
        assert recorder.is_best_epoch()
    assert recorder.best_step() == 500
    assert CountedObjective.n_compared == 500
