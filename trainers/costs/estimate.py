"""What a search space costs, before anything of it is trained: parameters of its networks, seconds of epochs.

It is measured in a process of its own, for a few tenths of a second per network, on the machine that asks.
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
from trainers.subprocess_call import MAX_MEMORY, AnswerRefused, ask, serve

if TYPE_CHECKING:
    from trainers.base import Value
    from trainers.datasets.base import Dataset
    from trainers.families.family import Family

MAX_SECONDS = 180
N_SAMPLED = 4
_COUNTING_SECONDS = 5.0  # for each end of the space
_PROCESS_SECONDS = 0.3  # a process for the training, its data, and what is written down of it (measured)
_BYTES_PER_PARAMETER = 20  # itself, its gradient, two moments of Adam's, and some room
_WHAT = "The measurement"


class CostUnknown(TrainerError):  # noqa: N818 (says what happened)
    """Why nothing could be measured, in one sentence."""


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
    """Return {"smallest", "default", "largest", "sampled": [...]} of what one training each takes.

    Each is {"n_parameters", "epoch_seconds", "start_seconds"}, the seconds None where the network is too
    large to be tried; `sampled` are a few points as random search draws them. CostUnknown where nothing can
    be told.
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
    # two processes, as trainings at once take longer than one alone
    with ThreadPoolExecutor(len(_PARTS)) as pool:
        asked = [
            pool.submit(ask, __spec__.name, {**request, "part": part}, what=_WHAT, seconds=MAX_SECONDS)
            for part in _PARTS
        ]
        try:
            ends, sampled = (one.result() for one in asked)
        except AnswerRefused as error:
            raise CostUnknown(str(error)) from error
    return {**ends, "sampled": sampled}


def _answer(request: Mapping[str, Any]) -> Any:
    from trainers.processes.child import set_up_backend  # noqa: PLC0415, who asks needs no backend

    set_up_backend(request["threads"], Path(request["cache_dir"]))
    upload = Upload.from_json_dict(request["upload"]) if request["upload"] else None
    data = load_dataset(request["dataset"], request["data_dir"], request["cache_dir"], Split(), upload=upload)
    family: Family = load_trainer(request["trainer"])  # type: ignore[assignment]  # those of registry.py are
    return _PARTS[request["part"]](family, request["space"], data)


def _ends(family: Family, space: dict[str, Any], data: Dataset) -> dict[str, Any]:
    def size(point: Mapping[str, Value]) -> int | None:
        try:
            return _count(family, point, data)
        except (ValueError, MemoryError):
            return None

    points = {"default": default_point(family.info, space)}
    for name in ("smallest", "largest"):
        end = time.monotonic() + _COUNTING_SECONDS
        points[name] = extreme_point(
            family.info,
            space,
            size,
            is_largest=name == "largest",
            has_time=lambda end=end: time.monotonic() < end,  # type: ignore[misc]
        )
    return {name: _timed(family, point, data) for name, point in points.items()}


def _sampled(family: Family, space: dict[str, Any], data: Dataset) -> list[dict[str, Any]]:
    searched, rng = SearchSpace.from_json(space), np.random.default_rng(0)
    points = [cast("dict[str, Value]", searched.sample(rng)) for _ in range(N_SAMPLED)]
    return [_timed(family, point, data) for point in points]


_PARTS = {"ends": _ends, "sampled": _sampled}


def _count(family: Family, point: Mapping[str, Value], data: Dataset) -> int:
    import keras  # noqa: PLC0415

    plan = family.plan(family.info.complete_params(point), data)
    n = int(keras.Model(plan.inputs, plan.outputs).count_params())
    keras.backend.clear_session(free_memory=False)
    return n


def _timed(family: Family, point: Mapping[str, Value], data: Dataset) -> dict[str, Any]:
    """Train for a few steps, unless the network is too large for that."""
    from trainers.costs.timing import fit_briefly  # noqa: PLC0415, it loads Keras

    values = family.info.complete_params(point)
    n_parameters = _count(family, point, data)
    if n_parameters * _BYTES_PER_PARAMETER > MAX_MEMORY:
        return {"n_parameters": n_parameters, "epoch_seconds": None, "start_seconds": None}
    brief = fit_briefly(family, values, data)
    return {
        "n_parameters": n_parameters,
        "epoch_seconds": brief.epoch_seconds,
        "start_seconds": brief.start_seconds + _PROCESS_SECONDS,
    }


if __name__ == "__main__":
    serve(_answer, what=_WHAT)
