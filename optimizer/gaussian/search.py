"""Where the acquisition is highest: candidates everywhere and near the best, gradients, and discrete moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, minimize

from optimizer.gaussian.acquisition import log_improvement, log_improvement_slopes
from optimizer.samplers.axes import Points

if TYPE_CHECKING:
    from optimizer.gaussian.features import Features
    from optimizer.gaussian.model import Posterior
    from optimizer.values import BoolArray, FloatArray, IntArray

N_GLOBAL: Final = 256
N_LOCAL: Final = 256
N_CENTRES: Final = 3
N_STARTS: Final = 4
MAX_ITERATIONS: Final = 20
ROUNDS: Final = 2


@dataclass(frozen=True)
class Latent:
    """Points with a coordinate on every axis, active or not: u (m, n_smooth) and levels (m, n_tables)."""

    u: FloatArray
    levels: IntArray

    def __len__(self) -> int:
        return len(self.u)

    def take(self, rows: IntArray) -> Latent:
        """The points at ``rows``."""
        return Latent(self.u[rows], self.levels[rows])

    @staticmethod
    def concatenate(parts: list[Latent]) -> Latent:
        """All points of ``parts``."""
        return Latent(np.concatenate([p.u for p in parts]), np.concatenate([p.levels for p in parts]))


@dataclass(frozen=True)
class Search:
    """Maximises log EI of one posterior. ``box`` (2, n_columns) holds features inside a trust region."""

    features: Features
    posterior: Posterior
    best: float
    box: FloatArray | None = None
    seconds: Posterior | None = None  # of the logarithm of a trial's seconds

    def run(self, centres: Latent, rng: np.random.Generator) -> tuple[Latent, FloatArray]:
        """Candidates and their log EI, best first. ``centres`` are the best points so far."""
        pool = Latent.concatenate(
            [
                self._draw(rng, N_GLOBAL, centres),
                *self._perturb(rng, centres.take(np.arange(min(N_CENTRES, len(centres))))),
            ]
        )
        value = self.value(pool)
        order = np.argsort(-value, kind="stable")
        starts = self._distinct(pool, order)
        refined, refined_value = self._refine(pool.take(starts), value[starts])
        rest = order[:64]
        everything = Latent.concatenate([refined, pool.take(rest)])
        values = np.concatenate([refined_value, value[rest]])
        order = np.argsort(-values, kind="stable")
        return everything.take(order), values[order]

    def points(self, latent: Latent) -> Points:
        """With activity, as the axes read them."""
        axes = self.features.axes
        if not axes.is_conditional:
            return Points(
                latent.u,
                np.ones(latent.u.shape, dtype=np.bool_),
                latent.levels,
                np.ones(latent.levels.shape, dtype=np.bool_),
            )
        return axes.read(*axes.write(latent.u, latent.levels))

    def value(self, latent: Latent) -> FloatArray:
        """Log EI, shape (m,)."""
        x = self.features.read(self.points(latent))
        value = log_improvement(*self.posterior.predict(x), self.best)
        return value if self.seconds is None else value - self.seconds.predict(x)[0]

    def _draw(self, rng: np.random.Generator, n: int, centres: Latent) -> Latent:
        """Points from the prior, or from the trust region."""
        axes = self.features.axes
        m = len(axes.smooth)
        low, high = np.zeros(self.features.n_columns), np.ones(self.features.n_columns)
        if self.box is not None:
            low, high = self.box
        u = low[:m] + rng.random((n, m)) * (high[:m] - low[:m])
        levels = np.zeros((n, len(axes.tables)), dtype=np.int64)
        for t, table in enumerate(axes.tables):
            drawn = rng.random(n)
            if not table.is_nominal:
                column = int(np.searchsorted(self.features.parameter, m + t))
                drawn = low[column] + drawn * (high[column] - low[column])
            levels[:, t] = np.searchsorted(table.edges[1:-1], drawn, side="right")
        d = len(axes)
        if d <= 20:
            return Latent(u, levels)
        # In many dimensions a step in all of them leaves the model's knowledge: most keep the centre's value.
        moved = rng.random((n, d)) < 20 / d
        centre = centres.take(np.zeros(n, dtype=np.int64))
        return Latent(np.where(moved[:, :m], u, centre.u), np.where(moved[:, m:], levels, centre.levels))

    def _perturb(self, rng: np.random.Generator, centres: Latent) -> list[Latent]:
        """Points near each of ``centres``: steps of all sizes, in some of the axes."""
        axes = self.features.axes
        d = len(axes)
        parts = []
        for c in range(len(centres)):
            n = N_LOCAL // len(centres)
            scale = 10 ** rng.uniform(-3, -0.5, (n, 1))
            moved = rng.random((n, d)) < np.maximum(rng.random((n, 1)), 1.5 / d)
            centre = centres.take(np.full(n, c))
            m = len(axes.smooth)
            u = centre.u + np.where(moved[:, :m], scale * rng.standard_normal((n, m)), 0.0)
            u = np.abs(u)
            u = 1 - np.abs(1 - u)
            levels = centre.levels.copy()
            for t, table in enumerate(axes.tables):
                rows = np.flatnonzero(moved[:, m + t])
                if table.is_nominal:
                    keep = rng.random(len(rows)) < 0.5
                    rows = rows[keep]
                    levels[rows, t] = rng.integers(len(table.prior), size=len(rows))
                else:
                    x = table.middles[levels[rows, t]] + np.maximum(
                        scale[rows, 0], table.prior.min()
                    ) * rng.standard_normal(len(rows))
                    levels[rows, t] = np.searchsorted(table.edges[1:-1], x, side="right")
            parts.append(Latent(np.clip(u, 0.0, 1.0), levels))
        return parts

    def _distinct(self, pool: Latent, order: IntArray) -> IntArray:
        """The best rows that are not nearly the same point."""
        x = self.features.read(self.points(pool.take(order[:64])))
        chosen: list[int] = []
        for i in range(len(x)):
            if all(np.abs(x[i] - x[j]).max() > 0.05 for j in chosen):
                chosen.append(i)
            if len(chosen) == N_STARTS:
                break
        return order[np.array(chosen)]

    def _refine(self, starts: Latent, value: FloatArray) -> tuple[Latent, FloatArray]:
        axes = self.features.axes
        m = len(axes.smooth)
        cells = [t for t, table in enumerate(axes.tables) if not table.is_nominal]
        for round_ in range(ROUNDS if axes.tables else 1):
            relax_cells = round_ == 0 and bool(cells)
            if m or relax_cells:
                starts, value = self._climb(starts, value, relax_cells=relax_cells)
            if axes.tables:
                starts, value, moved = self._flip(starts, value)
                if not moved:
                    break
        return starts, value

    def _climb(self, starts: Latent, value: FloatArray, *, relax_cells: bool) -> tuple[Latent, FloatArray]:
        """L-BFGS on the numeric columns of all starts at once."""
        axes, features = self.features.axes, self.features
        points = self.points(starts)
        x = features.read(points)
        m = len(axes.smooth)
        free = np.zeros(x.shape, dtype=np.bool_)
        free[:, :m] = points.is_u
        cell_columns: dict[int, int] = {}
        if relax_cells:
            for t, table in enumerate(axes.tables):
                if not table.is_nominal:
                    column = int(np.flatnonzero(features.parameter == m + t)[0])
                    cell_columns[t] = column
                    free[:, column] = points.is_level[:, t]
        low = np.zeros(x.shape[1]) if self.box is None else self.box[0]
        high = np.ones(x.shape[1]) if self.box is None else self.box[1]
        if not free.any():
            return starts, value
        floor, ceiling = np.broadcast_to(low, x.shape)[free], np.broadcast_to(high, x.shape)[free]

        def energy(vector: FloatArray) -> tuple[float, FloatArray]:
            x[free] = vector
            mean, deviation, by_mean, by_deviation = self.posterior.predict_with_slopes(x)
            improvement, slope_mean, slope_deviation = log_improvement_slopes(mean, deviation, self.best)
            if self.seconds is not None:
                cost, _, by_cost, _ = self.seconds.predict_with_slopes(x)
                improvement = improvement - cost
            slopes = slope_mean[:, None] * by_mean + slope_deviation[:, None] * by_deviation
            if self.seconds is not None:
                slopes -= by_cost
            return -float(improvement.sum()), -slopes[free]

        begin = np.clip(x[free], floor, ceiling)
        options = {"maxiter": MAX_ITERATIONS, "maxfun": 2 * MAX_ITERATIONS, "ftol": 1e-6, "gtol": 1e-3}
        found = minimize(
            energy, begin, jac=True, method="L-BFGS-B", bounds=Bounds(floor, ceiling), options=options
        )
        x[free] = found.x
        u = np.where(points.is_u, x[:, :m], starts.u)
        levels = starts.levels.copy()
        for t, column in cell_columns.items():
            snapped = np.searchsorted(axes.tables[t].edges[1:-1], x[:, column], side="right")
            levels[:, t] = np.where(points.is_level[:, t], snapped, levels[:, t])
        return self._better(Latent(u, levels), starts, value)

    def _better(self, new: Latent, old: Latent, value: FloatArray) -> tuple[Latent, FloatArray]:
        new_value = self.value(new)
        wins = new_value > value
        return (
            Latent(np.where(wins[:, None], new.u, old.u), np.where(wins[:, None], new.levels, old.levels)),
            np.where(wins, new_value, value),
        )

    def _flip(self, starts: Latent, value: FloatArray) -> tuple[Latent, FloatArray, bool]:
        """The best single change of a discrete parameter, again and again while one helps."""
        axes = self.features.axes
        moved = False
        for i in range(len(starts)):
            for _ in range(8):
                u, level = starts.u[i], starts.levels[i]
                options = []
                for t, table in enumerate(axes.tables):
                    k = len(table.prior)
                    targets = (
                        range(k)
                        if table.is_nominal and k <= 32
                        else (level[t] - 1, level[t] + 1, level[t] - 2, level[t] + 2)
                    )
                    options += [(t, target) for target in targets if 0 <= target < k and target != level[t]]
                if not options:
                    break
                levels = np.repeat(level[None], len(options), axis=0)
                ts, targets_ = np.array(options).T
                levels[np.arange(len(options)), ts] = targets_
                trial = Latent(np.repeat(u[None], len(options), axis=0), levels)
                values = self.value(trial)
                best = int(np.argmax(values))
                if not values[best] > value[i] + 1e-6:
                    break
                starts.levels[i], value[i], moved = levels[best], values[best], True
        return starts, value, moved
