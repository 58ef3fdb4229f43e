"""Two to six studies beside each other: their best values so far, what came of them, and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.charts.points import metric_range, turns
from dashboard.goals import Goal, goal_of
from dashboard.models import Study, TrialState
from dashboard.studies.facts import facts_of
from dashboard.trials.params import space_rows
from dashboard.trials.results import Results, results_of
from dashboard.wording import NOTHING, all_of, count_noun, duration, thousands
from optimizer.objective import best_of, to_loss

FEWEST, MOST = 2, 6
# Characters of a name in a chart and over a column.
SHORT = 18


@dataclass(frozen=True)
class Compared:
    """One of the studies, with the number of its color and the address of the page without it."""

    study: Study
    color: int
    results: Results
    goal: Goal
    url_without: str

    @cached_property
    def best(self) -> float | None:
        place = self.results.best
        return None if place is None else float(self.results["value"][place])

    @cached_property
    def corners(self) -> list[tuple[int, float]]:
        """How many trials had ended when each new best value came, and that value."""
        values = self.results["value"][self.results.by_end]
        is_complete = np.isfinite(self.results.losses[self.results.by_end])
        n_ended = np.arange(1, self.n_ended + 1)
        found = turns(n_ended, np.where(is_complete, values, np.nan), self.goal.direction)
        return [(int(n), value) for n, value in found]

    @property
    def n_ended(self) -> int:
        return len(self.results.by_end)

    @property
    def short_name(self) -> str:
        """Names of studies that are compared often begin alike."""
        name = self.study.name
        return name if len(name) <= SHORT else f"…{name[-SHORT:]}"

    @property
    def words(self) -> str:
        return f"{self.study.state}, {count_noun(len(self.results), 'trial')}"

    @property
    def until_best(self) -> str:
        return thousands(self.corners[-1][0]) if self.corners else NOTHING

    def counted(self, state: TrialState) -> str:
        return thousands(self.results.counts.get(state, 0))

    @property
    def curve(self) -> list[tuple[int, float]]:
        """The corners, and how far the study has gone since."""
        return [*self.corners, (self.n_ended, self.corners[-1][1])] if self.corners else []


@dataclass(frozen=True)
class CompareRow:
    name: str
    # Words, and whether they say the best.
    cells: list[tuple[str, bool]]


@dataclass(frozen=True)
class ComparePage:
    compared: list[Compared]

    @cached_property
    def goals(self) -> set[tuple[str, str]]:
        return {(each.goal.name, each.goal.direction) for each in self.compared}

    @property
    def has_one_goal(self) -> bool:
        """Whether their values can be held against each other."""
        return len(self.goals) == 1

    @cached_property
    def verdict(self) -> str:
        """Who is ahead, and after how many trials; empty where nothing can be said."""
        valued = [each for each in self.compared if each.corners]
        if not self.has_one_goal or len(valued) < FEWEST:
            return ""
        first = min(
            valued, key=lambda each: (to_loss(each.corners[-1][1], each.goal.direction), each.corners[-1])
        )
        others = [
            f"{each.study.name} {each.goal.show(each.corners[-1][1])} after {_trials(each.corners[-1][0])}"
            for each in valued
            if each is not first
        ]
        n, value = first.corners[-1]
        said = f"{first.study.name} is ahead: {first.goal.name} {first.goal.show(value)} after {_trials(n)}"
        return f"{said}; {all_of(others)}."

    @cached_property
    def note(self) -> str:
        """Why values are not to be compared."""
        if not self.has_one_goal:
            return "These studies have different goals, so their values cannot be compared."
        if len({each.study.dataset for each in self.compared}) > 1:
            return "These studies use different datasets, so their values say little about each other."
        return ""

    @cached_property
    def results(self) -> list[CompareRow]:
        best = [each.best for each in self.compared]
        known = [value for value in best if value is not None]
        top = None
        if self.has_one_goal and known:
            top = best_of(known, self.compared[0].goal.direction)
        name = f"Best {self.compared[0].goal.name}" if self.has_one_goal else "Best value"
        cells = [
            (each.goal.show(each.best), each.best is not None and each.best == top) for each in self.compared
        ]
        return [
            CompareRow(name, cells),
            self._row("Trials until the best", [each.until_best for each in self.compared]),
            self._row("Trials", [thousands(len(each.results)) for each in self.compared]),
            self._row("Complete", [each.counted(TrialState.COMPLETE) for each in self.compared]),
            self._row("Pruned", [each.counted(TrialState.PRUNED) for each in self.compared]),
            self._row("Failed", [each.counted(TrialState.FAILED) for each in self.compared]),
            self._row("Epochs", [thousands(int(each.results["step"].sum())) for each in self.compared]),
            self._row("Training time", [duration(each.results["trained"].sum()) for each in self.compared]),
        ]

    @staticmethod
    def _row(name: str, words: Sequence[str]) -> CompareRow:
        return CompareRow(name, [(each, False) for each in words])

    @cached_property
    def _setup(self) -> list[CompareRow]:
        of_each = [dict(facts_of(each.study, each.goal)) for each in self.compared]
        names = list(dict.fromkeys(name for facts in of_each for name in facts))
        rows = [self._row(name, [facts.get(name, NOTHING) for facts in of_each]) for name in names]
        spaces = [
            {row.name: ", ".join(filter(None, (row.words, row.only_with))) for row in space_rows(space)}
            for space in (each.study.search_space for each in self.compared)
        ]
        params = dict.fromkeys(name for space in spaces for name in space)
        rows += [
            self._row(name, [space.get(name, "not in the space") for space in spaces]) for name in params
        ]
        return rows

    @property
    def differing(self) -> list[CompareRow]:
        return [row for row in self._setup if len(set(row.cells)) > 1]

    @property
    def equal(self) -> list[CompareRow]:
        return [row for row in self._setup if len(set(row.cells)) == 1]

    @property
    def equal_words(self) -> str:
        return f"{count_noun(len(self.equal), 'setting')} alike"

    @cached_property
    def charts(self) -> dict[str, Any]:
        drawn = [each for each in self.compared if each.curve] if self.has_one_goal else []
        goal = self.compared[0].goal
        values = [value for each in drawn for _, value in each.curve]
        is_log, low, high = metric_range(values, goal.direction, is_percent=goal.is_percent)
        return {
            "compare": {
                "metric": goal.name,
                "is_percent": goal.is_percent,
                "log": is_log,
                "min": low,
                "max": high,
                "lines": [
                    {"name": each.short_name, "color": f"chart-{each.color}", "points": each.curve}
                    for each in drawn
                ],
                "label": _label(goal, drawn),
            }
        }


def _trials(n: int) -> str:
    return count_noun(n, "trial")


def _label(goal: Goal, drawn: Sequence[Compared]) -> str:
    if not drawn:
        return f"No {goal.name} yet"
    return f"Best {goal.name} so far by ended trials of {all_of(each.study.name for each in drawn)}"


def compare_page(studies: Sequence[Study]) -> ComparePage:
    """The studies in this order."""
    keys = [study.pk for study in studies]

    def without(pk: int) -> str:
        rest = [("study", key) for key in keys if key != pk]
        return f"{reverse('studies-compare')}?{urlencode(rest)}" if len(rest) >= FEWEST else ""

    return ComparePage(
        [
            Compared(study, color, results_of(study), goal_of(study), without(study.pk))
            for color, study in enumerate(studies, 1)
        ]
    )
