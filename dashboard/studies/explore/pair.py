"""What the model expects of two params together."""

from typing import Any

import numpy as np

from dashboard.charts.panels.panel import Picture
from dashboard.charts.panels.surface import surface_panel
from dashboard.studies.explore.asked import NEEDS, Asked, by_importance
from dashboard.studies.explore.axes import Subject
from dashboard.studies.model import Model, model_of
from dashboard.wording import thousands


def pair(asked: Asked) -> Picture:
    subject, model = asked.subject, model_of(asked.subject.study)
    known = by_importance(subject, model)
    if len(known) < 2:
        return Picture("", [], empty="Needs two searched parameters.")
    x, y = pair_of(asked, known, model)
    if model.explanation is None:
        return Picture("", [], empty=f"{NEEDS} {model.importance.note}")
    surface = None if x == y else model.explanation.surface(x, y)
    if surface is None:
        return Picture("", [], empty=f"{x} and {y} are never in one trial together. Choose another pair.")
    at = [subject.places(name, subject.drawn_params) for name in (x, y)]
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
    note = (
        f"Darker is better; steps at {', '.join(breaks)}. Mean of a model of {thousands(model.n_seen)} "
        "trials. Pale: no trial is nearby, so the model is guessing."
    )
    rows = [
        [a, b, surface.expected[i, j].item()]
        for i, a in enumerate(surface.x)
        for j, b in enumerate(surface.y)
    ]
    return Picture("", [panel], note=note, header=[x, y, f"expected {subject.goal.name}"], rows=rows)


def pair_of(asked: Asked, known: list[str], model: Model) -> tuple[str, str]:
    """The pair that was asked for, or the one that does most together, or the two most important."""
    together = next(
        (pair.names for pair in model.importance.interactions if set(pair.names) <= set(known)), None
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
