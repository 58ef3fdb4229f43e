"""Jobs and trainings for tests."""

from typing import Any

from trainers.base import Budget, Job, Objective, TrainerInfo
from trainers.datasets.base import Dataset
from trainers.registry import load_trainer
from trainers.testing import RecordingReporter

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


def run(info: TrainerInfo, data: Dataset, reporter: Any = None, epochs: int = 1, **changes: Any):
    """Train for one epoch by default; a keyword replaces an argument of the trainer."""
    metric = next(metric for metric in info.metrics if metric.is_objective)
    arguments = {"seed": 1, "objective": Objective(metric.name, metric.direction), "params": {}, **changes}
    params = arguments.pop("params")
    return load_trainer(info.name)(params, data, Budget(epochs), reporter or RecordingReporter(), **arguments)
