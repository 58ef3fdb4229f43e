"""``suggest`` of ``tpe``, ``rand`` and their kin: what ``fmin`` takes as ``algo``.

Each is two functions in one. Called as Hyperopt calls it, ``suggest(new_ids, domain, trials, seed)``, it
returns documents of new trials, so that algorithms of one's own can build on it. With options only,
``suggest(n_startup_jobs=10)``, it makes the sampler that ``fmin`` works with.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np

from optimizer.ask_tell import Optimizer
from optimizer.compat.hyperopt.documents import JOB_STATE_NEW, JOB_STATE_RUNNING, Document, new_document
from optimizer.compat.hyperopt.search.past import Past, is_finished
from optimizer.samplers import SAMPLERS, Sampler, create_sampler
from optimizer.values import is_number, show_value

if TYPE_CHECKING:
    from optimizer.compat.hyperopt.documents import Tid
    from optimizer.compat.hyperopt.domain import Domain
    from optimizer.compat.hyperopt.trials import Trials

DEFAULT_ALGO: Final = "auto"
MAX_SEED: Final = 2**31 - 1

Seed: TypeAlias = "int | np.random.BitGenerator | np.random.Generator"
CustomAlgo: TypeAlias = "Callable[[list[int], Domain, Trials, int], Iterable[Document] | None]"


class Algorithm:
    """A sampler, in the place of a module of Hyperopt. ``renamed`` has its options there by ours."""

    def __init__(
        self,
        name: str,
        renamed: Mapping[str, str | None] | None = None,
        *,
        sampler: type[Sampler] | None = None,
        note: str = "",
    ) -> None:
        self.name = name
        self._renamed = renamed or {}  # option of Hyperopt to option of the sampler, None: of no effect
        self._sampler = sampler
        self._note = note

    def suggest(
        self,
        new_ids: Sequence[Tid] | None = None,
        domain: Domain | None = None,
        trials: Trials | None = None,
        seed: Seed | None = None,
        **options: Any,
    ) -> Any:
        """Documents of new trials; or with options only, Hyperopt's or its own, the sampler.

        Raises ``TypeError`` for an unknown option, and ``ValueError`` or ``UnknownSampler``.
        """
        sampler = self._make(options)
        if new_ids is None and domain is None:
            return sampler
        if new_ids is None or domain is None or trials is None or seed is None:
            raise TypeError(f"{self!r} must have new_ids, domain, trials and seed, or options only")
        return self.propose(sampler, new_ids, domain, trials, seed)

    def propose(
        self, sampler: Sampler, new_ids: Sequence[Tid], domain: Domain, trials: Trials, seed: Seed
    ) -> list[Document]:
        """One document per id, from what ``trials`` say."""
        optimizer = optimizer_of(sampler, domain, trials, seed)
        labels = domain.space.search_space.names
        return [
            new_document(tid, domain.space.raw_of(optimizer.ask().params), labels, trials.exp_key)
            for tid in new_ids
        ]

    def _make(self, options: Mapping[str, Any]) -> Sampler:
        given = {self._renamed.get(key, key): value for key, value in options.items() if value is not None}
        own = {key: value for key, value in given.items() if key is not None}
        self._check(own, options.get("gamma"))
        if self._note:
            warnings.warn(self._note, stacklevel=3)
            self._note = ""
        return create_sampler(self.name, **own) if self._sampler is None else self._sampler(**own)

    def _check(self, own: Mapping[str, Any], gamma: object) -> None:
        sampler = self._sampler or (SAMPLERS[self.name].sampler if self.name in SAMPLERS else None)
        if sampler is not None:
            known = inspect.signature(sampler).parameters
            if unknown := own.keys() - known.keys():
                names = ", ".join([*self._renamed, *known])
                raise TypeError(f"{self!r} must have options among {names}; got {', '.join(sorted(unknown))}")
        if gamma is not None and not (is_number(gamma) and 0 < cast(float, gamma) < 1):
            raise ValueError(f"gamma must be a share, between 0 and 1, got {show_value(gamma)}")

    def __repr__(self) -> str:
        return f"<{self.name}.suggest>"


gp: Final = Algorithm("gp")
auto: Final = Algorithm("auto")


def optimizer_of(sampler: Sampler, domain: Domain, trials: Trials, seed: Seed) -> Optimizer:
    """An optimizer that knows what ``trials`` say; those that wait or run are pending."""
    space = domain.space
    number = int(np.random.default_rng(seed).integers(MAX_SEED))
    optimizer = Optimizer(space.search_space, sampler, seed=number)
    past = Past(space)
    for document in trials.documents:
        if is_finished(document):
            past.take_over(optimizer, document)
        elif document["state"] in {JOB_STATE_NEW, JOB_STATE_RUNNING}:
            # Below all numbers that are asked for.
            optimizer.running[-1 - len(optimizer.running)] = past.params_of(document)
    return optimizer


def sampler_of(algo: Callable[..., Any] | Sampler | str | None) -> Sampler | CustomAlgo:
    """The sampler that ``algo`` means, or an algorithm of the user's; None means ``DEFAULT_ALGO``.

    Raises ``TypeError`` for what is neither.
    """
    if algo is None or isinstance(algo, str):
        return create_sampler(algo or DEFAULT_ALGO)
    sampler: object = algo
    if not isinstance(algo, Sampler) and callable(algo):
        if _takes(algo, 0):
            sampler = algo()
        elif _takes(algo, 4):
            return algo
    if not isinstance(sampler, Sampler):
        raise TypeError(
            "algo must be tpe.suggest, rand.suggest, gp.suggest or auto.suggest, a partial of one of them, "
            "a function of new_ids, domain, trials and seed, the name of a sampler or a Sampler, "
            f"got {algo!r}"
        )
    return sampler


def _takes(function: Callable[..., Any], n: int) -> bool:
    """Whether it may be called with n arguments."""
    try:
        inspect.signature(function).bind(*range(n))
    except (TypeError, ValueError):
        return False
    return True
