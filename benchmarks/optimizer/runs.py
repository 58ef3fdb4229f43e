"""Runs of one optimizer on one problem, and the file in which they are kept."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.optimizer.cache import BestSeen, append_line, cache_file, read_lines
from benchmarks.optimizer.problems import problem_named
from benchmarks.optimizer.searches import code_hash, create_search, is_ours, label_of


@dataclass(frozen=True)
class Job:
    """A run to make: ``n`` evaluations by ``optimizer``, told to expect ``told`` of them or nothing."""

    optimizer: str
    label: str
    problem: str
    seed: int
    n: int
    told: int | None = None


@dataclass(frozen=True)
class Run:
    """A run that was made. ``steps`` are (evaluations before, value) at each new best; ``cpu`` in seconds."""

    problem: str
    seed: int
    told: int | None
    n: int
    steps: list[list[float]]
    cpu: float
    space: str
    code: str = ""

    def best_at(self, n: int) -> float:
        """The value of the best point among the first n evaluations."""
        return next(value for i, value in reversed(self.steps) if i < n)


class RunStore:
    """The runs of one optimizer under one label, in memory and in a file that only grows."""

    def __init__(self, optimizer: str, label: str, *, fresh: bool = False) -> None:
        self._path = cache_file("runs", f"{optimizer}@{label}.jsonl")
        if fresh:
            self._path.unlink(missing_ok=True)
        self._runs: dict[tuple[str, int, int | None], Run] = {}
        for line in read_lines(self._path):
            self._keep(Run(**line))

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs.values())

    def find(self, job: Job) -> Run | None:
        """A run at least as long as the job's, of the same space; a longer one begins the same."""
        run = self._runs.get((job.problem, job.seed, job.told))
        if run is None or run.n < job.n or run.space != problem_named(job.problem).space.fingerprint:
            return None
        return run

    def add(self, run: Run) -> None:
        """Keep a run, in the file too."""
        self._keep(run)
        append_line(self._path, asdict(run))

    def _keep(self, run: Run) -> None:
        key = run.problem, run.seed, run.told
        if key not in self._runs or self._runs[key].n <= run.n:
            self._runs[key] = run


def make_run(job: Job) -> Run:
    """Search for the lowest value of a problem.

    With noise, what an optimizer is told decides which point is the best so far, and its true value is kept.
    """
    problem = problem_named(job.problem)
    noise = np.random.default_rng([job.seed, 1]).normal(0, problem.noise, job.n)
    search = create_search(job.optimizer, problem.space, job.seed, job.told)
    steps: list[list[float]] = []
    lowest, cpu = np.inf, 0.0
    for i in range(job.n):
        began = time.process_time()
        params = search.ask()
        cpu += time.process_time() - began
        value = problem.function(params)
        told = value + float(noise[i])
        if told < lowest:
            lowest = told
            steps.append([i, value])
        began = time.process_time()
        search.tell(told)
        cpu += time.process_time() - began
    code = code_hash() if is_ours(job.optimizer) else ""
    return Run(job.problem, job.seed, job.told, job.n, steps, cpu, problem.space.fingerprint, code)


def make_runs(jobs: Iterable[Job], stores: dict[str, RunStore], n_processes: int = 1) -> list[Job]:
    """Make the runs that the stores lack, keep each as it ends, and return the jobs that failed."""
    missing = [job for job in jobs if stores[job.optimizer].find(job) is None]
    best, failed, shown = BestSeen(), [], set()
    for i, (job, run) in enumerate(_outcomes(missing, n_processes), start=1):
        if isinstance(run, str):
            failed.append(job)
            if run not in shown:  # one mistake can break every run
                print(f"\n{job} failed:\n{run}", file=sys.stderr)
                shown.add(run)
        else:
            stores[job.optimizer].add(run)
            if problem_named(job.problem).optimum is None:
                best.note(job.problem, min(value for _, value in run.steps))
        _show_progress(i, len(missing), job)
    return failed


def _show_progress(i: int, n: int, job: Job) -> None:
    """One line that rewrites itself in a terminal, and one in a hundred runs elsewhere."""
    text = f"{i}/{n} {job.optimizer} {job.problem}"
    if sys.stderr.isatty():
        print(f"\r{text:60}", end="\n" if i == n else "", file=sys.stderr, flush=True)
    elif i % 100 == 0 or i == n:
        print(text, file=sys.stderr, flush=True)


def _outcomes(jobs: list[Job], n_processes: int) -> Iterator[tuple[Job, Run | str]]:
    if n_processes == 1:
        for job in jobs:
            yield job, _try(job)
        return
    with ProcessPoolExecutor(n_processes, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(_try, job): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()


def _try(job: Job) -> Run | str:
    """The run, or the last lines of what went wrong: one broken run must not end a night of them."""
    try:
        return make_run(job)
    except Exception:  # noqa: BLE001 - whatever an optimizer raises is a finding
        return "".join(traceback.format_exc().splitlines(keepends=True)[-6:])


def store_of(optimizer: str, label: str | None, *, fresh: bool = False) -> RunStore:
    """The store of an optimizer; ``label`` and ``fresh`` count for ours only."""
    return RunStore(optimizer, label_of(optimizer, label), fresh=fresh and is_ours(optimizer))


def stale_code(store: RunStore) -> set[str]:
    """Hashes of other states of the optimizer's code that a store has runs of."""
    return {run.code for run in store if run.code} - {code_hash()}


def jobs_for(optimizer: str, problems: list[str], n_seeds: int, n: int, label: str | None) -> list[Job]:
    """Runs of n evaluations, and for ours the short ones that are told their budget."""
    told: list[Any] = [None]
    if is_ours(optimizer):
        told += [short for short in SHORT if short <= n]
    return [
        Job(optimizer, label_of(optimizer, label), problem, seed, budget or n, budget)
        for problem in problems
        for seed in range(n_seeds)
        for budget in told
    ]


SHORT = (10, 25)  # budgets at which ours is told what it may spend
