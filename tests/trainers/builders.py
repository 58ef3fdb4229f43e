"""Jobs for tests."""

from typing import Any

from trainers.base import Job

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
