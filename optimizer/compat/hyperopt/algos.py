"""``tpe.suggest``, ``rand.suggest`` and their kin: what ``fmin`` takes as ``algo``.

In Hyperopt they are functions that propose trials. Here they make the sampler that does, from the same
options: ``partial(tpe.suggest, n_startup_jobs=10)`` works, as does every other callable without arguments
that returns a ``Sampler``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from optimizer.samplers import SAMPLERS, Sampler, create_sampler
from optimizer.values import is_number, show_value

DEFAULT_ALGO: Final = "auto"


class Algorithm:
    """A sampler by name, in the place of a module of Hyperopt."""

    def __init__(self, name: str, renamed: Mapping[str, str | None] | None = None) -> None:
        self.name = name
        self._renamed = renamed or {}  # option of Hyperopt to option of the sampler, None: of no effect

    def suggest(self, **options: Any) -> Sampler:
        """The sampler with these options, Hyperopt's or its own; None means the default.

        Raises ``TypeError`` for an unknown option, and ``ValueError`` or ``UnknownSampler``.
        """
        given = {self._renamed.get(key, key): value for key, value in options.items() if value is not None}
        own = {key: value for key, value in given.items() if key is not None}
        self._check(own, options.get("gamma"))
        return create_sampler(self.name, **own)

    def _check(self, own: Mapping[str, Any], gamma: object) -> None:
        if self.name in SAMPLERS:
            known = inspect.signature(SAMPLERS[self.name].sampler).parameters
            if unknown := own.keys() - known.keys():
                names = ", ".join([*self._renamed, *known])
                raise TypeError(f"{self!r} must have options among {names}; got {', '.join(sorted(unknown))}")
        if gamma is not None and not (is_number(gamma) and 0 < cast(float, gamma) < 1):
            raise ValueError(f"gamma must be a share, between 0 and 1, got {show_value(gamma)}")

    def __repr__(self) -> str:
        return f"<{self.name}.suggest>"


tpe: Final = Algorithm(
    "tpe",
    {
        "n_startup_jobs": "n_startup",
        "n_EI_candidates": "n_candidates",
        "gamma": "good_share",
        "prior_weight": None,  # the prior is one kernel among those of the trials
        "verbose": None,
    },
)
rand: Final = Algorithm("random", {"verbose": None})
gp: Final = Algorithm("gp")
auto: Final = Algorithm("auto")


def sampler_of(algo: Callable[[], Sampler] | Sampler | str | None) -> Sampler:
    """The sampler that ``algo`` means; None means ``DEFAULT_ALGO``.

    Raises ``TypeError`` for what is no algorithm, such as a function with the arguments of Hyperopt's own.
    """
    if algo is None or isinstance(algo, str):
        return create_sampler(algo or DEFAULT_ALGO)
    sampler: object = algo
    if not isinstance(algo, Sampler) and callable(algo) and _needs_nothing(algo):
        sampler = algo()
    if not isinstance(sampler, Sampler):
        raise TypeError(
            "algo must be tpe.suggest, rand.suggest, gp.suggest or auto.suggest, a partial of one of them, "
            f"the name of a sampler or a Sampler, got {algo!r}"
        )
    return sampler


def _needs_nothing(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind()
    except (TypeError, ValueError):
        return False
    return True
