"""Gaussian process search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from optimizer.gaussian.features import Features
from optimizer.gaussian.model import Hyper, Posterior, Prior, fit
from optimizer.gaussian.search import Latent, Search
from optimizer.gaussian.targets import warp_losses
from optimizer.samplers.axes import Axes
from optimizer.samplers.base import REPEAT_NOTE, Sampler, Seen, Suggestion, draw_unseen
from optimizer.samplers.split import startup_trials

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import FloatArray, Params


@dataclass
class GPSampler(Sampler):
    name: ClassVar[str] = "gp"

    n_startup: int = 10
    max_rows: int = 400
    prior: Prior = field(default_factory=Prior)
    _memo: WeakKeyDictionary[Any, dict[Any, Any]] = field(default_factory=WeakKeyDictionary, repr=False)

    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,
        *,
        budget: int | None = None,
        allow_repeats: bool = False,
        seed: int = 0,
    ) -> Suggestion:
        seen = Seen(history, pending, allow_repeats=allow_repeats)
        memo = self._memo.setdefault(history, {})
        axes = memo.setdefault("axes", None) or Axes.of(space)
        memo["axes"] = axes
        n_startup = startup_trials(self.n_startup, budget)
        if history.n_finished < n_startup or history.n_complete < 2 or len(axes) == 0:
            params, is_repeat = draw_unseen(space, seen, rng)
            if len(history) + len(pending) == 0:
                params = self._centre(space, axes)
            return Suggestion(
                params,
                {"sampler": self.name, "kind": "startup", "text": REPEAT_NOTE if is_repeat else "Start."},
            )
        features = Features.of(axes)
        points = axes.read(history.coordinates, history.active)
        x = features.read(points)
        losses = history.losses[:, 0]
        known = np.isfinite(losses)
        y = warp_losses(losses[known])
        x = x[known]
        latent = Latent(points.u[known], points.levels[known])
        hyper = self._hyper(memo, features, x, losses[known])
        posterior = Posterior(x, y, features.parameter, hyper)
        mean = posterior.predict(x)[0]
        best = float(mean.min())
        order = np.argsort(mean, kind="stable")
        search = Search(features, posterior, best)
        found, values = search.run(latent.take(order[:8]), rng)
        coordinates, active = axes.write(found.u, found.levels)
        for row in range(len(coordinates)):
            params = axes.space.decode(coordinates[row])
            if params not in seen:
                return Suggestion(params, {"sampler": self.name, "kind": "model", "text": "GP."})
        params, is_repeat = draw_unseen(space, seen, rng)
        return Suggestion(
            params, {"sampler": self.name, "kind": "random", "text": REPEAT_NOTE if is_repeat else "Random."}
        )

    def _centre(self, space, axes):
        coordinates, _ = axes.write(
            np.full((1, len(axes.smooth)), 0.5),
            np.array(
                [
                    [
                        np.searchsorted(t.edges[1:-1], 0.5, side="right")
                        if not t.is_nominal
                        else int(np.argmax(t.prior))
                        for t in axes.tables
                    ]
                ],
                dtype=np.int64,
            ).reshape(1, -1),
        )
        return space.decode(coordinates[0])

    def _hyper(self, memo: dict[Any, Any], features: Features, x: FloatArray, losses: FloatArray) -> Hyper:
        n = len(x)
        every = 1 if n < 40 else 2 if n < 80 else 4 if n < 160 else 8
        n = n - n % every
        key = ("hyper", n)
        if key not in memo:
            d = len(features.axes)
            previous = 2 ** int(np.ceil(np.log2(n)) - 1)
            start = (
                Hyper.at_prior(d, self._prior(d))
                if n <= 16
                else self._hyper(memo, features, x[:previous], losses[:previous])
            )
            memo[key] = fit(x[:n], warp_losses(losses[:n]), features.parameter, start, self._prior(d))[0]
        return memo[key]

    def _prior(self, d):
        return self.prior
