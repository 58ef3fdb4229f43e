"""The charts of the study page, from the results of its trials."""

from typing import Any

import numpy as np

from dashboard.charts.best import best_chart
from dashboard.charts.epochs import MAX_CURVES, epochs_chart
from dashboard.charts.points import Points, thin
from dashboard.goals import Goal
from dashboard.models import FailureKind, Study, TrialState
from dashboard.trials import queries
from dashboard.trials.proposals import Proposals
from dashboard.trials.results import KINDS, STATES, Results
from dashboard.wording import param as show_param
from optimizer import SearchSpace

# Params that a tooltip shows.
MAX_PARAMS = 4
# Their value is the last one that was reported.
BY_STEP = (TrialState.PRUNED, TrialState.RUNNING)
_STATE_NAMES = np.array([str(state) for state in STATES], dtype=object)
_KIND_WORDS = np.array([FailureKind(kind).label if kind else "" for kind in KINDS], dtype=object)


def best_chart_of(
    study: Study,
    space: SearchSpace,
    goal: Goal,
    results: Results,
    proposals: Proposals,
    *,
    since: float | None = None,
) -> dict[str, Any]:
    """Best so far. With `since`, a moment, only open trials and those that ended from then on are drawn."""
    points = points_of(study, results)
    if since is None:
        drawn = places_drawn(results)
    else:
        drawn = np.flatnonzero(np.isnan(results["finished"]) | (results["finished"] >= since))
    chart = best_chart(
        points,
        _drawn(study, space, results, points, drawn),
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_trials=study.max_trials,
        max_step=study.n_folds or study.max_epochs,
        n_startup=proposals.first_modelled,
        startup_words=proposals.words,
        target=study.target_value,
        spaces=_spaces_of(study),
    )
    return {**chart.to_json(), "is_update": since is not None, "url": study.get_absolute_url() + "trials/"}


def _spaces_of(study: Study) -> list[tuple[int, str]]:
    """Where each space but the first begins."""
    later = study.space_versions.filter(number__gt=1).order_by("number")
    return [(first, f"space {n} from #{first}") for n, first in later.values_list("number", "from_trial")]


def places_drawn(results: Results) -> np.ndarray:
    """Those of all trials that a chart has a mark for when it is first drawn."""
    return thin(_STATE_NAMES[results["state"]], [] if results.best is None else [results.best])


def drawn_at(study: Study, space: SearchSpace, results: Results, places: np.ndarray) -> dict[str, Any]:
    """More marks, in columns as those of the chart."""
    return _drawn(study, space, results, points_of(study, results), places).to_json()


def open_trials_of(study: Study, space: SearchSpace, results: Results) -> dict[str, Any]:
    """For somebody who has the chart, and no trial has ended since: how far the others have come."""
    places = np.flatnonzero(results.is_in(TrialState.RUNNING))
    nothing = np.full(len(results), np.nan)
    states, value = _STATE_NAMES[results["state"]], results["step_value"]
    points = Points(results["number"], states, value, nothing, nothing, nothing, results["step"])
    drawn = _drawn(study, space, results, points, places, results.known_params)
    return {"is_update": True, "trials": drawn.to_json()}


def points_of(study: Study, results: Results) -> Points:
    is_complete = results.is_in(TrialState.COMPLETE)
    value = np.where(results.is_in(*BY_STEP), results["step_value"], np.nan)
    start = study.started_at.timestamp() if study.started_at else np.nan
    order = results.by_end
    training, epochs = np.full(len(results), np.nan), np.full(len(results), np.nan)
    training[order] = np.cumsum(results["trained"][order])
    epochs[order] = np.cumsum(results["step"][order])
    return Points(
        n=results["number"],
        state=_STATE_NAMES[results["state"]],
        value=np.where(is_complete, results["value"], value),
        wall=results["finished"] - start,
        training=training,
        epochs=epochs,
        step=results["step"],
    )


def _drawn(
    study: Study,
    space: SearchSpace,
    results: Results,
    points: Points,
    places: np.ndarray,
    known: dict[int, dict[str, Any]] | None = None,
) -> Points:
    """`known` keeps params for the next question."""
    names = list(space.searched)[:MAX_PARAMS]
    numbers = points.n[places]
    params = queries.params_once(study, numbers.tolist(), {} if known is None else known)
    words = [params.get(n, {}) for n in numbers.tolist()]
    return Points(
        n=numbers,
        state=points.state[places],
        value=points.value[places],
        wall=np.round(points.wall[places], 2),
        training=np.round(points.training[places], 2),
        epochs=points.epochs[places],
        step=points.step[places],
        kind=_KIND_WORDS[results["kind"][places]].tolist(),
        params={name: [show_param(p[name]) if name in p else None for p in words] for name in names},
    )


def epochs_chart_of(study: Study, goal: Goal, results: Results) -> dict[str, Any]:
    """Curves of the best trials, best first, of the last that were pruned, and of those that train now."""
    few = MAX_CURVES // 3
    running = np.flatnonzero(results.is_in(TrialState.RUNNING))[-few:]
    pruned = np.flatnonzero(results.is_in(TrialState.PRUNED))[-few:]
    complete = results.best_first[: MAX_CURVES - len(running) - len(pruned)]
    return curves_at(study, goal, results, np.concatenate((complete, pruned, running)).astype(np.int64))


def curves_at(study: Study, goal: Goal, results: Results, shown: np.ndarray) -> dict[str, Any]:
    """The chart of the trials at these places, the best first."""
    curves = queries.curves(results["pk"][shown].tolist(), study.objective)
    rows = zip(
        results["number"][shown].tolist(),
        _STATE_NAMES[results["state"][shown]].tolist(),
        results["pk"][shown].tolist(),
        strict=True,
    )
    chart = epochs_chart(
        [(number, state, curves.get(pk, [])) for number, state, pk in rows],
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_step=study.max_epochs,
    )
    return chart.to_json()


def study_charts(
    study: Study, space: SearchSpace, goal: Goal, results: Results, proposals: Proposals
) -> dict[str, Any]:
    return {
        "best": best_chart_of(study, space, goal, results, proposals),
        "epochs": epochs_chart_of(study, goal, results),
    }
