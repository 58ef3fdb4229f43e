"""Two to six trials of a study beside each other: what differs, what came of it, and their epochs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from dashboard.charts.epochs import Points, epochs_chart
from dashboard.charts.sparklines import place_in_range
from dashboard.engine.lifecycle import OPEN_TRIALS
from dashboard.goals import Goal, goal_of, is_percent, metric_directions, shown_metrics
from dashboard.models import Study, Trial, TrialState
from dashboard.trials import queries
from dashboard.trials.params import only_with, tree_order
from dashboard.trials.proposals import proposer_label
from dashboard.wording import count_noun, duration, thousands
from dashboard.wording import param as show_param
from dashboard.wording import value as show_value
from optimizer import Direction, SearchSpace
from optimizer.objective import MINIMIZE, best_of, to_loss
from optimizer.values import value_key

FEWEST, MOST = 2, 6
# Where a trial does not use a param; None can be chosen.
UNUSED = object()


@dataclass(frozen=True)
class Pick:
    """One of the trials, with the number of its color and the address without it."""

    trial: Trial
    color: int
    words: str
    url_without: str


@dataclass(frozen=True)
class Cell:
    words: str
    # Every digit.
    title: str
    is_best: bool = False
    # Others share a value.
    is_odd: bool = False
    # A value that is not final, or none.
    is_soft: bool = False


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[Cell]
    is_text: bool = False


@dataclass(frozen=True)
class Dot:
    """Where a trial's value lies in the range, 0 to 100."""

    color: int
    x: float


@dataclass(frozen=True)
class ParamRow:
    name: str
    depth: int
    range: str
    cells: list[Cell]
    dots: list[Dot]
    differs: bool


@dataclass(frozen=True)
class ComparePage:
    study: Study
    goal: Goal
    trials: Sequence[Trial]
    # Numbers that the address names and that no trial has.
    missing: Sequence[int]
    at: int

    @property
    def url(self) -> str:
        return compare_url(self.study, [trial.number for trial in self.trials])

    @property
    def files_query(self) -> str:
        """What selects these trials where their curves are exported."""
        return urlencode({"q": f"trial in ({', '.join(str(trial.number) for trial in self.trials)})"})

    @property
    def is_open(self) -> bool:
        """Whether one of them can still change."""
        return any(trial.state in OPEN_TRIALS for trial in self.trials)

    @property
    def may_add(self) -> bool:
        return len(self.trials) < MOST

    @property
    def picks(self) -> list[Pick]:
        numbers = [trial.number for trial in self.trials]
        return [
            Pick(
                trial,
                color,
                _outcome(self.goal, trial),
                compare_url(self.study, [n for n in numbers if n != trial.number])
                if len(numbers) > FEWEST
                else "",
            )
            for color, trial in enumerate(self.trials, 1)
        ]

    @cached_property
    def results(self) -> list[Row]:
        """The value first, then other metrics, then what it cost; the best of each in bold."""
        return _results(self.study, self.goal, self.trials)

    @cached_property
    def params(self) -> list[ParamRow]:
        space = self.study.search_space
        return [
            _param_row(space, name, self.trials)
            for name in (parameter.name for parameter in tree_order(space))
            if any(name in trial.params for trial in self.trials)
        ]

    @property
    def different(self) -> list[ParamRow]:
        return [row for row in self.params if row.differs]

    @property
    def equal(self) -> list[ParamRow]:
        return [row for row in self.params if not row.differs]

    @property
    def different_words(self) -> str:
        return f"{thousands(len(self.different))} of {count_noun(len(self.params), 'parameter')}"

    @cached_property
    def charts(self) -> dict[str, Any]:
        return {"epochs": _chart(self.study, self.goal, self.trials)}

    @property
    def has_curves(self) -> bool:
        return bool(self.charts["epochs"]["curves"])


def compare_page(study: Study, numbers: Sequence[int]) -> ComparePage:
    """In the order of the numbers."""
    asked = list(numbers)[: MOST + 1]
    found = {trial.number: trial for trial in study.trials.filter(number__in=asked).defer("explanation")}
    return ComparePage(
        study=study,
        goal=goal_of(study),
        trials=[found[number] for number in asked if number in found],
        missing=[number for number in asked if number not in found],
        at=int(timezone.now().timestamp()),
    )


def compare_url(study: Study, numbers: Sequence[int]) -> str:
    return f"{reverse('trials-compare', args=[study.pk])}?{urlencode([('trial', n) for n in numbers])}"


