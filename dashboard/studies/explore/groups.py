"""Epoch curves by the value of one param."""

from itertools import pairwise
from typing import Any

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.epochs import thin_curve
from dashboard.charts.panels.axes import UNUSED, metric_axis, round_values
from dashboard.charts.panels.epoch_groups import Curve, group_panels, group_rows
from dashboard.charts.panels.panel import Axis, Picture
from dashboard.models import TrialState
from dashboard.studies.explore.axes import Subject
from dashboard.trials import queries
from dashboard.trials.selected import Selected
from dashboard.wording import param as show_param
from dashboard.wording import thousands
from optimizer.distributions import Choice
from optimizer.values import value_key

# Epochs that are read: of all trials, or where these have more, of trials from all over the study.
MAX_EPOCHS = 30_000
MAX_GROUPS = 8
QUARTERS = (0.25, 0.5, 0.75)


def groups_picture(subject: Subject, selected: Selected, by: str) -> Picture:
    by = grouped_by(subject, by)
    if not by:
        return Picture("", [], empty="No parameter is searched.")
    places, n_all = _chosen(subject, selected)
    curves = _curves(subject, places)
    if not curves:
        words = (
            "No selected trial has completed an epoch." if selected.is_filter else "No epochs completed yet."
        )
        return Picture("", [], empty=words)
    params = subject.params_at(places)
    groups = _grouped(subject, by, [(curves[i], params[i]) for i in sorted(curves)])
    values = [value for _, each in groups for curve in each for _, value in curve.points]
    goal = subject.goal
    y = metric_axis(goal.name, values, goal.direction, is_percent=goal.is_percent, few=True)
    last = float(max(2, subject.study.max_epochs))
    ticks = [(v, show_param(v)) for v in round_values(1, last, 4) if v.is_integer()]
    x = Axis("epoch", "linear", 1.0, last, ticks, name="epoch", is_whole=True)
    chosen = " selected" if selected.is_filter else ""
    trials = f"{chosen} trials with at least one epoch"
    is_part = len(places) < n_all
    words = f"Every {_nth(n_all, len(places))} of {thousands(n_all)}" if is_part else thousands(len(curves))
    return Picture(
        "",
        group_panels(groups, x, y),
        words + trials,
        "Line: median. Band: middle half. Dotted: median of all. They count only trials that still train at "
        "an epoch, so pruning makes them look better, and end where fewer than 3 are left.",
        header=["group", "epoch", "trials", "lower_quartile", "median", "upper_quartile"],
        rows=group_rows(groups),
        is_grid=True,
    )


def grouped_by(subject: Subject, by: str) -> str:
    """The param that was asked for, or the most telling one with few values, or the most telling one."""
    if by in subject.names:
        return by
    few = [name for name in subject.names if _n_values(subject, name) <= MAX_GROUPS]
    return next(iter(few or subject.names), "")


def _n_values(subject: Subject, name: str) -> float:
    return subject.space[name].distribution.n_values or float("inf")


def _chosen(subject: Subject, selected: Selected) -> tuple[np.ndarray, int]:
    """Places of the trials that are read, and how many there are that have an epoch.

    No kind of trial is preferred: medians of the best ones would say nothing about a group.
    """
    results = subject.results
    places = np.flatnonzero(selected.mask & (results["step"] > 0) & ~results.is_in(TrialState.FAILED))
    if not len(places):
        return places, 0
    most = max(1, int(MAX_EPOCHS / results["step"][places].mean()))
    return places[:: -(-len(places) // most)], len(places)


def _nth(n_all: int, n: int) -> str:
    nth = -(-n_all // n)
    return "second" if nth == 2 else "third" if nth == 3 else f"{nth}th"


def _curves(subject: Subject, places: np.ndarray) -> dict[int, Curve]:
    """By the trial's place in `places`; those without a stored epoch are left out."""
    results = subject.results
    ids = results["pk"][places].tolist()
    found = queries.curves(ids, subject.goal.name)
    is_complete = results.is_in(TrialState.COMPLETE)[places]
    value = np.where(is_complete, results["value"][places], results["step_value"][places])
    order = np.argsort(value if subject.is_lower_better else -value, kind="stable")
    rank = np.empty(len(places))
    rank[order] = 1 - np.arange(len(places)) / max(1, len(places) - 1)
    return {
        i: Curve(int(results["number"][at]), bool(is_complete[i]), float(rank[i]), thin_curve(found[pk]))
        for i, (at, pk) in enumerate(zip(places.tolist(), ids, strict=True))
        if found.get(pk)
    }


def _grouped(
    subject: Subject, by: str, rows: list[tuple[Curve, dict[str, Any]]]
) -> list[tuple[str, list[Curve]]]:
    """Groups in the order of their values; those that do not use the param come last."""
    distribution = subject.space[by].distribution
    tried = [params[by] for _, params in rows if by in params]
    values = {value_key(v): v for v in tried}
    if isinstance(distribution, Choice) or len(values) <= MAX_GROUPS:
        order = list(distribution.values()) if isinstance(distribution, Choice) else sorted(values.values())
        order = [v for v in order if value_key(v) in values][:MAX_GROUPS]
        names = [(f"{by} {show_param(v)}", value_key(v)) for v in order]
        groups = [(name, [c for c, p in rows if value_key(p.get(by, UNUSED)) == key]) for name, key in names]
    else:
        groups = _quarters(by, rows, tried)
    unused = [c for c, p in rows if by not in p]
    return [*groups, *([(f"{by} not used", unused)] if unused else [])]


def _quarters(
    by: str, rows: list[tuple[Curve, dict[str, Any]]], tried: list[Any]
) -> list[tuple[str, list[Curve]]]:
    """Four groups of about the same number of trials, each named after the values in it."""
    cuts = np.unique(np.quantile(np.array(tried, dtype=float), QUARTERS, method="nearest"))
    groups = []
    for low, high in pairwise([-np.inf, *cuts.tolist(), np.inf]):
        inside = [(c, p[by]) for c, p in rows if by in p and low <= p[by] < high]
        if inside:
            least, most = (_shown(end(v for _, v in inside)) for end in (min, max))
            name = f"{by} {least}" if least == most else f"{by} {least} to {most}"
            groups.append((name, [c for c, _ in inside]))
    return groups


def _shown(value: float) -> str:
    return show_param(value if isinstance(value, int) else significant(value, 2))
