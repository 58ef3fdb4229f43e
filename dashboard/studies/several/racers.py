"""The studies that are compared: each by itself, and those that repeat each other as one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboard.charts.race import AXES, Racer, Run
from dashboard.goals import Goal, goal_of
from dashboard.models import Study, TrialState
from dashboard.studies.charts import points_of
from dashboard.studies.several.differences import repeat_key
from dashboard.trials.results import Results, results_of
from dashboard.wording import NOTHING, count_noun, duration, thousands
from optimizer.objective import to_loss

# Characters of a name in a chart and over a column, and of what several names must have in common to be cut.
SHORT, COMMON = 18, 3
# Characters of a name in a sentence.
LONGEST = 60


@dataclass(frozen=True)
class Compared:
    """One of the studies, with the number of its color, its name among the others, the page without it."""

    study: Study
    color: int
    short_name: str
    results: Results
    goal: Goal
    url_without: str

    @cached_property
    def best(self) -> float | None:
        place = self.results.best
        return None if place is None else float(self.results["value"][place])

    @property
    def n_ended(self) -> int:
        return len(self.results.by_end)

    @property
    def words(self) -> str:
        return f"{self.study.state}, {count_noun(len(self.results), 'trial')}"

    @cached_property
    def until_best(self) -> str:
        if self.best is None:
            return NOTHING
        return thousands(self.run.reaches(self.best, "trials", self.goal.direction))

    def counted(self, state: TrialState) -> str:
        return thousands(self.results.counts.get(state, 0))

    @cached_property
    def run(self) -> Run:
        order = self.results.by_end
        points = points_of(self.study, self.results)
        is_complete = np.isfinite(self.results.losses[order])
        spent = {"trials": np.arange(1, len(order) + 1)}
        spent |= {axis: getattr(points, axis)[order] for axis in AXES if axis != "trials"}
        spent["epochs"] = spent["epochs"].astype(np.int64)
        return Run(self.short_name, np.where(is_complete, points.value[order], np.nan), spent)


@dataclass(frozen=True)
class Group:
    """A study, or several that differ in nothing but seed and name."""

    name: str
    short: str
    members: Sequence[Compared]

    @property
    def color(self) -> int:
        return self.members[0].color

    @property
    def goal(self) -> Goal:
        return self.members[0].goal

    @property
    def racer(self) -> Racer:
        return Racer(self.short, self.color, [each.run for each in self.members])

    @property
    def bests(self) -> list[float]:
        return [each.best for each in self.members if each.best is not None]

    @property
    def best(self) -> float | None:
        """Of repeats the median of their best values."""
        return float(np.median(self.bests)) if self.bests else None

    @property
    def loss(self) -> float:
        return math.inf if self.best is None else float(to_loss(self.best, self.goal.direction))

    @property
    def is_repeated(self) -> bool:
        return len(self.members) > 1

    @property
    def is_open(self) -> bool:
        return any(not each.study.is_ended for each in self.members)

    @property
    def n_ended(self) -> int:
        return max(each.n_ended for each in self.members)

    def reaches(self, goal: float, axis: str) -> list[float]:
        return [each.run.reaches(goal, axis, self.goal.direction) for each in self.members]

    def reach(self, goal: float, axis: str) -> float:
        """Of repeats the median; infinite where most have not reached it."""
        return float(np.median(self.reaches(goal, axis)))

    def reach_words(self, goal: float, axis: str) -> str:
        spent = self.reach(goal, axis)
        if not math.isfinite(spent):
            return NOTHING
        return duration(spent) if axis in {"wall", "training"} else thousands(spent)


def groups_of(studies: Sequence[Study], without: Sequence[str]) -> list[Group]:
    """In the order of the studies; repeats share the color of the first."""
    keys = [repeat_key(study) for study in studies]
    colors = {key: color for color, key in enumerate(dict.fromkeys(keys), 1)}
    compared = [
        Compared(study, colors[key], name, results_of(study), goal_of(study), url)
        for study, key, name, url in zip(
            studies, keys, short_names([study.name for study in studies]), without, strict=True
        )
    ]
    groups = [[each for each in compared if each.color == color] for color in colors.values()]
    names = _without_common([_name_of([each.study.name for each in group]) for group in groups])
    return [
        Group(truncated(name, LONGEST), short, group)
        for name, short, group in zip(names, short_names(names), groups, strict=True)
    ]


def short_names(names: Sequence[str]) -> list[str]:
    """Without the words with which all begin; the end of a long name where another begins as it does."""
    cut = _without_common(names)
    heads = [truncated(name, SHORT) for name in cut]
    return [
        head if heads.count(head) == 1 or len(name) <= SHORT else f"…{name[1 - SHORT :].lstrip()}"
        for name, head in zip(cut, heads, strict=True)
    ]


def truncated(name: str, n: int) -> str:
    return name if len(name) <= n else f"{name[: n - 1].rstrip()}…"


def _without_common(names: Sequence[str]) -> list[str]:
    """Names of studies that are compared often begin alike."""
    n = len(_common(names)) if len(set(names)) > 1 else 0
    return [name[n:].lstrip(" ,:;-") or name for name in names]


def _name_of(names: Sequence[str]) -> str:
    """Of several studies as one: the words with which all begin, or the first with how many there are."""
    if len(names) == 1:
        return names[0]
    common = _common(names).rstrip(" ,:;-(#") if len(set(names)) > 1 else names[0]
    common = common.removesuffix(" seed").rstrip(" ,:;-(#")
    if len(common) >= COMMON:
        return f"{common} × {len(names)}"
    return f"{names[0]} and {len(names) - 1} more"


def _common(names: Sequence[str]) -> str:
    """Whole words only."""
    first, last = min(names), max(names)
    n = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    prefix = first[: min(n, len(last))]
    if any(len(name) > len(prefix) and prefix[-1:].isalnum() for name in names):
        cut = max(prefix.rfind(sign) for sign in " ,:;-")
        prefix = prefix[: cut + 1]
    return prefix
