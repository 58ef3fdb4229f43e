"""What one suggestion costs, measured in this process: ``python -m benchmarks.optimizer.probe '{...}'``.

A process of its own per figure, so that no other optimizer's imports, caches or memory are in it. The history
is filled with random points first; then CPU time (``process_time``, user and system) of ask and tell is taken
together, because some do their work in the one and some in the other.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.optimizer.problems.base import box
from benchmarks.optimizer.searches import (
    HyperoptSearch,
    OptunaSearch,
    OurSearch,
    RustunaSearch,
    create_search,
)
from optimizer import Categorical, Float, Int, Parameter, SearchSpace

MEGABYTE = 2**20


def space_of(kind: str, d: int) -> SearchSpace:
    """``float``: d floats; ``mixed``: floats, log floats, ints and categories in turn."""
    if kind == "float":
        return box(0, 1, d)
    kinds = [Float(0, 1), Float(1e-5, 1, log=True), Int(1, 64), Categorical(("a", "b", "c", "d"))]
    return SearchSpace([Parameter(f"x{i}", kinds[i % 4]) for i in range(d)])


def value_of(params: dict[str, Any]) -> float:
    """Something that varies with every parameter and costs next to nothing; the same in every process."""
    return float(sum(ord(v) % 7 if isinstance(v, str) else abs(v - 0.4) for v in params.values()))


def fill(search: Any, space: SearchSpace, n: int) -> None:
    """Give a search n finished trials without asking it."""
    rng = np.random.default_rng(n)
    add = _adder(search, space)
    for _ in range(n):
        params = space.sample(rng)
        add(params, value_of(params))


def _adder(search: Any, space: SearchSpace) -> Any:
    match search:
        case OurSearch():
            return search.optimizer.add_trial
        case OptunaSearch() | RustunaSearch():
            return lambda params, value: search.study.add_trial(_finished_trial(search, space, params, value))
        case HyperoptSearch():
            return lambda params, value: _add_document(search, space, params, value)
    raise TypeError(f"no way to fill a {type(search).__name__}")


def _finished_trial(search: Any, space: SearchSpace, params: dict[str, Any], value: float) -> Any:
    package = sys.modules[type(search.study).__module__.split(".")[0]]
    kinds = package.distributions
    distributions: dict[str, Any] = {}
    for param in space:
        match param.distribution:
            case Float(low=low, high=high, log=log):
                distributions[param.name] = kinds.FloatDistribution(low, high, log=log)
            case Int(low=low, high=high):
                distributions[param.name] = kinds.IntDistribution(low, high)
            case Categorical(choices=choices):
                distributions[param.name] = kinds.CategoricalDistribution(list(choices))
    make = package.trial.create_trial if hasattr(package.trial, "create_trial") else package.create_trial
    return make(params=params, distributions=distributions, value=value)


def _add_document(search: HyperoptSearch, space: SearchSpace, params: dict[str, Any], value: float) -> None:
    """Hyperopt keeps choices by index and the rest by value."""
    trials = search.trials
    number = trials.new_trial_ids(1)[0]
    raw = {
        p.name: p.distribution.choices.index(params[p.name])
        if isinstance(p.distribution, Categorical)
        else params[p.name] - (p.distribution.low if isinstance(p.distribution, Int) else 0)
        for p in space
    }
    misc = {
        "tid": number,
        "cmd": search.domain.cmd,
        "workdir": search.domain.workdir,
        "idxs": {name: [number] for name in raw},
        "vals": {name: [v] for name, v in raw.items()},
    }
    document = trials.new_trial_docs([number], [None], [{"loss": value, "status": "ok"}], [misc])[0]
    document["state"] = 2  # JOB_STATE_DONE
    trials.insert_trial_doc(document)


def latency(search: str, kind: str, n: int, d: int, n_asks: int, n_rounds: int) -> dict[str, Any]:
    """CPU milliseconds of each ask and tell, of ``n_rounds`` studies filled with n trials."""
    space = space_of(kind, d)
    warm = create_search(search, space, 0)
    fill(warm, space, 20)
    warm.tell(value_of(warm.ask()))  # what a process imports once is no part of a suggestion
    spent = []
    for seed in range(n_rounds):
        found = create_search(search, space, seed)
        fill(found, space, n)
        for _ in range(n_asks):
            began = time.process_time()
            params = found.ask()
            middle = time.process_time()
            value = value_of(params)
            resumed = time.process_time()
            found.tell(value)
            spent.append(1000 * (middle - began + time.process_time() - resumed))
    return {"milliseconds": spent}


def memory(search: str, kind: str, n: int, d: int, n_asks: int) -> dict[str, Any]:
    """Megabytes that n trials take, and how far asks raise the peak above that. Linux only."""
    space = space_of(kind, d)
    found = create_search(search, space, 0)
    fill(found, space, 20)
    found.tell(value_of(found.ask()))  # whatever is imported or allocated once
    empty = _resident()
    fill(found, space, n)
    full = _resident()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    for _ in range(n_asks):
        found.tell(value_of(found.ask()))
    return {"history": (full - empty) / MEGABYTE, "asks": (_peak() - full) / MEGABYTE}


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _peak() -> int:
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    measure = latency if order.pop("what") == "latency" else memory
    print(json.dumps(measure(**order)))
