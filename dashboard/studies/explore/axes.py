"""The params of a study as axes, the most telling first, and the trials as columns along them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.axes import UNUSED, metric_axis, param_axis, places_of
from dashboard.charts.panels.panel import Axis
from dashboard.goals import Goal, goal_of
from dashboard.models import Study, TrialState
from dashboard.studies.charts import places_drawn, points_of
from dashboard.studies.model import latest_model_of, model_of
from dashboard.trials import queries
from dashboard.trials.params import only_with
from dashboard.trials.ranking import ranked_params
from dashboard.trials.results import Results, results_of
from dashboard.wording import count_noun, thousands
from optimizer import SearchSpace
from optimizer.objective import is_higher_better

# Params that pictures have a plot or an axis for at most; the most telling of them come first.
MAX_PARAMS = 24
# With more complete trials a page does not wait for a model.
MANY_COMPLETE = 5_000


@dataclass(frozen=True)
class Subject:
    """What the pictures of a study are drawn from."""

    study: Study
    results: Results
    # News for a page that stands: its axes keep their order.
    is_update: bool = False

    @classmethod
    def of(cls, study: Study) -> "Subject":
        return cls(study, results_of(study))

    @cached_property
    def space(self) -> SearchSpace:
        return self.study.search_space

    @cached_property
    def goal(self) -> Goal:
        return goal_of(self.study)

    @cached_property
    def names(self) -> list[str]:
        """Searched params, the most important first; in a large study those that go with the value most."""
        if len(self.results.best_first) > MANY_COMPLETE:
            return ranked_params(self.study, self.space, self.results)[:MAX_PARAMS]
        importance = (latest_model_of if self.is_update else model_of)(self.study).importance
        order = [p.name for p in sorted(importance.parameters, key=lambda p: -p.share)]
        return [name for name in order if name in set(self.space.searched)][:MAX_PARAMS]

    @property
    def is_lower_better(self) -> bool:
        return not is_higher_better(self.goal.direction)

    @cached_property
    def drawn(self) -> np.ndarray:
        """Places of the trials that pictures show one by one: at most some 1,500."""
        return places_drawn(self.results)

    def params_at(self, places: np.ndarray) -> list[dict[str, Any]]:
        numbers = self.results["number"][places].tolist()
        known = queries.params_once(self.study, numbers, self.results.known_params)
        return [known.get(number, {}) for number in numbers]

    @cached_property
    def drawn_params(self) -> list[dict[str, Any]]:
        return self.params_at(self.drawn)

    def axis(self, name: str) -> Axis:
        tried = [params[name] for params in self.drawn_params if name in params]
        return param_axis(name, self.space[name].distribution, tried)

    def metric(self, *, few: bool = False) -> Axis:
        complete = self.results["value"][self.results.best_first]
        return metric_axis(
            self.goal.name,
            complete.tolist(),
            self.goal.direction,
            is_percent=self.goal.is_percent,
            few=few,
        )

    def places(self, name: str, params: Sequence[dict[str, Any]]) -> list[float | None]:
        """Where these trials lie on the axis of a param."""
        values = [each.get(name, UNUSED) for each in params]
        return places_of(self.space[name].distribution, values)


def columns_of(subject: Subject, places: np.ndarray, params: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Number, state, value and the place on every axis of these trials."""
    points = points_of(subject.study, subject.results)
    return {
        "n": points.n[places].tolist(),
        "state": points.state[places].tolist(),
        "value": [_short(v) for v in points.value[places].tolist()],
        **{f"p:{name}": [_short(v) for v in subject.places(name, params)] for name in subject.names},
    }


def explore_data(subject: Subject, since: float | None = None) -> dict[str, Any]:
    """The axes, and all drawn trials, or with `since`, a moment, those that ended from then on."""
    results = subject.results
    if since is None:
        places, params = subject.drawn, subject.drawn_params
    else:
        places = np.flatnonzero(results["finished"] >= since)
        params = subject.params_at(places)
    is_ended = ~results.is_in(TrialState.RUNNING, TrialState.WAITING)[places]
    places, params = places[is_ended], [each for each, ended in zip(params, is_ended, strict=True) if ended]
    return {
        "columns": columns_of(subject, places, params),
        "is_update": since is not None,
        "axes": [
            {**subject.axis(name).to_json(), "when": only_with(subject.space, name)}
            for name in axis_order(subject)
        ],
        "metric": subject.metric().to_json(),
        "is_lower_better": subject.is_lower_better,
        "best": results.best_number,
        "url": f"{subject.study.get_absolute_url()}trials/",
        "label": _label(subject),
    }


def more_columns(subject: Subject, places: np.ndarray) -> dict[str, Any]:
    """Selected trials that are not drawn yet."""
    return columns_of(subject, places, subject.params_at(places))


def axis_order(subject: Subject) -> list[str]:
    """The most telling first, and what depends on a param right behind it."""
    names = subject.names
    order: list[str] = []

    def add(name: str) -> None:
        if name in order:
            return
        order.append(name)
        for child in names:
            when = subject.space[child].when
            if when is not None and when.parent == name:
                add(child)

    for name in names:
        when = subject.space[name].when
        if when is None or when.parent not in names:
            add(name)
    return order


def _label(subject: Subject) -> str:
    drawn, n_all = thousands(len(subject.drawn)), count_noun(len(subject.results), "trial")
    best = subject.results.best_number
    words = f"Parallel coordinates: {drawn} of {n_all}"
    return words if best is None else f"{words}; #{best} is the best"


def _short(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else significant(value, 6)
