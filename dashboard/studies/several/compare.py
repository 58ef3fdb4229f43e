"""Two to six studies beside each other: their best values so far, what came of them, and what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.charts.race import AXES, race_chart, value_at
from dashboard.charts.static_axes import round_ticks
from dashboard.goals import Goal
from dashboard.models import Study, TrialState
from dashboard.studies.several.differences import Setting, params_of, settings_of
from dashboard.studies.several.racers import Compared, Group, groups_of
from dashboard.studies.several.verdict import Verdict, cautions, verdict_of, why_not
from dashboard.wording import NOTHING, all_of, count_noun, duration, thousands
from dashboard.wording import param as show_param
from optimizer.objective import best_of

FEWEST, MOST = 2, 6
SCALES = {"log": "Log", "linear": "Linear"}
REPEATS = {"median": "Median", "each": "Each"}


@dataclass(frozen=True)
class CompareRow:
    name: str
    # Words, and whether they say the best.
    cells: list[tuple[str, bool]]


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class ComparePage:
    groups: list[Group]
    # How the chart is shown, and the goal that was typed, as the address has them.
    query: Mapping[str, str]

    @cached_property
    def compared(self) -> list[Compared]:
        """In the order of the address, but repeats beside each other."""
        return [each for group in self.groups for each in group.members]

    @property
    def goal(self) -> Goal:
        return self.compared[0].goal

    @property
    def keys(self) -> list[int]:
        return [each.study.pk for each in self.compared]

    @cached_property
    def why_not(self) -> str:
        return why_not(self.compared) if len(self.compared) > 1 else ""

    @property
    def cautions(self) -> list[str]:
        return [] if self.why_not else cautions(self.compared)

    @property
    def has_one_goal(self) -> bool:
        """Whether their lines can be on one axis."""
        return len({each.goal for each in self.compared}) == 1

    @property
    def has_repeats(self) -> bool:
        return any(group.is_repeated for group in self.groups)

    @property
    def may_add(self) -> bool:
        return len(self.compared) < MOST

    @cached_property
    def _typed(self) -> tuple[float | None, str]:
        """The goal that was typed, and what is wrong with it."""
        text = self.query.get("goal", "").strip().replace(",", ".")
        try:
            goal = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1) if text else None
        except ValueError:
            goal = float("nan")
        if goal is not None and not np.isfinite(goal):
            return None, f"“{text[:40]}” is not a number. Enter a value such as 0.09."
        return goal, ""

    @property
    def goal_error(self) -> str:
        return self._typed[1]

    @cached_property
    def verdict(self) -> Verdict:
        return verdict_of([] if self.why_not else self.groups, self._typed[0])

    @property
    def goal_text(self) -> str:
        return self.query.get("goal", "") or ("" if self.verdict.goal is None else str(self.verdict.goal))

    @property
    def axis_words(self) -> list[str]:
        return list(AXES.values())

    def _choices(self, name: str, known: Mapping[str, str], default: str) -> list[Choice]:
        chosen = self.query.get(name, "")
        chosen = chosen if chosen in known else default
        return [Choice(value, label, value == chosen) for value, label in known.items()]

    @property
    def axes(self) -> list[Choice]:
        return self._choices("axis", AXES, "trials")

    @property
    def repeats(self) -> list[Choice]:
        return self._choices("repeats", REPEATS, "median") if self.has_repeats else []

    @property
    def scales(self) -> list[Choice]:
        if not self.chart["log"]:
            return []
        return self._choices("scale", SCALES, "log" if self.chart["is_log"] else "linear")

    @property
    def shown(self) -> dict[str, str]:
        """What is chosen of each."""
        choices = {"axis": self.axes, "scale": self.scales, "repeats": self.repeats}
        return {name: each.value for name, of in choices.items() for each in of if each.is_chosen}

    @property
    def files_query(self) -> str:
        return urlencode([("study", key) for key in self.keys])

    @cached_property
    def chart(self) -> dict[str, Any]:
        drawn = self.groups if self.has_one_goal else []
        names = [group.name for group in drawn if group.bests]
        name = self.goal.name
        label = f"Best {name} so far of {all_of(names)}. {self.verdict.first}" if names else f"No {name} yet"
        return race_chart(
            [group.racer for group in drawn],
            metric=name,
            direction=self.goal.direction,
            is_percent=self.goal.is_percent,
            label=label.strip(),
        )

    @property
    def charts(self) -> dict[str, Any]:
        return {"compare": self.chart}

    @cached_property
    def curve_tables(self) -> list[tuple[str, list[tuple[str, list[str]]]]]:
        """The lines of the chart as tables, one for each axis: its title, and words at round places."""
        return [
            (self.chart["axes"][axis]["title"], self._curve_rows(axis))
            for axis in AXES
            if any(racer["points"][axis] for racer in self.chart["racers"])
        ]

    def _curve_rows(self, axis: str) -> list[tuple[str, list[str]]]:
        ticks = np.array(round_ticks(self.chart["axes"][axis]["max"])[1:])
        columns = []
        for racer in self.chart["racers"]:
            line = [(x, y) for x, y, *_ in racer["points"][axis]]
            values = value_at(line, ticks) if line else np.full(len(ticks), np.nan)
            end = line[-1][0] if line else -1.0
            columns.append([y if x <= end else np.nan for x, y in zip(ticks, values, strict=True)])
        return [
            (show_param(tick), [NOTHING if np.isnan(y) else self.goal.show(float(y)) for y in row])
            for tick, row in zip(ticks, zip(*columns, strict=True), strict=True)
        ]

    @cached_property
    def results(self) -> list[CompareRow]:
        best = [each.best for each in self.compared]
        known = [value for value in best if value is not None]
        top = best_of(known, self.goal.direction) if known and not self.why_not else None
        name = f"Best {self.goal.name}" if self.has_one_goal else "Best value"
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
    def _setup(self) -> tuple[list[Setting], list[Setting]]:
        studies = [each.study for each in self.compared]
        return settings_of(studies), params_of(studies)

    @property
    def differing(self) -> list[tuple[str, list[Setting]]]:
        """Data and settings, then the search space, as far as there is anything."""
        parts = [
            (title, [row for row in rows if row.differs])
            for title, rows in zip(("Settings", "Search space"), self._setup, strict=True)
        ]
        return [(title, rows) for title, rows in parts if rows]

    @property
    def n_differing(self) -> int:
        return sum(len(rows) for _, rows in self.differing)

    @property
    def equal(self) -> list[Setting]:
        return [row for rows in self._setup for row in rows if not row.differs]

    @property
    def equal_words(self) -> str:
        return f"The same in all: {count_noun(len(self.equal), 'setting')}"


def compare_page(studies: Sequence[Study], query: Mapping[str, str] | None = None) -> ComparePage:
    """The studies in this order."""
    keys = [study.pk for study in studies]

    def without(pk: int) -> str:
        rest = [key for key in keys if key != pk]
        return compare_url(rest) if len(rest) >= FEWEST else ""

    return ComparePage(groups_of(studies, [without(key) for key in keys]), query or {})


def compare_url(keys: Sequence[int]) -> str:
    return f"{reverse('studies-compare')}?{urlencode([('study', key) for key in keys])}"
