"""The estimated cost of a search space: parameters of its networks, seconds of their epochs.

A few networks are trained for seconds each, in processes of their own, on the machine that calls `measure`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from optimizer import SearchSpace
from trainers.costs.extremes import default_point, extreme_point
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.datasets.uploads.source import Upload
from trainers.errors import TrainerError
from trainers.registry import load_trainer
from trainers.subprocess_call import MAX_MEMORY_BYTES, SubprocessFailed, call_module, serve_request

if TYPE_CHECKING:
    from trainers.base import Value
    from trainers.datasets.base import Dataset
    from trainers.families.family import Family

MAX_SECONDS = 180
N_SAMPLED = 4
_SEARCH_SECONDS = 5.0  # for the smallest network, and for the largest
_PROCESS_SECONDS = 0.3  # of a training outside of Keras: its process, its data, its records (measured)
_BYTES_PER_PARAMETER = 20  # the parameter, its gradient, two moments of Adam, and a reserve
_TASK = "The measurement"


class CostUnknown(TrainerError):  # noqa: N818 (says what happened)
    """Nothing could be measured; the message says why in one sentence."""


def measure(
    *,
    trainer: str,
    space: Mapping[str, Any],
    dataset: str,
    upload: Mapping[str, Any] | None,
    data_dir: str,
    cache_dir: str,
    threads: int,
) -> dict[str, Any]:
    """Return {"smallest", "default", "largest", "sampled": [...]}: what a training of each network takes.

    Each is {"n_parameters", "epoch_seconds", "start_seconds"}, the seconds None where the network is too
    large to be trained; `sampled` are N_SAMPLED random points. CostUnknown where nothing can be measured.
    """
    request = {
        "trainer": trainer,
        "space": dict(space),
        "dataset": dataset,
        "upload": upload,
        "data_dir": data_dir,
        "cache_dir": cache_dir,
        "threads": threads,
    }
    # two processes at once, because trainings share the machine when a study runs
    with ThreadPoolExecutor(len(_PARTS)) as pool:
        calls = [
            pool.submit(
                call_module, __spec__.name, {**request, "part": part}, task=_TASK, seconds=MAX_SECONDS
            )
            for part in _PARTS
        ]
        try:
            extremes, sampled = (call.result() for call in calls)
        except SubprocessFailed as error:
            raise CostUnknown(str(error)) from error
    return {**extremes, "sampled": sampled}


def _handle(request: Mapping[str, Any]) -> Any:
    # first, because a dataset that cannot be read is told without the seconds that loading Keras takes
    upload = Upload.from_json_dict(request["upload"]) if request["upload"] else None
    data = load_dataset(request["dataset"], request["data_dir"], request["cache_dir"], Split(), upload=upload)
    from trainers.processes.backend import set_up_backend  # noqa: PLC0415, the caller needs no backend

    set_up_backend(request["threads"], Path(request["cache_dir"]))
    family: Family = load_trainer(request["trainer"])  # type: ignore[assignment]  # those of registry.py are families
    return _PARTS[request["part"]](family, request["space"], data)


def _extremes(family: Family, space: dict[str, Any], data: Dataset) -> dict[str, Any]:
    def size(point: Mapping[str, Value]) -> int | None:
        try:
            return _count(family, point, data)
        except (ValueError, MemoryError):
            return None  # such params build no network, or one larger than the memory

    points = {"default": default_point(family.info, space)}
    for name in ("smallest", "largest"):
        end = time.monotonic() + _SEARCH_SECONDS
        points[name] = extreme_point(
            family.info,
            space,
            size,
            direction="maximize" if name == "largest" else "minimize",
            has_time=lambda end=end: time.monotonic() < end,  # type: ignore[misc]
        )
    return {name: _timed(family, point, data) for name, point in points.items()}


def _sampled(family: Family, space: dict[str, Any], data: Dataset) -> list[dict[str, Any]]:
    searched, rng = SearchSpace.from_json(space), np.random.default_rng(0)
    points = [cast("dict[str, Value]", searched.sample(rng)) for _ in range(N_SAMPLED)]
    return [_timed(family, point, data) for point in points]


_PARTS = {"extremes": _extremes, "sampled": _sampled}


def _count(family: Family, point: Mapping[str, Value], data: Dataset) -> int:
    import keras  # noqa: PLC0415

    plan = family.plan(family.info.complete_params(point), data)
    n = int(keras.Model(plan.inputs, plan.outputs).count_params())
    # networks that were only counted must not fill the memory
    keras.backend.clear_session(free_memory=False)
    return n


def _timed(family: Family, point: Mapping[str, Value], data: Dataset) -> dict[str, Any]:
    """Train for a few steps, unless the network is too large."""
    from trainers.costs.timing import time_training  # noqa: PLC0415, it loads Keras

    values = family.info.complete_params(point)
    n_parameters = _count(family, point, data)
    if n_parameters * _BYTES_PER_PARAMETER > MAX_MEMORY_BYTES:
        return {"n_parameters": n_parameters, "epoch_seconds": None, "start_seconds": None}
    timing = time_training(family, values, data)
    return {
        "n_parameters": n_parameters,
        "epoch_seconds": timing.epoch_seconds,
        "start_seconds": timing.start_seconds + _PROCESS_SECONDS,
    }


if __name__ == "__main__":
    serve_request(_handle, task=_TASK)
