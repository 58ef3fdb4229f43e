"""All metrics of one trial: at its best epoch, at its last one, at their own best, beside other trials."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from dashboard.charts.sparklines import metric_line
from dashboard.goals import Goal, is_percent, metric_directions
from dashboard.models import Report, Study, Trial, TrialState
from dashboard.trials import queries
from dashboard.trials.results import Results
from dashboard.wording import place as nth
from dashboard.wording import thousands
from dashboard.wording import value as show_value
from optimizer import Direction
from optimizer.objective import to_loss

# Medians are over so many complete trials, the latest ones.
LATEST = 1_000
NOT_FINITE = "not finite"


@dataclass(frozen=True)
class MetricRow:
    """One metric in words; empty where it is not known."""

    name: str
    is_objective: bool
    line: str
    # Of a single epoch: where its point is.
    point: tuple[float, float] | None
    result: str
    last: str
    best: str
    best_at: str
    median: str
    reference: str = ""
    rank: str = ""


@dataclass(frozen=True)
class Metrics:
    rows: list[MetricRow]
    # What the columns are called.
    result: str
    last: str
    # How many trials the medians are over.
    n_others: int

    @property
    def has(self) -> dict[str, bool]:
        """Which columns have something to say."""
        names = ("line", "result", "last", "best", "median", "reference", "rank")
        return {name: any(getattr(row, name) for row in self.rows) for name in names}


def metrics_of(
    study: Study, trial: Trial, goal: Goal, results: Results, reports: Sequence[Report], best: Trial | None
) -> Metrics:
    others = results.once("metrics of complete trials", lambda: _others(study))
    directions = _directions(study)
    names = _names(study, trial, reports, list(directions))
    n_complete = len(results.best_first)
    step = "fold" if study.n_folds else "epoch"
    last = reports[-1].step if reports else None
    reference = best.metrics if best and best.pk != trial.pk else {}
    is_running = trial.state == TrialState.RUNNING

    def ranks(name: str) -> str:
        if name == goal.name:
            return objective_rank(trial, results).partition(" ")[0]
        is_known = n_complete <= LATEST  # else the others are not all there
        return _rank(trial.metrics.get(name), others.get(name), directions.get(name)) if is_known else ""

    at = f"At {step} {thousands(trial.best_step)}" if trial.best_step else "Result"
    return Metrics(
        rows=[
            replace(
                _row(study, trial, name, reports, others.get(name), directions.get(name)),
                reference=_show(study, name, reference.get(name)),
                rank=ranks(name),
            )
            for name in names
        ],
        result=f"Mean of {thousands(study.n_folds)} folds" if study.n_folds else at,
        last="Now" if is_running else f"Last, {step} {thousands(last)}" if last else "Last",
        n_others=max((len(values) for values in others.values()), default=0),
    )


def objective_rank(trial: Trial, results: Results) -> str:
    """`3rd of 72`, among all complete trials; empty where it is none of them."""
    place = np.flatnonzero(results["number"] == trial.number)
    if not len(place) or not np.isfinite(results.losses[place[0]]):
        return ""
    n_better = int((results.losses < results.losses[place[0]]).sum())
    return f"{nth(n_better + 1)} of {thousands(len(results.best_first))}"


def _names(study: Study, trial: Trial, reports: Sequence[Report], known: Sequence[str]) -> list[str]:
    """The objective, then what is measured in validation, then the rest, each in the trainer's order."""
    names = dict.fromkeys(name for report in reports for name in report.metrics)
    names |= dict.fromkeys(trial.metrics)
    order = {name: place for place, name in enumerate(known)}
    return sorted(
        names,
        key=lambda name: (name != study.objective, not name.startswith("val_"), order.get(name, len(order))),
    )


def _others(study: Study) -> dict[str, np.ndarray]:
    """Sorted values of each metric over the latest complete trials."""
    by_name: dict[str, list[float]] = {}
    for metrics in queries.latest_metrics(study, limit=LATEST):
        for name, value in metrics.items():
            if isinstance(value, int | float) and math.isfinite(value):
                by_name.setdefault(name, []).append(value)
    return {name: np.sort(values) for name, values in by_name.items()}


def _directions(study: Study) -> dict[str, Direction]:
    """Where better is, for the metrics of which it is known; in training as in validation."""
    found = metric_directions(study)
    found |= {name.removeprefix("val_"): found[name] for name in list(found) if name.startswith("val_")}
    return found | {study.objective: study.direction}


def _row(
    study: Study,
    trial: Trial,
    name: str,
    reports: Sequence[Report],
    others: np.ndarray | None,
    direction: Direction | None,
) -> MetricRow:
    show = partial(_show, study, name)
    curve = [(report.step, report.metrics[name]) for report in reports if name in report.metrics]
    known = [(step, value) for step, value in curve if value is not None]
    best = best_point(known, direction) if direction else None
    line, point = metric_line(known)
    return MetricRow(
        name=name,
        is_objective=name == study.objective,
        line=line,
        point=point,
        result=show(trial.metrics.get(name)),
        last=(NOT_FINITE if curve[-1][1] is None else show(curve[-1][1])) if curve else "",
        best=show(best[1]) if best else "",
        best_at=thousands(best[0]) if best else "",
        median="" if others is None else show(float(np.median(others))),
    )


def _show(study: Study, name: str, value: float | None) -> str:
    return "" if value is None else show_value(value, is_percent(study, name))


def best_point(known: Sequence[tuple[int, float]], direction: Direction) -> tuple[int, float] | None:
    """Step and value; the first one among equals."""
    return min(known, key=lambda point: to_loss(point[1], direction), default=None)


def _rank(value: float | None, others: np.ndarray | None, direction: Direction | None) -> str:
    """Of a complete trial, among the others that are compared."""
    if value is None or others is None or direction is None:
        return ""
    n_better = sum(to_loss(other, direction) < to_loss(value, direction) for other in others.tolist())
    return nth(n_better + 1)
