"""The chart of a comparison as a file: a picture of what is shown, and every ended trial of its studies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.template.loader import render_to_string

from dashboard.charts.race import AXES
from dashboard.charts.static_race import static_race
from dashboard.models import Study
from dashboard.refusal import Refused
from dashboard.studies.several.compare import compare_page
from dashboard.studies.several.racers import Compared
from dashboard.trials.results import STATES
from dashboard.web.csv_pieces import csv_pieces, plain_text
from dashboard.wording import all_of
from optimizer.objective import to_loss

HEAD = ["study", "name", "trial", "state", "objective", "value", "best_so_far", "ended_trials"]
HEAD += ["epochs_so_far", "ended_seconds", "training_seconds_so_far"]


def comparison_svg(studies: Sequence[Study], query: Mapping[str, str]) -> str:
    """Raises Refused where the studies have no axis in common."""
    page = compare_page(studies, query)
    if not page.has_one_goal:
        raise Refused(
            "These studies look for different things, so there is no chart. Choose studies with one goal."
        )
    shown = page.shown
    race = static_race(
        page.chart,
        axis=shown["axis"],
        is_log=shown.get("scale") == "log",
        is_each=shown.get("repeats") == "each",
    )
    title = f"Best {page.goal.name} so far of {all_of(group.name for group in page.groups)}"
    context = {"race": race, "title": title, "label": page.chart["label"]}
    return render_to_string("export/comparison.svg", context)


def comparison_csv(studies: Sequence[Study]) -> Iterator[str]:
    """In the order in which they ended."""
    rows = (row for one in compare_page(studies).compared for row in _rows(one))
    return csv_pieces(HEAD, rows)


def _rows(one: Compared) -> Iterator[list[Any]]:
    order, run, sign = one.results.by_end, one.run, to_loss(1.0, one.goal.direction)
    losses = np.where(np.isnan(run.values), np.inf, sign * run.values)
    best = sign * np.minimum.accumulate(losses) if len(losses) else losses
    columns = [run.values, best, *(run.spent[axis] for axis in AXES)]
    start = [one.study.pk, plain_text(one.study.name)]
    numbers, states = one.results["number"][order].tolist(), one.results["state"][order].tolist()
    for number, state, *rest in zip(numbers, states, *(column.tolist() for column in columns), strict=True):
        yield [*start, number, str(STATES[state]), plain_text(one.goal.name), *map(_cell, rest)]


def _cell(number: float) -> float | str:
    return number if np.isfinite(number) else ""
