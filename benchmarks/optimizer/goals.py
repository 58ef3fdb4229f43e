"""What the optimizer is meant to reach, each goal beside its measured figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

from benchmarks.optimizer.costs import FLOATS, MEMORY_CELL, Cell, Costs

if TYPE_CHECKING:
    from benchmarks.optimizer.scoring import Comparison

TPE_LIMITS: Final = {  # CPU ms of ask and tell, median
    (100, 5): 0.30,
    (100, 20): 0.45,
    (100, 100): 1.2,
    (1_000, 5): 0.40,
    (1_000, 20): 0.70,
    (1_000, 100): 1.8,
    (10_000, 5): 0.45,
    (10_000, 20): 0.80,
    (10_000, 100): 2.2,
}
GP_LIMITS: Final = {50: 6.0, 100: 8.0, 200: 12.0, 500: 60.0}  # CPU ms of ask and tell, mean, 20 parameters
REGRET_LIMITS: Final = {50: 0.50, 100: 0.40, 200: 0.40}  # of the default sampler, over Optuna's
TPE_REGRET_LIMITS: Final = {50: 0.95, 100: 0.85, 200: 0.80}


@dataclass(frozen=True)
class Goal:
    """``met`` is None where the figure was not measured."""

    text: str
    limit: str
    measured: str
    met: bool | None


def print_goals(goals: list[Goal]) -> None:
    """A Markdown table of the goals that were measured, and how many were not."""
    print("| goal | limit | measured | met |")
    print("|---|---|---|---|")
    for goal in goals:
        if goal.met is not None:
            print(f"| {goal.text} | {goal.limit} | {goal.measured} | {'yes' if goal.met else '**no**'} |")
    print(f"\nNot measured in this run: {sum(goal.met is None for goal in goals)} more.")


def cost_goals(costs: Costs) -> list[Goal]:
    """Latency, memory and import."""
    return [*_tpe_latency(costs), *_gp_latency(costs), *_memory(costs)]


def _at_most(text: str, limit: float, measured: float, unit: str = "") -> Goal:
    if isnan(measured):
        return Goal(text, f"{limit:g}{unit}", "-", None)
    return Goal(text, f"{limit:g}{unit}", f"{measured:.3g}{unit}", measured <= limit)


def _tpe_latency(costs: Costs) -> list[Goal]:
    goals = [
        _at_most(
            f"`tpe` ask and tell, n={cell.n:,}, d={cell.d}, median",
            TPE_LIMITS[cell.n, cell.d],
            costs.median("tpe", cell),
            " ms",
        )
        for cell in FLOATS
    ]
    goals += [
        _at_most(
            f"`tpe` over Rustuna, n={cell.n:,}, d={cell.d}",
            2.0 if cell.n == 100 else 1.0,
            costs.median("tpe", cell) / costs.median("rustuna", cell),
        )
        for cell in FLOATS
    ]
    last = [cell for cell in FLOATS if cell.n == 10_000]
    spread = max(costs.quantile("tpe", cell, 0.99) / costs.median("tpe", cell) for cell in last)
    return [*goals, _at_most("`tpe` p99 over median, n=10,000", 4.0, spread)]


def _gp_latency(costs: Costs) -> list[Goal]:
    goals = [
        _at_most(
            f"`gp` ask and tell, n={n}, d=20, mean", limit, costs.mean("gp", Cell("float", n, 20)), " ms"
        )
        for n, limit in GP_LIMITS.items()
    ]
    tails = [costs.quantile("gp", cell, 0.99) for (name, cell) in costs.latency if name == "gp"]
    largest = max((cell.n for (name, cell) in costs.latency if name == "gp"), default=0)
    return [
        *goals,
        _at_most(f"`gp` worst p99, n up to {largest:,}", 300.0, max(tails, default=float("nan")), " ms"),
    ]


def _memory(costs: Costs) -> list[Goal]:
    found = costs.memory.get(("tpe", MEMORY_CELL), {})
    milliseconds, has_stats = costs.imports.get("optimizer", (float("nan"), True))
    return [
        _at_most("`tpe` ask, memory on top, 10,000 x 100", 30.0, found.get("asks", float("nan")), " MB"),
        _at_most("history, 10,000 x 100", 60.0, found.get("history", float("nan")), " MB"),
        _at_most("import of `optimizer`, CPU", 300.0, milliseconds, " ms"),
        Goal("import brings scipy.stats", "no", "yes" if has_stats else "no", not has_stats),
    ]


def regret_goals(
    text: str, found: dict[int, Comparison], limits: dict[int, float], high: float
) -> list[Goal]:
    """The ratio at each budget and the upper end of its interval, which must stay below ``high``."""
    goals = []
    for budget, limit in limits.items():
        if budget in found:
            one = found[budget]
            shown = f"{one.ratio:.2f} ({one.low:.2f}-{one.high:.2f}, {one.n_problems} problems)"
            goals.append(
                Goal(
                    f"{text} at {budget}",
                    f"{limit:g}, interval below {high:g}",
                    shown,
                    one.ratio <= limit and one.high < high,
                )
            )
    return goals


def share_goal(
    text: str, limit: float, count: Callable[[Comparison], int], found: Comparison, *, least: bool
) -> Goal:
    """A share of problems, at least or at most a limit."""
    share = count(found) / found.n_problems
    shown = f"{100 * share:.0f} % of {found.n_problems}"
    word = "at least" if least else "at most"
    return Goal(text, f"{word} {100 * limit:.0f} %", shown, share >= limit if least else share <= limit)
