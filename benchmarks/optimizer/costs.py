"""Latency and memory of a suggestion, ours beside the peers'; each figure from a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.optimizer.cache import FOLDER
from benchmarks.optimizer.searches import is_available

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ROOT: Final = Path(__file__).resolve().parent.parent.parent
# Imports are compared as users have them: compiled. Some machines turn bytecode off.
_BYTECODE: Final = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(FOLDER / "bytecode")}
_IMPORT: Final = """
import sys, time
began = time.process_time()
import {module}
print(1000 * (time.process_time() - began), "scipy.stats" in sys.modules)
"""


@dataclass(frozen=True)
class Cell:
    """One place of a latency table, and how often to ask there."""

    kind: str
    n: int
    d: int


@dataclass
class Costs:
    """What was measured: CPU milliseconds and megabytes by (search, cell), imports by module."""

    latency: dict[tuple[str, Cell], list[float]] = field(default_factory=dict)
    memory: dict[tuple[str, Cell], dict[str, float]] = field(default_factory=dict)
    imports: dict[str, tuple[float, bool]] = field(default_factory=dict)

    def median(self, search: str, cell: Cell) -> float:
        """NaN where it was not measured."""
        return median(self.latency.get((search, cell), [float("nan")]))

    def mean(self, search: str, cell: Cell) -> float:
        """NaN where it was not measured."""
        return mean(self.latency.get((search, cell), [float("nan")]))

    def quantile(self, search: str, cell: Cell, share: float) -> float:
        """NaN where it was not measured."""
        return float(np.quantile(self.latency.get((search, cell), [float("nan")]), share))


FLOATS: Final = [Cell("float", n, d) for n in (100, 1_000, 10_000) for d in (5, 20, 100)]
MIXED: Final = [Cell("mixed", n, 20) for n in (100, 1_000, 10_000)]
GP_CELLS: Final = [Cell("float", n, d) for d in (5, 20, 100) for n in (50, 100, 200, 500, 1_000)]
SMOKE: Final = [Cell("float", 100, 5), Cell("float", 1_000, 20)]
MEMORY_CELL: Final = Cell("float", 10_000, 100)
MODULES: Final = ("optimizer", "optuna", "hyperopt", "rustuna")


def measure_latency(costs: Costs, searches: list[str], cells: list[Cell]) -> None:
    """Fill ``costs.latency``; the searches take turns, so that a slow minute hits all of them."""
    for cell in cells:
        for search in searches:
            if not is_available(search) or (
                search == "hyperopt" and cell.n > 1_000
            ):  # minutes, for one figure
                continue
            n_asks, n_rounds = _repeats(search, cell)
            found = _probe(
                what="latency",
                search=search,
                kind=cell.kind,
                n=cell.n,
                d=cell.d,
                n_asks=n_asks,
                n_rounds=n_rounds,
            )
            costs.latency[search, cell] = found["milliseconds"]


def _repeats(search: str, cell: Cell) -> tuple[int, int]:
    """Asks per study and studies: n must not grow much, and a second per ask must not become an hour."""
    if search in {"optuna", "optuna-group", "hyperopt"} and cell.n * cell.d > 100_000:
        return 8, 1
    if search in {"gp", "auto"}:
        return 20, 2
    return (20, 5) if cell.n <= 100 else (200 if search in {"tpe", "rustuna"} else 40, 1)


def measure_memory(costs: Costs, searches: list[str], cell: Cell) -> None:
    """Fill ``costs.memory``."""
    for search in searches:
        if is_available(search):
            found = _probe(what="memory", search=search, kind=cell.kind, n=cell.n, d=cell.d, n_asks=3)
            costs.memory[search, cell] = found


def measure_imports(costs: Costs, modules: tuple[str, ...] = MODULES, n: int = 5) -> None:
    """Fill ``costs.imports``: median CPU milliseconds, and whether scipy.stats came along."""
    for module in modules:
        answers = [_python("-c", _IMPORT.format(module=module)).split() for _ in range(n + 1)]
        compiled = answers[1:]  # the first one may have had to write bytecode
        costs.imports[module] = median(float(ms) for ms, _ in compiled), answers[0][1] == "True"


def _probe(**order: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_python("-m", "benchmarks.optimizer.probe", json.dumps(order)))
    return answer


def _python(*arguments: str) -> str:
    """What a fresh interpreter prints last."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **_BYTECODE},
    )
    if done.returncode:
        raise RuntimeError(
            f"a measuring process must end well, got {done.returncode}:\n{done.stderr[-2000:]}"
        )
    return done.stdout.splitlines()[-1]


