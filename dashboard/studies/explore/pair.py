"""What the model expects of two params together."""

from typing import Any

import numpy as np

from dashboard.charts.panels.panel import Picture
from dashboard.charts.panels.ranks import ranks_panel
from dashboard.charts.panels.surface import ring, surface_panel
from dashboard.models import TrialState
from dashboard.studies.explore.asked import Asked, by_importance
from dashboard.studies.explore.axes import Subject
from dashboard.studies.model import Model, model_of
from dashboard.wording import count_noun

# Of the variance, what two params explain together beyond each alone, from which on that is worth a picture.
TELLING = 0.03


def pair(asked: Asked) -> Picture:
    subject, model = asked.subject, model_of(asked.subject.study)
    known = by_importance(subject, model)
    if len(known) < 2:
        return Picture("", [], empty="Needs two searched parameters.")
    x, y = pair_of(asked, known, model)
    at = [subject.places(name, subject.drawn_params) for name in (x, y)]
    if x == y or not any(a is not None and b is not None for a, b in zip(*at, strict=True)):
        return Picture("", [], empty=f"{x} and {y} are in no trial together. Choose another pair.")
    if asked.query.get("show") == "ranks" or model.explanation is None:
        return _ranks(subject, x, y, at, "" if model.explanation else model.importance.note)
    surface = model.explanation.surface(x, y)
    if surface is None:
        return _ranks(
            subject, x, y, at, f"{y} depends on {x} or the other way round, so the model has no mean."
        )
    points = [(a, b) for a, b in zip(*at, strict=True) if a is not None and b is not None]
    best = _best_place(subject, *at)
    metric = subject.metric()
    panel, breaks = surface_panel(
        subject.axis(x),
        subject.axis(y),
        metric,
        surface,
        points,
        best,
        is_lower_better=subject.is_lower_better,
    )
    n = count_noun(model.n_seen - model.n_unfit, "trial")
    note = (
        f"Colors change at {', '.join(breaks)}, from worse to better. Mean of a model of {n} over all "
        "values of the other parameters. Pale: no trial is nearby, so the model is guessing."
    )
    rows = [
        [a, b, surface.expected[i, j].item()]
        for i, a in enumerate(surface.x)
        for j, b in enumerate(surface.y)
    ]
    return Picture("", [panel], note=note, header=[x, y, f"expected {subject.goal.name}"], rows=rows)


def _ranks(subject: Subject, x: str, y: str, at: list[list[float | None]], why: str) -> Picture:
    """The trials themselves, colored by rank; `why` there is nothing better."""
    results, goal = subject.results, subject.goal
    value = np.where(results.is_in(TrialState.COMPLETE), results["value"], results["step_value"])
    numbers = results["number"][subject.drawn].tolist()
    rows = [
        (n, a, b, float(v))
        for n, a, b, v in zip(numbers, *at, value[subject.drawn].tolist(), strict=True)
        if a is not None and b is not None and np.isfinite(v)
    ]
    if not rows:
        return Picture("", [], empty="No trial with a value yet.")
    best = _best_place(subject, *at)
    panel = ranks_panel(
        subject.axis(x),
        subject.axis(y),
        subject.metric(),
        rows,
        None if best is None else ring(best),
        is_lower_better=subject.is_lower_better,
    )
    note = f"Each dot is a trial, colored by the rank of its {goal.name}; of a pruned one, of its last epoch."
    header = ["trial", x, y, goal.name]
    return Picture("", [panel], note=f"{why} {note}".strip(), header=header, rows=rows)


def pair_of(asked: Asked, known: list[str], model: Model) -> tuple[str, str]:
    """The pair that was asked for, or the strongest: an interaction that tells, or the two most important."""
    together = next(
        (
            pair.names
            for pair in model.importance.interactions
            if pair.share >= TELLING and set(pair.names) <= set(known)
        ),
        None,
    )
    first, second = together or _apart(asked.subject, known)
    x = asked.chosen("x", known, first)
    y = asked.chosen("y", known, second if x != second else first)
    return x, y


def _apart(subject: Subject, known: list[str]) -> tuple[str, str]:
    """The two most important of which neither depends on the other."""
    first = known[0]
    for other in known[1:]:
        when = subject.space[other].when
        if when is None or when.parent != first:
            return first, other
    return first, known[1]


def _best_place(subject: Subject, x: list[Any], y: list[Any]) -> tuple[int, float, float] | None:
    best = subject.results.best
    at = np.flatnonzero(subject.drawn == (-1 if best is None else best))
    if best is None or not len(at) or x[at[0]] is None or y[at[0]] is None:
        return None
    return int(subject.results["number"][best]), float(x[at[0]]), float(y[at[0]])
