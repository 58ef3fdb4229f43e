"""Values that trials reported while they ran: by trial and by step.

Trials are compared at the same step only. What two trials reported at different steps says nothing about
which of them is better, because both improve while they train.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right, insort
from operator import index
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.objective import to_loss
from optimizer.wording import metric

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.objective import Direction
    from optimizer.values import FloatArray, IntArray

MAX_STEP: Final = 2**63 - 1


class _Curve:
    """What one trial reported: steps in rising order, and the loss at each of them."""

    __slots__ = ("losses", "steps")

    def __init__(self) -> None:
        self.steps: array[int] = array("q")
        self.losses: array[float] = array("d")


class Reports:
    """Reported losses; with ``direction`` "maximize" a loss is the negated value.

    A value that is not finite is kept as a loss of infinity: it ranks behind every number, in either
    direction. What this holds does not depend on the order in which reports came. Arrays rather than lists
    and dicts: a report takes 24 bytes instead of 80.

    ``show`` writes a value in the reasons of pruners, such as ``optimizer.wording.percent``.
    """

    def __init__(self, direction: Direction = "minimize", *, show: Callable[[float], str] = metric) -> None:
        self.direction = direction
        self.show = show
        self._curves: dict[int, _Curve] = {}
        self._at: dict[int, array[float]] = {}
        self._groups: dict[Callable[[int], int], dict[int, Reports]] = {}
        self._columns: dict[int, FloatArray] = {}  # what `losses_at` found, by step
        self._listed: set[int] = set()  # trials that some column may hold

    def __len__(self) -> int:
        """How many trials have reported."""
        return len(self._curves)

    def add(self, number: int, step: int, value: float) -> None:
        """Record what trial ``number`` reported at ``step``; a repeated step replaces the earlier value.

        Raises ``ValueError`` for a step that is not a whole number, or a negative one.
        """
        step = _check_step(step)
        loss = to_loss(float(value), self.direction)
        if not math.isfinite(loss):
            loss = math.inf
        curve = self._curves.get(number)
        if curve is None:
            curve = self._curves[number] = _Curve()
        # Sorted, because a pruner asks for ranks and percentiles after every report.
        at_step = self._at.get(step)
        if at_step is None:
            at_step = self._at[step] = array("d")
        i = bisect_left(curve.steps, step)
        if i < len(curve.steps) and curve.steps[i] == step:
            del at_step[bisect_left(at_step, curve.losses[i])]
            curve.losses[i] = loss
        else:
            # Reports come in order nearly always, and an insertion at the end is cheap.
            curve.steps.insert(i, step)
            curve.losses.insert(i, loss)
        insort(at_step, loss)
        if number in self._listed:
            self._columns.pop(step, None)  # it may hold what the trial had said there before
        for group_of, groups in self._groups.items():
            self._part(groups, group_of(number)).add(number, step, value)

    def keep_only(self, number: int) -> None:
        """Forget what all other trials have reported.

        Costs what they reported, however much the trial itself has: a trial is judged at each of its steps.
        """
        for step in {
            step for other, curve in self._curves.items() if other != number for step in curve.steps
        }:
            own = self._loss_or_nan(number, step)
            if math.isnan(own):
                del self._at[step]
            else:
                self._at[step] = array("d", [own])
        self._curves = {number: self._curves[number]} if number in self._curves else {}
        self._columns, self._listed = {}, set()
        for groups in self._groups.values():
            for part in groups.values():
                part.keep_only(number)

    def forget(self, number: int) -> None:
        """Drop what a trial has reported; nothing, if it has not."""
        curve = self._curves.pop(number, None)
        if curve is None:
            return
        for step, loss in zip(curve.steps, curve.losses, strict=True):
            at_step = self._at[step]
            del at_step[bisect_left(at_step, loss)]
            if not at_step:
                del self._at[step]
        self._columns, self._listed = {}, set()
        for group_of, groups in self._groups.items():
            self._part(groups, group_of(number)).forget(number)

    def of(self, number: int) -> dict[int, float]:
        """Losses of one trial by step, in the order of the steps; empty when it has not reported."""
        curve = self._curves.get(number)
        return {} if curve is None else dict(zip(curve.steps, curve.losses, strict=True))

    def at(self, step: int) -> Sequence[float]:
        """Losses of all trials at ``step``, sorted, best first. Read it only, and before the next report."""
        return self._at.get(step, ())

    def loss_at(self, number: int, step: int) -> float:
        """The loss of one trial at one step. Raises ``KeyError`` without a report."""
        curve = self._curves.get(number)
        if curve is not None:
            i = bisect_left(curve.steps, step)
            if i < len(curve.steps) and curve.steps[i] == step:
                return curve.losses[i]
        raise KeyError(f"trial {number} has not reported at step {step}")

    def losses_at(self, step: int, numbers: IntArray) -> FloatArray:
        """Losses of the trials ``numbers`` at ``step``, shape (len(numbers),); NaN where there is none.

        For a list of trials that only grows: the next call with a longer one reads the new trials only.
        """
        column = self._columns.get(step, np.zeros(0))
        new = numbers[len(column) :].tolist()
        if new:
            column = np.concatenate([column, [self._loss_or_nan(number, step) for number in new]])
            self._columns[step] = column
            self._listed.update(new)
        return column[: len(numbers)]

    def _loss_or_nan(self, number: int, step: int) -> float:
        curve = self._curves.get(number)
        if curve is None:
            return math.nan
        i = bisect_left(curve.steps, step)
        return curve.losses[i] if i < len(curve.steps) and curve.steps[i] == step else math.nan

    def best_of(self, number: int, first: int, last: int) -> float:
        """The smallest loss of one trial from step ``first`` to ``last``; infinity when there is none."""
        curve = self._curves.get(number)
        if curve is None:
            return math.inf
        begin, end = bisect_left(curve.steps, first), bisect_right(curve.steps, last)
        return min(curve.losses[begin:end], default=math.inf)

    def is_first_since(self, number: int, start: int, step: int) -> bool:
        """Whether ``step`` is the first step at or after ``start`` that a trial reported."""
        curve = self._curves.get(number)
        if curve is None:
            return False
        i = bisect_left(curve.steps, start)
        return i < len(curve.steps) and curve.steps[i] == step

    def last_step(self, number: int) -> int | None:
        """The highest step that a trial reported, or None."""
        curve = self._curves.get(number)
        return None if curve is None else curve.steps[-1]

    def rank_at(self, number: int, step: int) -> float:
        """Share of the other trials' losses at ``step`` that are better than this trial's, in [0, 1].

        Ties count half. 0.5 when no other trial got there. Raises ``KeyError`` without a report.
        """
        loss, losses = self.loss_at(number, step), self._at[step]
        others = len(losses) - 1
        if others == 0:
            return 0.5
        better = bisect_left(losses, loss)
        equal = bisect_right(losses, loss) - better - 1
        return (better + equal / 2) / others

    def group(self, group_of: Callable[[int], int], number: int) -> Reports:
        """The reports of the trials that ``group_of`` puts into the same group as trial ``number``.

        Groups are kept, so that asking again is cheap; ``group_of`` must be hashable by what it does, and
        depend on the trial number only. Add to the whole, never to a group.
        """
        groups = self._groups.get(group_of)
        if groups is None:
            groups = self._groups[group_of] = {}
            for other in self._curves:
                part = self._part(groups, group_of(other))
                for step, loss in self.of(other).items():
                    part.add(other, step, to_loss(loss, self.direction))
        return self._part(groups, group_of(number))

    def _part(self, groups: dict[int, Reports], key: int) -> Reports:
        if key not in groups:
            groups[key] = Reports(self.direction, show=self.show)
        return groups[key]


def _check_step(step: int) -> int:
    try:
        step = index(step)
    except TypeError:
        raise ValueError(f"step must be a whole number, got {step!r}") from None
    if not 0 <= step <= MAX_STEP:
        problem = "not be negative" if step < 0 else f"be at most {MAX_STEP}"
        raise ValueError(f"step must {problem}, got {step}")
    return step
