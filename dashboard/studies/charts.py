"""The charts of the study page, from the rows of its trials."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from dashboard.charts.best import best_chart
from dashboard.charts.epochs import MAX_CURVES, epochs_chart
from dashboard.charts.points import TrialPoint
from dashboard.goals import Goal
from dashboard.models import FailureKind, Study, TrialState
from dashboard.trials import queries
from dashboard.trials.params import params_in_words
from dashboard.trials.proposals import Proposals
from optimizer import SearchSpace
from optimizer.objective import to_loss


def study_charts(
    study: Study, space: SearchSpace, goal: Goal, rows: Sequence[dict[str, Any]], proposals: Proposals
) -> dict[str, Any]:
    return {
        "best": _best_chart(study, space, goal, rows, proposals),
        "epochs": _epochs_chart(study, goal, rows),
    }


def _best_chart(
    study: Study, space: SearchSpace, goal: Goal, rows: Sequence[dict[str, Any]], proposals: Proposals
) -> dict[str, Any]:
    chart = best_chart(
        _points(study, space, rows),
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_trials=study.max_trials,
        n_startup=proposals.first_modelled,
        startup_words=proposals.words,
        target=study.target_value,
    )
    return chart.to_json()


def _points(study: Study, space: SearchSpace, rows: Sequence[dict[str, Any]]) -> list[TrialPoint]:
    searched, points, training = list(space.searched), [], _training_until(rows)
    for row in rows:
        value = row["value"] if row["state"] == TrialState.COMPLETE else row["step_value"]
        points.append(
            TrialPoint(
                n=row["number"],
                state=row["state"],
                value=value if row["state"] in {"complete", "pruned", "running"} else None,
                wall=_since(study.started_at, row["finished_at"]),
                training=training.get(row["number"]),
                kind=FailureKind(row["failure_kind"]).label if row["failure_kind"] else None,
                params=params_in_words(searched, row["params"]),
                url=reverse("trial-detail", args=[study.pk, row["number"]]),
            )
        )
    return points


def _training_until(rows: Sequence[dict[str, Any]]) -> dict[int, float]:
    """Trial number to the seconds that all attempts of all trials together had taken when it ended."""
    spent, until = 0.0, {}
    for row in sorted((r for r in rows if r["finished_at"]), key=lambda r: r["finished_at"]):
        spent += row["trained"]
        until[row["number"]] = round(spent, 2)
    return until


def _since(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    return round((end - start).total_seconds(), 2) if start and end else None


def _epochs_chart(study: Study, goal: Goal, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Curves of the best trials, best first, of the last that were pruned, and of those that train now."""
    complete = [row for row in rows if row["state"] == TrialState.COMPLETE]
    complete.sort(key=lambda row: to_loss(row["value"], goal.direction))
    few = MAX_CURVES // 3
    running = [row for row in rows if row["state"] == TrialState.RUNNING][-few:]
    pruned = [row for row in rows if row["state"] == TrialState.PRUNED][-few:]
    shown = complete[: MAX_CURVES - len(running) - len(pruned)] + pruned + running
    points = queries.curves([row["pk"] for row in shown], study.objective)
    chart = epochs_chart(
        [(row["number"], row["state"], points.get(row["pk"], [])) for row in shown],
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_step=study.max_epochs,
    )
    return chart.to_json()
