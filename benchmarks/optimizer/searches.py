"""The optimizers under test behind one face: ask for params, tell the value."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from benchmarks.optimizer.translate import HyperoptSpace, suggest_with
from optimizer import Optimizer, SearchSpace, UnknownSampler, create_sampler

REFERENCE: Final = "random"  # plain random search; regret is measured in its units


class Search(Protocol):
    """A search in one process; ``tell`` answers the last ``ask``."""

    def ask(self) -> dict[str, Any]: ...

    def tell(self, value: float) -> None: ...


class OurSearch:
    """Parzen's optimizer with one of its samplers; ``told`` is the number of trials it is told to expect."""

    def __init__(self, sampler: str, space: SearchSpace, seed: int, told: int | None) -> None:
        self.optimizer = Optimizer(space, sampler=sampler, seed=seed, max_trials=told)
        self._number = -1

    def ask(self) -> dict[str, Any]:
        trial = self.optimizer.ask()
        self._number = trial.number
        return trial.params

    def tell(self, value: float) -> None:
        self.optimizer.tell(self._number, value)


class RandomSearch:
    """Independent draws from the prior."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._space, self._rng = space, np.random.default_rng(seed)

    def ask(self) -> dict[str, Any]:
        return self._space.sample(self._rng)

    def tell(self, value: float) -> None:
        """Random search learns nothing."""


class OptunaSearch:
    """Optuna's TPESampler as it comes, in memory; options are those of the sampler."""

    def __init__(self, space: SearchSpace, seed: int, **options: Any) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(seed=seed, **options)
        self.study = optuna.create_study(sampler=sampler)
        self._space = space
        self._trial: Any = None

    def ask(self) -> dict[str, Any]:
        self._trial = self.study.ask()
        return suggest_with(self._trial, self._space)

    def tell(self, value: float) -> None:
        self.study.tell(self._trial, value)


class RustunaSearch:
    """Optuna's port to Rust, in memory."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        import rustuna

        sampler = rustuna.samplers.TPESampler(seed=seed)
        self.study = rustuna.create_study(direction="minimize", sampler=sampler)
        self._space = space
        self._trial: Any = None

    def ask(self) -> dict[str, Any]:
        self._trial = self.study.ask()
        return suggest_with(self._trial, self._space)

    def tell(self, value: float) -> None:
        self.study.tell(self._trial.number, value)


class HyperoptSearch:
    """Hyperopt's tpe.suggest as its fmin calls it, one trial at a time."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        import hyperopt

        logging.getLogger("hyperopt").setLevel(logging.ERROR)
        self._hyperopt = hyperopt
        self._space = HyperoptSpace(space)
        self.domain = hyperopt.base.Domain(lambda _: 0.0, self._space.tree)
        self.trials = hyperopt.Trials()
        self._rng = np.random.default_rng(seed)

    def ask(self) -> dict[str, Any]:
        trials = self.trials
        ids = trials.new_trial_ids(1)
        trials.refresh()
        documents = self._hyperopt.tpe.suggest(ids, self.domain, trials, self._rng.integers(2**31 - 1))
        trials.insert_trial_docs(documents)
        trials.refresh()
        picked = {label: found[0] for label, found in documents[0]["misc"]["vals"].items() if found}
        return self._space.params_of(self._hyperopt.space_eval(self._space.tree, picked))

    def tell(self, value: float) -> None:
        document = self.trials._dynamic_trials[-1]  # noqa: SLF001 - what fmin's own loop writes to
        document["state"] = self._hyperopt.JOB_STATE_DONE
        document["result"] = {"loss": value, "status": self._hyperopt.STATUS_OK}
        self.trials.refresh()


PEERS: Final[dict[str, tuple[str, Callable[[SearchSpace, int], Search]]]] = {
    "optuna": ("optuna", OptunaSearch),
    "optuna-group": ("optuna", lambda space, seed: OptunaSearch(space, seed, multivariate=True, group=True)),
    "hyperopt": ("hyperopt", HyperoptSearch),
    "rustuna": ("rustuna", RustunaSearch),
}


def create_search(name: str, space: SearchSpace, seed: int, told: int | None = None) -> Search:
    """A search by name: a peer, ``random``, or one of our samplers. ``told`` counts for ours only."""
    if name == REFERENCE:
        return RandomSearch(space, seed)
    if name in PEERS:
        return PEERS[name][1](space, seed)
    return OurSearch(name, space, seed, told)


def is_ours(name: str) -> bool:
    """Whether the name is that of a sampler of ours."""
    return name != REFERENCE and name not in PEERS


def is_available(name: str) -> bool:
    """Whether such a search can be made here."""
    if not is_ours(name):
        return True
    try:
        create_sampler(name)
    except UnknownSampler:
        return False
    return True


def label_of(name: str, label: str | None) -> str:
    """The version that a run is kept under: a peer's release, or ours as given, else a hash of our code."""
    if name == REFERENCE:
        return "1"
    return version(PEERS[name][0]) if name in PEERS else (label or code_hash())


@cache
def code_hash() -> str:
    """8 hex digits of all the optimizer's source files, as they are when first asked for."""
    import optimizer

    folder = Path(os.fspath(optimizer.__file__ or "")).parent
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