def print_latency(costs: Costs, searches: list[str], cells: list[Cell], reference: str) -> None:
    """Markdown: median (p95) CPU ms per cell, and how many times the reference's median that is below."""
    searches = [name for name in searches if any(key[0] == name for key in costs.latency)]
    others = [name for name in searches if name != reference]
    heads = ["space", "n", "d", *searches, *(f"{name}/{reference}" for name in others)]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for cell in cells:
        row = [cell.kind, f"{cell.n:,}", str(cell.d)]
        for name in searches:
            is_known = (name, cell) in costs.latency
            spread = f"{costs.median(name, cell):.3g} ({costs.quantile(name, cell, 0.95):.3g})"
            row.append(spread if is_known else "-")
        for name in others:
            share = costs.median(name, cell) / costs.median(reference, cell)
            row.append("-" if isnan(share) else f"{share:.1f}")
        print(f"| {' | '.join(row)} |")


def print_gp(costs: Costs, search: str, cells: list[Cell]) -> None:
    """Markdown: mean, p99 and longest ask and tell of the Gaussian process."""
    print("| n | d | mean ms | median | p99 | longest |")
    print("|---|---|---|---|---|---|")
    for cell in cells:
        if (search, cell) in costs.latency:
            shown = [costs.mean(search, cell), *(costs.quantile(search, cell, q) for q in (0.5, 0.99, 1))]
            print(f"| {cell.n:,} | {cell.d} | {' | '.join(f'{value:.1f}' for value in shown)} |")


def print_memory(costs: Costs) -> None:
    """Markdown: memory of histories and asks, and what an import costs."""
    print("| search | trials x parameters | history MB | an ask on top MB |")
    print("|---|---|---|---|")
    for (search, cell), found in costs.memory.items():
        print(f"| {search} | {cell.n:,} x {cell.d} | {found['history']:.1f} | {found['asks']:.1f} |")
    print("\n| import | CPU ms | scipy.stats too |")
    print("|---|---|---|")
    for module, (milliseconds, has_stats) in costs.imports.items():
        print(f"| {module} | {milliseconds:.0f} | {'yes' if has_stats else 'no'} |")


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the options of the command ``latency``."""
    parser.add_argument(
        "--samplers", default="tpe,optuna,rustuna,hyperopt", help="the first is compared with the rest"
    )
    parser.add_argument("--space", default="float", choices=("float", "mixed"))
    parser.add_argument("--n", default="100,1000,10000", help="trials in the history")
    parser.add_argument("--d", default="5,20,100", help="parameters")


def run_latency(args: Namespace) -> None:
    """Measure and print one table."""
    costs, searches = Costs(), args.samplers.split(",")
    cells = [Cell(args.space, int(n), int(d)) for d in args.d.split(",") for n in args.n.split(",")]
    measure_latency(costs, searches, cells)
    print_latency(costs, searches, cells, searches[0])
    if searches[0] in {"gp", "auto"}:
        print()
        print_gp(costs, searches[0], cells)


def run_memory() -> None:
    """Measure and print memory and imports."""
    costs = Costs()
    measure_memory(costs, ["tpe", "optuna", "rustuna"], MEMORY_CELL)
    measure_imports(costs)
    print_memory(costs)
