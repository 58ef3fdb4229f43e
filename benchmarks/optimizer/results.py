"""Regrets read from the kept runs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from benchmarks.optimizer.cache import BestSeen
from benchmarks.optimizer.problems import problem_named
from benchmarks.optimizer.runs import SHORT, Job, Run, RunStore, jobs_for, make_runs, store_of
from benchmarks.optimizer.scoring import FloatArray, floored_median, regrets
from benchmarks.optimizer.searches import REFERENCE, is_ours

BUDGETS = (10, 25, 50, 100, 200, 1000)
BETTER_OPTUNA = "optuna-better"  # on each problem the better of Optuna's default and group=True
RANDOM_SEEDS, RANDOM_SEEDS_REAL = 30, 10


class Results:
    """The runs of several optimizers on the same problems."""

    def __init__(
        self, problems: list[str], optimizers: Iterable[str], label: str | None, *, fresh: bool
    ) -> None:
        self.problems = problems
        self.optimizers = list(dict.fromkeys(optimizers))
        self._label = label
        self.stores: dict[str, RunStore] = {
            name: store_of(name, label, fresh=fresh) for name in (*self.optimizers, REFERENCE)
        }

    def make(self, n_seeds: int, n_peer_seeds: int, budget: int, n_processes: int) -> list[Job]:
        """Make the runs that are missing; the ones that failed. Ours come last, so peers are kept early."""
        jobs = []
        for problem in self.problems:
            is_real = "real" in problem_named(problem).tags
            n_random = RANDOM_SEEDS_REAL if is_real else RANDOM_SEEDS
            jobs += jobs_for(REFERENCE, [problem], n_random, budget, None)
        for name in sorted(self.optimizers, key=is_ours):
            n = n_seeds if is_ours(name) else n_peer_seeds
            jobs += jobs_for(name, self.problems, n, budget, self._label)
        return make_runs(jobs, self.stores, n_processes)

    def regrets(self, optimizer: str, budget: int) -> dict[str, FloatArray]:
        """Regret of each seed, by problem, at a budget; problems without runs are left out."""
        if optimizer == BETTER_OPTUNA:
            pair = [self.regrets(name, budget) for name in ("optuna", "optuna-group")]
            both = pair[0].keys() & pair[1].keys()
            return {name: min((found[name] for found in pair), key=floored_median) for name in both}
        random_best = self._best(REFERENCE, budget)
        return {
            problem: regrets(best, self._optimum(problem), random_best[problem])
            for problem, best in self._best(optimizer, budget).items()
            if problem in random_best
        }

    def milliseconds(self, optimizer: str, budget: int) -> float:
        """Mean CPU time of one ask and tell over the runs of at least ``budget`` evaluations."""
        kept = [run for run in self._runs(optimizer) if run.told is None and run.n >= budget]
        return 1000 * float(np.mean([run.cpu / run.n for run in kept])) if kept else float("nan")

    def _runs(self, optimizer: str) -> list[Run]:
        return [run for run in self.stores[optimizer] if run.problem in self._names]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.problems)

    def _best(self, optimizer: str, budget: int) -> dict[str, list[float]]:
        """Best values by problem: of the runs that were told this budget if it is a short one of ours."""
        told = budget if is_ours(optimizer) and budget in SHORT else None
        found: dict[str, list[float]] = {}
        for run in self._runs(optimizer):
            if run.told == told and run.n >= budget:
                found.setdefault(run.problem, []).append(run.best_at(budget))
        return found

    def _optimum(self, problem: str) -> float:
        known = problem_named(problem).optimum
        return self._best_seen[problem] if known is None else known

    @cached_property
    def _best_seen(self) -> BestSeen:
        return BestSeen()
