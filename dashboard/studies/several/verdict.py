"""Who was quicker and who is ahead, in sentences, and where nothing of the kind can be said."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.catalog import dataset_words
from dashboard.charts.digits import significant
from dashboard.charts.race import AXES
from dashboard.goals import Goal
from dashboard.studies.several.racers import Compared, Group
from dashboard.wording import all_of, count_noun, thousands
from optimizer.objective import to_loss

# A goal that is not typed has so many digits.
GOAL_DIGITS = 4
# Where a larger share of all pairs of repeats say the same, it is more than chance.
CLEAR_SHARE = 0.8
ALONE = "Each is a single run, so some of the difference is chance. Copies with other seeds show how much."


@dataclass(frozen=True)
class CostRow:
    """What it took one of them to reach the goal."""

    group: Group
    # How many of its repeats did; empty of a single run.
    share: str
    # Words by axis, and whether it was the least.
    cells: list[tuple[str, bool]]


@dataclass(frozen=True)
class Verdict:
    groups: Sequence[Group]
    # None where no two have a value.
    goal: float | None

    @property
    def _shown(self) -> Goal:
        return self.groups[0].goal

    @property
    def first(self) -> str:
        """As in: TPE reached 0.0900 after 14 trials, random after 51."""
        if self.goal is None:
            return ""
        spent = {group.color: group.reach(self.goal, "trials") for group in self.groups}
        reached = sorted(
            (g for g in self.groups if math.isfinite(spent[g.color])), key=lambda g: spent[g.color]
        )
        words = self._shown.show(self.goal)
        if not reached:
            return f"None of these studies has reached {words}."
        parts = [f"{reached[0].name} reached {words} after {_trials(spent[reached[0].color])}"]
        parts += [f"{group.name} after {_trials(spent[group.color])}" for group in reached[1:]]
        parts += [_not_reached(group) for group in self.groups if group not in reached]
        return all_of(parts) + "." if len(parts) > 2 else ", ".join(parts) + "."

    @property
    def more(self) -> str:
        """The best values, and how much of the difference chance explains."""
        ranked = sorted((group for group in self.groups if group.bests), key=lambda group: group.loss)
        if self.goal is None or len(ranked) < 2:
            return ""
        values = [f"{group.name} {self._shown.show(group.best)}" for group in ranked]
        so_far = " so far" if any(group.is_open for group in ranked) else ""
        said = f"Best{so_far}: {all_of(values)}."
        lead, second = ranked[:2]
        if not (lead.is_repeated and second.is_repeated):
            return f"{said} {ALONE}" if not any(group.is_repeated for group in ranked) else said
        return f"{said} {_pairs(lead, second)}"

    @property
    def rows(self) -> list[CostRow]:
        if self.goal is None:
            return []
        rows = []
        least = {axis: min(group.reach(self.goal, axis) for group in self.groups) for axis in AXES}
        for group in self.groups:
            n = sum(math.isfinite(spent) for spent in group.reaches(self.goal, "trials"))
            cells = [
                (
                    group.reach_words(self.goal, axis),
                    math.isfinite(least[axis]) and group.reach(self.goal, axis) == least[axis],
                )
                for axis in AXES
            ]
            rows.append(
                CostRow(
                    group,
                    f"{thousands(n)} of {count_noun(len(group.members), 'repeat')}"
                    if group.is_repeated
                    else "",
                    cells,
                )
            )
        return rows


def verdict_of(groups: Sequence[Group], typed: float | None) -> Verdict:
    """Without a typed goal, the best value that all of them have reached."""
    valued = [group for group in groups if group.bests]
    if len(valued) < 2:
        return Verdict(groups, None)
    return Verdict(groups, typed if typed is not None else _rounded_to_worse(valued))


def why_not(compared: Sequence[Compared]) -> str:
    """Why values are not to be held against each other; empty where they may be."""
    goals = dict.fromkeys(each.goal.words for each in compared)
    if len(goals) > 1:
        return f"These studies cannot be compared: they look for the {all_of(goals)}."
    sets = dict.fromkeys(each.study.dataset for each in compared)
    if len(sets) > 1:
        names = [dataset_words(name) if name else "data of a model file" for name in sets]
        return f"These studies cannot be compared: they use different data ({all_of(names)})."
    if "" in sets and len({each.study.code for each in compared}) > 1:
        return "These studies cannot be compared: their model files differ and bring their own data."
    return ""


def cautions(compared: Sequence[Compared]) -> list[str]:
    """What makes small differences, or times, say little."""
    studies, said = [each.study for each in compared], []
    if len({(study.split_seed, study.n_folds) for study in studies}) > 1:
        said.append(
            "Their validation rows differ (split seed or folds), so small differences in value mean little."
        )
    if len({(study.n_parallel, study.queue) for study in studies}) > 1:
        said.append(
            "They trained with different numbers of parallel trials or in different queues, so compare"
            " trials, epochs, or training time rather than wall clock."
        )
    return said


def _not_reached(group: Group) -> str:
    if not group.bests:
        return f"{group.name} has no value{' yet' if group.is_open else ''}"
    words = "has not yet" if group.is_open else "did not"
    return f"{group.name} {words} in {count_noun(group.n_ended, 'trial')}"


def _pairs(lead: Group, second: Group) -> str:
    direction = lead.goal.direction
    n = len(lead.bests) * len(second.bests)
    better = sum(to_loss(a, direction) < to_loss(b, direction) for a in lead.bests for b in second.bests)
    end = "." if better > CLEAR_SHARE * n else ", so the difference is within the repeats."
    pairs = f"{thousands(better)} of {count_noun(n, 'pair')} of repeats"
    return f"{lead.name} is better than {second.name} in {pairs}{end}"


def _rounded_to_worse(groups: Sequence[Group]) -> float:
    """So that the one that reached least has reached this."""
    worst = max(groups, key=lambda group: group.loss)
    # Of an even number of repeats half have reached their median.
    loss = max(
        worst.loss, sorted(to_loss(b, worst.goal.direction) for b in worst.bests)[len(worst.bests) // 2]
    )
    if not loss:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(loss))) - GOAL_DIGITS + 1)
    return to_loss(significant(math.ceil(loss / step - 1e-9) * step, GOAL_DIGITS), worst.goal.direction)


def _trials(spent: float) -> str:
    return count_noun(round(spent), "trial")
