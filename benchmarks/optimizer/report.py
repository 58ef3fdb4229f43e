"""Everything in one go: regret, latency, memory, and each goal beside what was measured."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.optimizer import costs as measured
from benchmarks.optimizer.goals import (
    REGRET_LIMITS,
    TPE_REGRET_LIMITS,
    Goal,
    cost_goals,
    print_goals,
    regret_goals,
    share_goal,
)
from benchmarks.optimizer.regret import N_PEER_SEEDS, print_ranks, print_summary
from benchmarks.optimizer.results import BETTER_OPTUNA, BUDGETS, Results
from benchmarks.optimizer.scoring import Comparison, compare
from benchmarks.optimizer.searches import code_hash, is_available
from benchmarks.optimizer.suites import problems_of

OURS: Final = ("auto", "gp", "tpe")
PACKAGES: Final = ("optuna", "hyperopt", "rustuna", "coco-experiment", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    suite: str
    conditional: str
    high: str
    n_seeds: int
    budget: int
    latency: list[measured.Cell]
    gp: list[measured.Cell]


FULL: Final = Size(
    "confirm", "conditional", "high", 5, 200, measured.FLOATS + measured.MIXED, measured.GP_CELLS
)
SMOKE: Final = Size(
    "smoke",
    "pipeline,nested",
    "",
    2,
    50,
    measured.SMOKE,
    [measured.Cell("float", n, 20) for n in (50, 100)],
)


def run(size: Size, n_processes: int, label: str | None) -> None:
    """Measure and print all of it."""
    print_machine(size)
    ours = [name for name in OURS if is_available(name)]
    for name in set(OURS) - set(ours):
        print(f"`{name}`: skipped, there is no such sampler")
    goals = _regret(size, ours, n_processes, label)
    found = _costs(size)
    print("\n## Goals\n")
    print_goals([*goals, *cost_goals(found)])


def print_machine(size: Size) -> None:
    """What these figures are of."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"Python {platform.python_version()}, {versions}; optimizer {code_hash()}.")
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"{_processor()}, {cores} cores, load {load:.1f}, one thread each.")
    print(f"Seeds 0 to {size.n_seeds - 1} of every optimizer, 30 of random search (10 on real models).")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _regret(size: Size, ours: list[str], n_processes: int, label: str | None) -> list[Goal]:
    """The tables of regret, and the goals that they answer."""
    goals: list[Goal] = []
    peers = ["optuna", "optuna-group", "hyperopt", "rustuna"]
    results = _made(size.suite, [*ours, *peers], size, n_processes, label)
    budgets = [budget for budget in BUDGETS if budget <= size.budget]
    print(f"\n## Regret: {size.suite}")
    print_summary(results, [*ours, *peers[1:]], "optuna", budgets, label)
    print()
    print_ranks(results, [*ours, *peers], budgets[-1])
    if "tpe" in ours:
        found = _compared(results, "tpe", "optuna")
        goals += regret_goals("`tpe` regret over Optuna's", found, TPE_REGRET_LIMITS, 1.0)
    if "auto" in ours:
        against = _compared(results, "auto", "optuna")
        goals += regret_goals("`auto` regret over Optuna's", against, REGRET_LIMITS, 0.75)
        goals += regret_goals(
            "`auto` over Hyperopt",
            _compared(results, "auto", "hyperopt"),
            dict.fromkeys(REGRET_LIMITS, 0.25),
            1.0,
        )
        goals.append(share_goal("`auto` wins", 0.7, lambda c: c.wins, against[budgets[-1]], least=True))
        goals.append(
            share_goal(
                "`auto` worse than random",
                0.03,
                lambda c: c.n_worse_than_random,
                against[budgets[-1]],
                least=False,
            )
        )
    results = _made(size.conditional, [*ours, "optuna", "optuna-group"], size, n_processes, label)
    print(f"\n## Regret: {size.conditional}, against the better of Optuna's default and group")
    print_summary(results, ours, BETTER_OPTUNA, budgets, label)
    if "auto" in ours:
        goals += regret_goals(
            "`auto` on conditional problems", _compared(results, "auto", BETTER_OPTUNA), {100: 0.6}, 1.0
        )
    return goals + _many_parameters(size, ours, n_processes, label)


def _many_parameters(size: Size, ours: list[str], n_processes: int, label: str | None) -> list[Goal]:
    """40 floats and 80 mixed ones, with few seeds, as a run of Optuna takes minutes there."""
    if not size.high:
        return []
    long = replace(size, n_seeds=2, budget=1_000)
    names = [name for name in ours if name != "gp"]
    results = _made(size.high, [*names, "optuna"], long, n_processes, label)
    print(f"\n## Regret: {size.high}, seeds 0 and 1")
    print_summary(results, names, "optuna", list(BUDGETS), label)
    if "auto" not in names:
        return []
    found = _compared(results, "auto", "optuna")
    return regret_goals("`auto` with 40 to 80 parameters", found, {200: 1.0, 1_000: 1.0}, float("inf"))


def _made(suite: str, names: list[str], size: Size, n_processes: int, label: str | None) -> Results:
    results = Results(problems_of(suite), names, label, fresh=False)
    failed = results.make(size.n_seeds, min(size.n_seeds, N_PEER_SEEDS), size.budget, n_processes)
    if failed:
        print(f"{len(failed)} runs failed and are missing; see stderr", file=sys.stderr)
    return results


def _compared(results: Results, name: str, against: str) -> dict[int, Comparison]:
    """By budget, where both have runs."""
    found = {}
    for budget in BUDGETS:
        mine, theirs = results.regrets(name, budget), results.regrets(against, budget)
        if mine.keys() & theirs.keys():
            found[budget] = compare(mine, theirs)
    return found


def _costs(size: Size) -> measured.Costs:
    """The tables of latency and memory."""
    costs = measured.Costs()
    searches = ["tpe", "optuna", "optuna-group", "rustuna", "hyperopt"]
    measured.measure_latency(costs, searches, size.latency)
    print("\n## Latency: CPU ms of ask and tell, median (p95)\n")
    measured.print_latency(costs, searches, size.latency, "tpe")
    for name in ("gp", "auto"):
        if is_available(name):
            measured.measure_latency(costs, [name], size.gp)
            print(f"\n## Latency: `{name}`, CPU ms of ask and tell\n")
            measured.print_gp(costs, name, size.gp)
    cell = measured.MEMORY_CELL if size is FULL else measured.Cell("float", 1_000, 20)
    measured.measure_memory(costs, ["tpe", "optuna", "rustuna"], cell)
    measured.measure_imports(costs, n=5 if size is FULL else 2)
    print("\n## Memory and import\n")
    measured.print_memory(costs)
    return costs
