"""What the model of importance expects: of two parameters together, and of each value in single trials.

An effect is the difference between what the model predicts for a trial and what it predicts on average over
the prior of one parameter, and of all that depends on it, with every other parameter as in the trial. Unlike
Shapley values (Lundberg and Lee, NIPS 2017) effects need not add up to the prediction, but each answers a
question that a person asks: how much better or worse was this value than any other would have been here?

Shapes: n trials, d parameters, m ensembles, l leaves of an ensemble, s slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.importance.marginals import Boxes, Branching
from optimizer.objective import to_loss

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.history import History
    from optimizer.importance.boosting import Ensembles
    from optimizer.importance.loss_scale import LossScale
    from optimizer.objective import Direction
    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, Value


@dataclass(frozen=True)
class Surface:
    """The expected value of the objective, shape (n_x, n_y), at values ``x`` and ``y`` of two parameters.

    All others are averaged over their prior where both are active.
    """

    x: tuple[Value, ...]
    y: tuple[Value, ...]
    expected: FloatArray


@dataclass(frozen=True)
class Effects:
    """What the value of one parameter does in single trials.

    ``predicted`` (n,) is the model's value of the objective for each trial, ``average`` (n,) that with the
    parameter averaged over its prior, both in the objective's own direction; NaN where it is not active.
    """

    name: str
    predicted: FloatArray
    average: FloatArray


class Explanation:
    """A fitted model of the objective over a search space, to be asked about it."""

    def __init__(self, space: SearchSpace, scale: LossScale, model: Ensembles, direction: Direction) -> None:
        self._space, self._scale, self._model, self._direction = space, scale, model, direction

    def surface(self, x: str, y: str) -> Surface | None:
        """What is expected of two parameters; None where one is above the other or they never meet.

        Raises ``KeyError`` for a name that the space does not have.
        """
        i, j = self._place(x), self._place(y)
        binned = self._model.binned
        if binned.is_above(i, j) or binned.is_above(j, i):
            return None
        p_both = float(Boxes.everything(binned, self._branching).outside_pair(i, j)[0])
        if p_both <= 0:
            return None
        m = len(self._model.means)
        sums = sum(boxes.pair_sums(i, j) for boxes, _ in self._leaves()) / (p_both * m)
        expected = self._value(sums + self._model.means.mean())
        return Surface(tuple(binned.axes[i].values), tuple(binned.axes[j].values), expected)

    def effects(self, history: History, names: Iterable[str]) -> list[Effects]:
        """The effects of these parameters in all trials of ``history``, in its order.

        It costs n times the leaves of the model for each parameter: ask about some hundred trials. Raises
        ``KeyError`` for a name that the space does not have.
        """
        places = [self._place(name) for name in names]
        n = len(history)
        slots = self._model.binned.slots_of(history.coordinates[:n], history.active[:n])
        predicted, averages = np.zeros(n), np.zeros((len(places), n))
        for (boxes, inside), mean in zip(self._leaves(), self._model.means, strict=True):
            # How many parameters of a trial lie outside of a leaf, (l, n): in its own leaves none does.
            is_out = [~inside[:, slots[:, j]] for j in range(slots.shape[1])]
            n_out = np.sum(is_out, axis=0, dtype=np.int16)
            predicted += mean + boxes.values @ (n_out == 0)
            for k, j in enumerate(places):
                others_out = n_out - np.sum([is_out[i] for i in self._subtree(j)], axis=0, dtype=np.int16)
                averages[k] += mean + (boxes.values * boxes.active_mass(j)) @ (others_out == 0)
        m = len(self._model.means)
        value = self._value(predicted / m)
        return [
            Effects(
                self._space.names[j],
                np.where(history.active[:n, j], value, np.nan),
                np.where(history.active[:n, j], self._value(averages[k] / m), np.nan),
            )
            for k, j in enumerate(places)
        ]

    @cached_property
    def _branching(self) -> Branching:
        return Branching(self._model.binned)

    def _leaves(self) -> Iterator[tuple[Boxes, BoolArray]]:
        """The leaves of one ensemble after the other, and which slots lead into them, (l, s).

        Kept, they would take some 2 MB for each ensemble.
        """
        for ensemble in range(len(self._model.means)):
            inside, values = self._model.boxes(ensemble)
            yield Boxes(self._model.binned, self._branching, inside, values), inside

    def _place(self, name: str) -> int:
        if name not in self._space.names:
            raise KeyError(name)
        return self._space.names.index(name)

    def _subtree(self, j: int) -> list[int]:
        binned = self._model.binned
        return [i for i in range(len(binned.axes)) if binned.is_above(j, i)]

    def _value(self, scaled: FloatArray) -> FloatArray:
        """Places on the scale as values of the objective."""
        value: FloatArray = to_loss(1.0, self._direction) * self._scale.from_unit(scaled)
        return value
