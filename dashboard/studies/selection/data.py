"""What charts need to know of the trials that a filter selects: which they are, and points of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.goals import Goal
from dashboard.models import Study, TrialState
from dashboard.studies.charts import curves_at, drawn_at, places_drawn
from dashboard.studies.explore.axes import Subject, more_columns
from dashboard.trials.results import Results
from dashboard.trials.selected import Edit, Selected, bits_of
from dashboard.trials.selection import bounds_in, choices_in, write_number
from optimizer import SearchSpace

# Selected trials that a chart has not got already and that are sent along.
MAX_MORE, MAX_CURVES = 300, 40
# The columns along the axes of a view's charts, beside the objective.
AXES = {"overview": ("trial", "ended"), "explore": ("epoch",)}


@dataclass(frozen=True)
class Range:
    """A column, and its bounds as people write them; empty where it is open."""

    name: str
    low: str
    high: str


def edits_in(query: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> list[Edit]:
    """`range=lr&low=1e-4&high=0.01`, several times or not at all, and `choice=state&value=pruned`."""
    bounds = zip(*(lists.get(name, ()) for name in ("range", "low", "high")), strict=False)
    edits = [Edit(name, low, high) for name, low, high in bounds]
    if query.get("choice") and query.get("value"):
        edits.append(Edit(query["choice"], choice=query["value"]))
    return edits


def ranges_of(selected: Selected, names: Sequence[str], objective: str) -> list[Range]:
    bounds = bounds_in(selected.text, selected.fields) if selected.is_filter else {}
    fields = {field.name: field for field in selected.fields}
    ranges = []
    for name in (*names, objective):
        low, high = (
            "" if bound is None else write_number(fields[name], bound)
            for bound in bounds.get(name, (None, None))
        )
        ranges.append(Range(name, low, high))
    return ranges


def selection_of(
    study: Study, space: SearchSpace, goal: Goal, results: Results, selected: Selected, view: str
) -> dict[str, Any]:
    """Empty without a filter. Costs what is selected and not drawn yet, at most MAX_MORE trials."""
    if not selected.is_filter:
        return {}
    data: dict[str, Any] = {
        "text": selected.text,
        "bits": bits_of(results["number"][selected.mask]),
        "bounds": bounds_in(selected.text, selected.fields),
        "states": choices_in(selected.text, selected.fields, "state"),
    }
    if view == "overview":
        data["best"] = drawn_at(study, space, results, _more(results, selected))
    elif view == "explore":
        data["epochs"] = curves_selected(study, goal, results, selected)
        data["columns"] = more_columns(Subject(study, results), _more(results, selected))
    return data


def curves_selected(study: Study, goal: Goal, results: Results, selected: Selected) -> dict[str, Any]:
    """Epochs of the selected trials, the best ones first."""
    return curves_at(study, goal, results, _best_first(results, selected))


def _more(results: Results, selected: Selected) -> np.ndarray:
    is_new = selected.mask.copy()
    is_new[places_drawn(results)] = False
    places = np.flatnonzero(is_new)
    return places[:: max(1, -(-len(places) // MAX_MORE))]


def _best_first(results: Results, selected: Selected) -> np.ndarray:
    """Complete ones from the best on, then the others from the last on."""
    complete = results.best_first[selected.mask[results.best_first]]
    others = np.flatnonzero(selected.mask & ~results.is_in(TrialState.COMPLETE))[::-1]
    return np.concatenate((complete, others))[:MAX_CURVES]
