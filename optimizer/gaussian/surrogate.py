"""A fitted process on all trials, or on the neighbourhood of the best ones.

A fit depends on the history alone, never on earlier fits of this process: hyperparameters are fitted at fixed
lengths of the history (every length, later every fourth, eighth, sixteenth) and to its rows up to there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import ref

import numpy as np

from optimizer.gaussian.candidates import Candidates
from optimizer.gaussian.features import Features
from optimizer.gaussian.maximizer import AcquisitionMaximizer
from optimizer.gaussian.observations import observed_losses, subsample_rows
from optimizer.gaussian.output_warping import Targets, warp_losses
from optimizer.gaussian.regression import Hyperparameters, Posterior, Prior, fit_hyperparameters
from optimizer.objective import to_loss

if TYPE_CHECKING:
    from optimizer.axes import Axes
    from optimizer.history import History
    from optimizer.values import FloatArray, IntArray, Params

MAX_ROWS: Final = 300  # of a global model
MAX_FIT_ROWS: Final = 150  # the likelihood costs n^3 some forty times
MAX_LOCAL_ROWS: Final = 200
N_CENTRES: Final = 8
LOCAL_SHARE: Final = 1 / 3  # of the trials, but at least as many as a quadratic would need in each direction
MIN_LOCAL: Final = 20


@dataclass(frozen=True)
class Surrogate:
    """A process conditioned on some trials and on fantasies of those that run."""

    axes: Axes
    features: Features
    posterior: Posterior
    targets: Targets
    best: float
    centres: Candidates
    box: FloatArray | None
    history: History

    @property
    def n(self) -> int:
        """Trials that it has seen."""
        return len(self.targets.y)

    @property
    def is_local(self) -> bool:
        """Whether it models the neighbourhood of the best trials only."""
        return self.box is not None

    @property
    def n_objectives(self) -> int:
        """Of the study."""
        return self.history.n_objectives

    def search(self, seconds: Posterior | None) -> AcquisitionMaximizer:
        """The search for its highest expected improvement, per second if those are modelled."""
        return AcquisitionMaximizer(self.features, self.posterior, self.best, self.box, seconds)

    def in_own_units(
        self, params: Params, log_expected_improvement: float
    ) -> tuple[float, float, float, float]:
        """Predicted value, its standard deviation, the expected improvement, and what is to be improved
        on.
        """
        points = self.axes.read(*self.axes.space.encode([params]))
        mean, deviation = self.posterior.predict(self.features.read(points))
        unit, direction = self.targets.unit, self.history.direction
        value = to_loss(self.targets.loss_at(float(mean[0])), direction)
        best = to_loss(self.targets.loss_at(self.best), direction)
        return value, float(deviation[0]) * unit, float(np.exp(log_expected_improvement)) * unit, best

    def lengths(self) -> dict[str, float]:
        """Length-scale of each searched parameter in unit coordinates: short where the value changes fast."""
        columns = [*self.axes.continuous.tolist(), *(axis.column for axis in self.axes.discrete)]
        lengths = np.exp(self.posterior.hyper.log_lengths).tolist()
        return {
            self.axes.space.names[column]: length for column, length in zip(columns, lengths, strict=True)
        }


class SurrogateFactory:
    """The surrogates of one history, with what they have in common and what was fitted before."""

    def __init__(self, axes: Axes, history: History, noise: float | None) -> None:
        self.axes = axes
        self._history = ref(history)  # the sampler that holds this must not keep a history alive
        self.features = Features.of(axes)
        self._noise = noise
        self._fitted: dict[tuple[bool, int], Hyperparameters] = {}
        self._x = np.zeros((0, self.features.n_columns))

    @property
    def history(self) -> History:
        """The history that the surrogates are of."""
        history = self._history()
        assert history is not None  # noqa: S101 - who calls has it
        return history

    def build(self, *, is_local: bool, weights: FloatArray | None, pending: Sequence[Params]) -> Surrogate:
        """A surrogate of all that the history holds now."""
        history = self.history
        n = len(history)
        x = self._features(n)
        losses = observed_losses(history, n, weights)
        box = self._box(x, losses) if is_local else None
        rows = subsample_rows(losses, MAX_ROWS) if box is None else _inside(box, x, losses)
        targets = warp_losses(losses[rows])
        hyper = self._hyper(n, targets, is_local=is_local, weights=weights)
        x_rows, y = x[rows], targets.y
        posterior = Posterior(x_rows, y, self.features.parameter, hyper)
        # The best predicted mean instead of the best loss: a lucky noisy trial is no value to improve on.
        mean = posterior.predict(x_rows)[0]
        order = np.argsort(mean, kind="stable")[:N_CENTRES]
        best = float(mean[order[0]])
        if pending:  # taken to come out as predicted, so that no other proposal is made there
            points = self.axes.read(*self.axes.space.encode(pending))
            fantasies = self.features.read(points)
            y = np.concatenate([y, posterior.predict(fantasies)[0]])
            posterior = Posterior(np.concatenate([x_rows, fantasies]), y, self.features.parameter, hyper)
        points = self.axes.read(history.coordinates[rows[order]], history.active[rows[order]])
        centres = Candidates(points.u, points.levels)
        return Surrogate(self.axes, self.features, posterior, targets, best, centres, box, history)

    def seconds(self) -> Posterior | None:
        """A process of the logarithm of the seconds that a trial takes; None before two are known."""
        seconds = self.history.seconds
        # The newest ones, and no more than a fit of O(n³) can afford.
        known = np.flatnonzero(seconds > 0)[-MAX_FIT_ROWS:]
        if len(known) < 2:
            return None
        y = np.log(seconds[known])
        centred = y - y.mean()
        spread = float(centred.std())
        if spread < 1e-3:  # all take equally long: nothing is cheaper
            return None
        x = self._features(len(self.history))[known]
        prior = self._prior()
        hyper = fit_hyperparameters(
            x,
            centred / spread,
            self.features.parameter,
            Hyperparameters.at_prior(len(self.axes), prior),
            prior,
        )
        return Posterior(x, centred, self.features.parameter, hyper.scaled(spread))

    def _features(self, n: int) -> FloatArray:
        """Features of the first n rows, read once."""
        known = len(self._x)
        if known < n:
            history = self.history
            points = self.axes.read(history.coordinates[known:n], history.active[known:n])
            self._x = np.concatenate([self._x, self.features.read(points)])
        return self._x[:n]

    def _best(self, losses: FloatArray) -> IntArray:
        rows = np.flatnonzero(np.isfinite(losses))
        k = max(MIN_LOCAL, 2 * len(self.axes), int(LOCAL_SHARE * len(rows)))
        return rows[np.argsort(losses[rows], kind="stable")[: min(k, MAX_LOCAL_ROWS)]]

    def _box(self, x: FloatArray, losses: FloatArray) -> FloatArray:
        """What the best trials span and a little more, shape (2, n_columns); everything for nominal
        choices.
        """
        # The range of the better part of the trials, a little widened, so that the optimum may lie at its
        # edge.
        near = x[self._best(losses)]
        low, high = near.min(axis=0), near.max(axis=0)
        margin = np.maximum(0.05 * (high - low), 1e-3)
        low, high = np.maximum(low - margin, 0.0), np.minimum(high + margin, 1.0)
        nominal = self.features.is_nominal
        return np.stack([np.where(nominal, 0.0, low), np.where(nominal, 1.0, high)])

    def _hyper(
        self, n: int, targets: Targets, *, is_local: bool, weights: FloatArray | None
    ) -> Hyperparameters:
        """Hyperparameters from the rows up to the last length at which they are fitted."""
        if weights is not None:  # another loss each time
            return self._with_noise(self._fit(n, is_local=is_local, weights=weights), targets)
        # Rarer as it gets longer: a fit costs n^3, and one more trial among many moves it little.
        every = 1 if n < 24 else 4 if n < 64 else 8 if n < 128 else 16
        # Fitted at fixed lengths, so that another process that reads the same history fits the same.
        n -= n % every
        if (is_local, n) not in self._fitted:
            self._fitted[is_local, n] = self._fit(n, is_local=is_local, weights=None)
        return self._with_noise(self._fitted[is_local, n], targets)

    def _fit(self, n: int, *, is_local: bool, weights: FloatArray | None) -> Hyperparameters:
        x, prior = self._features(n), self._prior()
        losses = observed_losses(self.history, n, weights)
        start = Hyperparameters.at_prior(len(self.axes), prior)
        owner = self.features.parameter
        if not is_local:
            rows = subsample_rows(losses, MAX_FIT_ROWS)
            return fit_hyperparameters(x[rows], warp_losses(losses[rows]).y, owner, start, prior)
        # Lengths that matter are relative to the size of the neighbourhood.
        box = self._box(x, losses)
        rows = _inside(box, x, losses)
        rows = rows[subsample_rows(losses[rows], MAX_FIT_ROWS)]
        side = box[1] - box[0]
        hyper = fit_hyperparameters(
            (x[rows] - box[0]) / side, warp_losses(losses[rows]).y, owner, start, prior
        )
        scale = np.ones(len(self.axes))
        # One side per parameter; a one-hot block has the same for all its columns.
        np.minimum.at(scale, owner, side)
        return Hyperparameters(hyper.log_lengths + np.log(scale), hyper.log_signal, hyper.log_noise)

    def _with_noise(self, hyper: Hyperparameters, targets: Targets) -> Hyperparameters:
        """With the known noise in place of the fitted one."""
        if self._noise is None or targets.unit == 0:
            return hyper
        # The fit is on targets: from the value's own units to theirs.
        known = np.log(np.maximum((self._noise / targets.unit) ** 2, 1e-8))
        return Hyperparameters(hyper.log_lengths, hyper.log_signal, float(known))

    def _prior(self) -> Prior:
        """Distances in a unit cube grow with the root of its dimensions, and so do length-scales that
        matter (Hvarfner, Hellsten and Nardi, "Vanilla Bayesian optimization performs great in high
        dimensions", ICML 2024; the constants are ours).
        """
        return Prior(length_mean=-0.5 + 0.5 * float(np.log(len(self.axes) / 10)))


def _inside(box: FloatArray, x: FloatArray, losses: FloatArray) -> IntArray:
    """Rows inside a box, ascending; the best of them if there are many."""
    is_inside = ((x >= box[0]) & (x <= box[1])).all(axis=1) & np.isfinite(losses)
    rows = np.flatnonzero(is_inside)
    order = np.argsort(losses[rows], kind="stable")[:MAX_LOCAL_ROWS]
    return np.sort(rows[order])
