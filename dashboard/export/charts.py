"""The charts of a study as files: a picture of what is shown, and the data of the selected trials."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.template.loader import render_to_string

from dashboard.charts.static_svg import Look, StaticChart, static_best, static_epochs, static_trial
from dashboard.goals import goal_of
from dashboard.models import Role, Study, Trial
from dashboard.refusal import Refused
from dashboard.studies.charts import best_chart_of, epochs_chart_of, points_of
from dashboard.studies.selection.data import curves_selected
from dashboard.trials.page import trial_page
from dashboard.trials.proposals import proposals_of
from dashboard.trials.queries import reports_of
from dashboard.trials.results import Results, results_of
from dashboard.trials.selected import Selected, selection_for
from dashboard.web.csv_pieces import csv_pieces, plain_text
from optimizer.objective import to_loss

CHARTS = ("best", "epochs")
ENDINGS = ("svg", "csv")
MAX_DRAWN = 60


def chart_svg(study: Study, *, chart: str, text: str, look: Look) -> str:
    results = results_of(study)
    selected = selection_for(study, results, text)
    picture = _best(study, results, selected, look) if chart == "best" else _epochs(study, results, selected)
    title = f"{study.name}: {study.objective} by {'epoch' if chart == 'epochs' else picture.x_label}"
    return render_to_string("export/chart.svg", {"chart": picture, "title": title, "filter": selected.text})


def _best(study: Study, results: Results, selected: Selected, look: Look) -> StaticChart:
    space, goal = study.search_space, goal_of(study)
    data = best_chart_of(study, space, goal, results, proposals_of(study, space, goal, results))
    if not selected.is_filter:
        return static_best(data, look)
    numbers = frozenset(results["number"][selected.mask].tolist())
    return static_best(data, look, numbers.__contains__)


def _epochs(study: Study, results: Results, selected: Selected) -> StaticChart:
    return static_epochs(_curves(study, results, selected), MAX_DRAWN)


def _curves(study: Study, results: Results, selected: Selected) -> dict[str, Any]:
    goal = goal_of(study)
    if not selected.is_filter:
        return epochs_chart_of(study, goal, results)
    return curves_selected(study, goal, results, selected)


def chart_csv(study: Study, *, chart: str, text: str) -> Iterator[str]:
    """All selected trials, also where the chart draws only some of them."""
    results = results_of(study)
    selected = selection_for(study, results, text)
    if chart == "epochs":
        return csv_pieces(["trial", "state", "epoch", study.objective], _epoch_rows(study, results, selected))
    return csv_pieces(
        [
            *("trial", "state", study.objective, "best_so_far", "epoch"),
            *("ended_seconds", "training_seconds_so_far", "epochs_so_far"),
        ],
        _best_rows(study, results, selected),
    )


def trial_chart_svg(trial: Trial, *, metric: str) -> str:
    chart = _trial_chart(trial)
    chosen = next(
        (each for each in chart["metrics"] if each["name"] == metric), next(iter(chart["metrics"]), None)
    )
    if chosen is None:
        raise Refused("This trial has no epochs yet. Wait until it has completed one.")
    title = f"Trial #{trial.number} of {trial.study.name}: {chosen['label']} by epoch"
    picture = static_trial(chosen, chart["label"])
    return render_to_string("export/chart.svg", {"chart": picture, "title": title, "filter": ""})


def _trial_chart(trial: Trial) -> dict[str, Any]:
    chart: dict[str, Any] = trial_page(trial.study, trial, Role.VIEWER).chart["trial_epochs"]
    return chart


def trial_chart_csv(trial: Trial) -> Iterator[str]:
    """Every metric at every epoch, of which the chart draws some."""
    reports = reports_of(trial)
    names = sorted({name for report in reports for name in report.metrics})
    rows = (
        [report.step, *(_cell(report.metrics.get(name)) for name in names), report.seconds]
        for report in reports
    )
    return csv_pieces(["epoch", *names, "seconds"], rows)


def _best_rows(study: Study, results: Results, selected: Selected) -> Iterator[list[Any]]:
    points = points_of(study, results)
    best = np.minimum.accumulate(results.losses) if len(results) else results.losses
    # By number, as the line of the chart; the sign is that of the value again.
    value = np.where(np.isfinite(best), to_loss(1.0, study.direction) * best, np.nan)
    columns: Sequence[np.ndarray] = (
        points.n,
        points.state,
        points.value,
        value,
        points.step,
        points.wall,
        points.training,
        points.epochs,
    )
    for row in zip(*(column[selected.mask].tolist() for column in columns), strict=True):
        yield [_cell(each) for each in row]


def _epoch_rows(study: Study, results: Results, selected: Selected) -> Iterator[list[Any]]:
    for curve in _curves(study, results, selected)["curves"]:
        for step, value in curve["points"]:
            yield [curve["n"], plain_text(curve["state"]), step, _cell(value)]


def _cell(value: Any) -> Any:
    """Nothing for what is not known."""
    if isinstance(value, str):
        return plain_text(value)
    return "" if value is None or (isinstance(value, float) and not np.isfinite(value)) else value
