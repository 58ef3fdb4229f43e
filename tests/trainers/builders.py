"""Jobs and reporters for tests."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trainers.base import Job
from trainers.checkpoints import Epoch

SMALL = {"units_1": 32, "n_layers": 1, "learning_rate": 0.003}
LONG_EPOCH = {"units_1": 2048, "units_2": 2048, "batch_size": 1}  # about ten seconds of digits


def make_job(cache_dir: str, **changes: Any) -> Job:
    fields: dict[str, Any] = {
        "trainer": "mlp",
        "dataset": "digits",
        "params": SMALL,
        "max_epochs": 2,
        "objective": "val_loss",
        "direction": "minimize",
        "seed": 4702,
        "cache_dir": cache_dir,
    }
    return Job(**{**fields, **changes})


class RecordingReporter:
    """Keeps what it is told; `should_stop` answers with the given function."""

    def __init__(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        self.steps: list[int] = []
        self.metrics: list[dict[str, float]] = []
        self.seconds: list[float] = []
        self.lines: list[str] = []
        self.n_resumed = 0
        self.should_stop = should_stop

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        self.steps.append(step)
        self.metrics.append(dict(metrics))
        self.seconds.append(seconds)

    def resume(self, epochs: Sequence[Epoch]) -> None:
        self.n_resumed = len(epochs)
        for step, (metrics, seconds) in enumerate(epochs, 1):
            self.report(step, metrics, seconds)

    def log(self, line: str) -> None:
        self.lines.append(line)
