"""Calls a function with many values, one changed at a time, until it asks for nothing new.

KerasTuner does the same with its conditional scopes. Here every branch is looked into: what a plain `if` or
the range of a loop switches on is found as well, where a single value is enough to reach it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.distributions import Choice, Int
from optimizer.wording import count_noun

if TYPE_CHECKING:
    from optimizer.distributions import Distribution
    from optimizer.values import Value
    from trainers.custom.discovery.asked import Asked, Key, Run

MAX_RUNS = 400
MAX_SECONDS = 12.0  # of computing time; a file has 30 to be read
MAX_TRIED = 32  # values of one parameter
N_DRAWN = 24  # runs with all values drawn at the end, for what two values together switch on
FEW_SECONDS = 4.0  # that these may take


@dataclass(frozen=True)
class Explored:
    """All runs, and whether every value that was to be tried was tried."""

    runs: Sequence[Run]
    is_exhausted: bool

    @property
    def warnings(self) -> Sequence[str]:
        """Return sentences about what may not have been found."""
        words = []
        if not self.is_exhausted:
            n = count_noun(len(self.runs), "call")
            words.append(
                f"The search space was read from {n} of the function, which took all the time there is: "
                "what only other values ask for is not in it."
            )
        problem = self.runs[0].problem
        if problem:
            words.append(f"What the function asks for after this error is not searched. {problem}")
        return words


def explore(run: Callable[[Mapping[str, Value]], Run], seconds: float = MAX_SECONDS) -> Explored:
    """Call `run` with values by name, which replace defaults, until nothing new is asked for."""
    explorer = _Explorer(run, time.process_time() + seconds)
    explorer.try_each_value()
    is_exhausted = not explorer.pending
    if is_exhausted:
        explorer.try_drawn()
        is_exhausted = not explorer.pending
    return Explored(explorer.runs, is_exhausted)


class _Explorer:
    def __init__(self, run: Callable[[Mapping[str, Value]], Run], end: float) -> None:
        self._run, self._end = run, end
        self._seen: set[Key] = set()
        self.runs: list[Run] = []
        self.pending: deque[Mapping[str, Value]] = deque([{}])

    def try_each_value(self) -> None:
        """Do what is pending; values of what is asked for the first time become pending."""
        while self.pending and self._has_time(MAX_RUNS):
            self._call(self.pending.popleft())

    def try_drawn(self) -> None:
        """Draw all values of some runs, as a search will."""
        rng = np.random.default_rng(0)
        began = time.process_time()
        for _ in range(N_DRAWN):
            if not self._has_time(MAX_RUNS) or time.process_time() - began > FEW_SECONDS:
                return
            asked = {each.name: each for run in self.runs for each in run.asked.values()}
            self._call({name: each.distribution.sample(rng) for name, each in asked.items()})
            self.try_each_value()

    def _has_time(self, most: int) -> bool:
        return len(self.runs) < most and time.process_time() < self._end

    def _call(self, values: Mapping[str, Value]) -> None:
        run = self._run(values)
        self.runs.append(run)
        for key, asked in run.asked.items():
            if key not in self._seen and asked.is_active(run.values):
                self._seen.add(key)
                self.pending += [
                    {**run.values, asked.name: value}
                    for value in _tried(asked)
                    if value != run.values.get(asked.name)
                ]


def _tried(asked: Asked) -> list[Value]:
    distribution = asked.distribution
    n = distribution.n_values
    if n is not None and n <= MAX_TRIED:
        return [*distribution.values()]
    if isinstance(distribution, Choice):
        return [*distribution.choices[:MAX_TRIED]]
    ends: list[Value] = [distribution.decode_one(0.0), distribution.decode_one(1.0)]
    return ends if not isinstance(distribution, Int) else [*dict.fromkeys([*ends, *_spread(distribution)])]


def _spread(distribution: Distribution) -> list[Value]:
    return [distribution.decode_one(float(u)) for u in np.linspace(0, 1, 9)]