def _outcome(goal: Goal, trial: Trial) -> str:
    """As in: complete, 0.0782."""
    if trial.state == TrialState.COMPLETE:
        return f"complete, {goal.show(trial.value)}"
    if trial.state == TrialState.PRUNED:
        return f"pruned at epoch {thousands(trial.step)}"
    if trial.state == TrialState.RUNNING and trial.step:
        return f"running, epoch {thousands(trial.step)}"
    if trial.is_judged:
        return str(trial.get_failure_kind_display())
    if trial.state == TrialState.FAILED:
        return f"{trial.shown_state}: {trial.get_failure_kind_display()}".removesuffix(": infeasible")
    return str(trial.state)


def _results(study: Study, goal: Goal, trials: Sequence[Trial]) -> list[Row]:
    directions = metric_directions(study)
    names = dict.fromkeys(name for trial in trials for name in shown_metrics(study, trial.metrics))
    rows = [_value_row(goal, trials)]
    for name in names:
        show = _shower(is_percent=is_percent(study, name))
        rows.append(_row(name, [trial.metrics.get(name) for trial in trials], show, directions.get(name)))
    rows += [
        _row("Best epoch", [trial.best_step for trial in trials], thousands),
        _row("Epochs", [trial.step or None for trial in trials], thousands),
        _row("Weights", [trial.n_parameters for trial in trials], thousands, MINIMIZE),
        _row("Training time", [trial.seconds for trial in trials], duration),
    ]
    proposers = [proposer_label(trial.origin, trial.sampler) for trial in trials]
    rows.append(Row("Proposed by", [Cell(words, words) for words in proposers], is_text=True))
    return [row for row in rows if any(not cell.is_soft or cell.title for cell in row.cells)]


def _value_row(goal: Goal, trials: Sequence[Trial]) -> Row:
    """Only complete trials have a value; of others the last report is shown, which cannot be the best."""
    final = [trial.value if trial.state == TrialState.COMPLETE else None for trial in trials]
    row = _row(goal.name, final, goal.show, goal.direction)
    cells = [
        Cell(goal.show(trial.step_value), f"{trial.step_value}, at epoch {trial.step}", is_soft=True)
        if value is None and trial.step_value is not None
        else cell
        for cell, value, trial in zip(row.cells, final, trials, strict=True)
    ]
    return Row(goal.name, cells)


def _row(
    name: str,
    values: Sequence[float | None],
    show: Callable[[Any], str],
    direction: Direction | None = None,
) -> Row:
    """Nothing is the best where no direction is known, or where all are equal."""
    known = [value for value in values if value is not None]
    best = best_of(known, direction) if direction and len(set(known)) > 1 else None
    cells = [
        Cell(show(value), str(value), is_best=value == best)
        if value is not None
        else Cell(show(None), "", is_soft=True)
        for value in values
    ]
    return Row(name, cells)


def _shower(*, is_percent: bool) -> Callable[[Any], str]:
    return lambda value: show_value(value, is_percent)


def _param_row(space: SearchSpace, name: str, trials: Sequence[Trial]) -> ParamRow:
    distribution = space[name].distribution
    values = [trial.params.get(name, UNUSED) for trial in trials]
    keys = [None if value is UNUSED else value_key(value) for value in values]
    used = [key for key in keys if key is not None]
    common = max(used, key=used.count)
    cells = [
        Cell("", "", is_soft=True)
        if value is UNUSED
        else Cell(show_param(value), str(value), is_odd=used.count(common) > 1 and key != common)
        for value, key in zip(values, keys, strict=True)
    ]
    places = [None if value is UNUSED else place_in_range(distribution, value) for value in values]
    return ParamRow(
        name=name,
        depth=space.depth_of(name),
        range=only_with(space, name) or distribution.describe(),
        cells=cells,
        dots=[Dot(color, x) for color, x in enumerate(places, 1) if x is not None],
        differs=len(set(keys)) > 1,
    )


def _chart(study: Study, goal: Goal, trials: Sequence[Trial]) -> dict[str, Any]:
    """Every curve in the color of its trial."""
    curves: dict[int, Points] = queries.curves([trial.pk for trial in trials], study.objective)
    order = sorted(range(len(trials)), key=lambda place: _loss(goal, trials[place]))
    chart = epochs_chart(
        [(trials[p].number, trials[p].state, curves.get(trials[p].pk, [])) for p in order],
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_step=max([step for points in curves.values() for step, _ in points], default=study.max_epochs),
    ).to_json()
    colors = {trial.number: f"chart-{color}" for color, trial in enumerate(trials, 1)}
    for curve in chart["curves"]:
        curve["color"] = colors[curve["n"]]
    numbers = ", ".join(f"#{trial.number}" for trial in trials)
    return {**chart, "label": f"{goal.name} by epoch for trials {numbers}"}


def _loss(goal: Goal, trial: Trial) -> float:
    if trial.state != TrialState.COMPLETE or trial.value is None:
        return float("inf")
    return to_loss(trial.value, goal.direction)
