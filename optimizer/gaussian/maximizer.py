"""Where the acquisition is highest: many candidates, gradients from the best of them, discrete moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import Bounds, minimize

from optimizer.gaussian.acquisition import log_expected_improvement, log_expected_improvement_gradient
from optimizer.gaussian.candidates import Candidates, discrete_neighbours, draw_globally, draw_locally

if TYPE_CHECKING:
    from optimizer.gaussian.features import Features
    from optimizer.gaussian.regression import Posterior
    from optimizer.values import FloatArray, IntArray

N_GLOBAL: Final = 256
N_LOCAL: Final = 256
N_CENTRES: Final = 3  # around which local candidates are drawn
N_STARTS: Final = 4  # of the gradient search
N_KEPT: Final = 64  # candidates used when better ones were seen before
APART: Final = 0.05  # starts nearer than this in every column climb the same hill
MAX_ITERATIONS: Final = 20
MAX_MOVES: Final = 8  # discrete ones in a row
ROUNDS: Final = 2  # of gradients and discrete moves in turn


@dataclass(frozen=True)
class AcquisitionMaximizer:
    """Maximises log EI of a posterior, per second when ``seconds`` models the logarithm of a trial's seconds.

    ``box`` (2, n_columns) keeps the search inside a neighbourhood.
    """

    features: Features
    posterior: Posterior
    best: float
    box: FloatArray | None = None
    seconds: Posterior | None = None

    def run(self, centres: Candidates, rng: np.random.Generator) -> tuple[Candidates, FloatArray]:
        """Candidates and their log EI, best first. ``centres`` are the best points so far, best first."""
        axes, first = self.features.axes, centres.take(np.arange(min(N_CENTRES, len(centres))))
        pool = [draw_globally(self.features, self._box(), first, rng, N_GLOBAL)]
        # Far from all trials the improvement is flat: candidates near the best points find its narrow peaks.
        n_near = N_LOCAL // len(first)
        pool += [draw_locally(axes, first.repeat(row, 1), rng, n_near) for row in range(len(first))]
        candidates = Candidates.concatenate(pool)
        values = self.value(candidates)
        order = np.argsort(-values, kind="stable")[:N_KEPT]
        chosen = self._apart(candidates.take(order))
        found, reached = self._refine(candidates.take(order[chosen]), values[order[chosen]])
        everything = Candidates.concatenate([found, candidates.take(order)])
        values = np.concatenate([reached, values[order]])
        order = np.argsort(-values, kind="stable")
        return everything.take(order), values[order]

    def value(self, candidates: Candidates) -> FloatArray:
        """Log EI, shape (m,)."""
        x = self.features.read(candidates.points(self.features.axes))
        value = log_expected_improvement(*self.posterior.predict(x), self.best)
        return value if self.seconds is None else value - self.seconds.predict(x)[0]

    def _value_with_gradient(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log EI at features (m, c), and its gradient by them."""
        mean, deviation, by_mean, by_deviation = self.posterior.predict_with_gradients(x)
        value, slope_mean, slope_deviation = log_expected_improvement_gradient(mean, deviation, self.best)
        slopes = slope_mean[:, None] * by_mean + slope_deviation[:, None] * by_deviation
        if self.seconds is not None:
            cost, _, by_cost, _ = self.seconds.predict_with_gradients(x)
            value, slopes = value - cost, slopes - by_cost
        return value, slopes

    def _box(self) -> FloatArray:
        if self.box is not None:
            return self.box
        n = self.features.n_columns
        return np.stack([np.zeros(n), np.ones(n)])

    def _apart(self, candidates: Candidates) -> IntArray:
        """The first rows that are not nearly the same point."""
        x = self.features.read(candidates.points(self.features.axes))
        chosen = [0]
        for row in range(1, len(x)):
            # Starts on the same hill end at the same top, which costs a gradient search each.
            if np.abs(x[row] - x[chosen]).max(axis=1).min() > APART:
                chosen.append(row)
            if len(chosen) == N_STARTS:
                break
        return np.array(chosen)

    def _refine(self, starts: Candidates, values: FloatArray) -> tuple[Candidates, FloatArray]:
        """Gradients on what is continuous (cells too, at first) and discrete moves on what is not, in
        turn.
        """
        discrete = self.features.axes.discrete
        for turn in range(ROUNDS if discrete else 1):
            starts, values = self._climb(starts, values, relax_cells=turn == 0)
            if not discrete:
                break
            moved = [self._move(starts.repeat(row, 1), values[row]) for row in range(len(starts))]
            is_done = all(value == before for (_, value), before in zip(moved, values, strict=True))
            starts = Candidates.concatenate([point for point, _ in moved])
            values = np.array([value for _, value in moved])
            if is_done:
                break
        return starts, values

    def _climb(
        self, starts: Candidates, values: FloatArray, *, relax_cells: bool
    ) -> tuple[Candidates, FloatArray]:
        """L-BFGS on the numeric columns of all starts at once; cells are continuous and snap in the end."""
        axes, features = self.features.axes, self.features
        m = len(axes.continuous)
        points = starts.points(axes)
        x = features.read(points)
        free = np.zeros(x.shape, dtype=np.bool_)
        free[:, :m] = points.is_u
        cells = [
            (t, features.column_of(m + t)) for t, axis in enumerate(axes.discrete) if not axis.is_nominal
        ]
        for t, column in cells if relax_cells else ():
            free[:, column] = points.is_level[:, t]
        if not free.any():
            return starts, values

        def energy(vector: FloatArray) -> tuple[float, FloatArray]:
            x[free] = vector
            # The sum has separate gradients for separate rows: one search climbs from all starts.
            value, slopes = self._value_with_gradient(x)
            return -float(value.sum()), -slopes[free]

        low, high = (np.broadcast_to(end, x.shape)[free] for end in self._box())
        options: Any = {"maxiter": MAX_ITERATIONS, "maxfun": 2 * MAX_ITERATIONS, "ftol": 1e-6, "gtol": 1e-3}
        begin = np.clip(x[free], low, high)
        x[free] = minimize(
            energy, begin, jac=True, method="L-BFGS-B", bounds=Bounds(low, high), options=options
        ).x
        levels = starts.levels.copy()
        for t, column in cells:
            snapped = axes.discrete[t].level_of(x[:, column])
            levels[:, t] = np.where(free[:, column], snapped, levels[:, t])
        reached = Candidates(np.where(points.is_u, x[:, :m], starts.u), levels)
        # Cells snapped to their middles may lie lower than the start did.
        reached_values = self.value(reached)
        wins = reached_values > values
        return reached.where(wins, starts), np.where(wins, reached_values, values)

    def _move(self, point: Candidates, value: float) -> tuple[Candidates, float]:
        """The best single change of a discrete parameter, again and again while one helps."""
        for _ in range(MAX_MOVES):
            changed = discrete_neighbours(self.features.axes, point)
            if len(changed) == 0:
                break
            values = self.value(changed)
            best = int(np.argmax(values))
            # A margin, lest rounding lead around in circles.
            if not values[best] > value + 1e-6:
                break
            point, value = changed.repeat(best, 1), float(values[best])
        return point, value
