"""The arguments of ``fmin``, checked and converted."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from optimizer.compat.hp.options import has_nodes
from optimizer.compat.hyperopt.documents import Document, Tid, new_document
from optimizer.compat.hyperopt.exceptions import InvalidAnnotatedParameter
from optimizer.compat.hyperopt.search.algos import MAX_SEED
from optimizer.compat.hyperopt.search.saved_trials import load_trials
from optimizer.compat.hyperopt.trials import Trials
from optimizer.values import is_number, plain, show_value


@dataclass(frozen=True)
class Limits:
    """When a search ends; None is no limit. Raises ``ValueError`` for what cannot be one.

    Two of the messages are Hyperopt's, word for word, for there is code that compares them.
    """

    max_evals: float | None
    timeout: float | None
    loss_threshold: float | None

    def __post_init__(self) -> None:
        evals, seconds, loss = map(plain, (self.max_evals, self.timeout, self.loss_threshold))
        if not (evals is None or (_is_real(evals) and evals >= 0)):
            raise ValueError(f"max_evals must be a number of trials or None, got {show_value(evals)}")
        if not (seconds is None or (_is_real(seconds) and seconds > 0)):
            raise ValueError(
                f"The timeout argument should be None or a positive value. Given value: {seconds}"
            )
        if not (loss is None or _is_real(loss)):
            raise ValueError(
                f"The loss_threshold argument should be None or a numeric value. Given value: {loss}"
            )

    @property
    def n_trials(self) -> int | None:
        """``max_evals`` as a whole number, or None."""
        return None if self.max_evals is None or math.isinf(self.max_evals) else int(self.max_evals)

    def allow(self, n_evaluated: int, best_loss: float, seconds: float) -> bool:
        """Whether one more trial may begin, ``seconds`` after the search began."""
        return (
            (self.n_trials is None or n_evaluated < self.n_trials)
            and (self.timeout is None or seconds < self.timeout)
            and (self.loss_threshold is None or not best_loss < self.loss_threshold)
        )


def seed_of(rstate: int | np.random.Generator | np.random.RandomState | None) -> int:
    """A seed from ``rstate`` in any of its forms; a generator advances by one number.

    None reads the environment variable ``HYPEROPT_FMIN_SEED``, and without it gives a new seed each time.
    Raises ``TypeError`` for anything else.
    """
    if rstate is None:
        text = os.environ.get("HYPEROPT_FMIN_SEED", "")
        if text and not text.isdecimal():
            raise ValueError(f"HYPEROPT_FMIN_SEED must be a whole number, got {text!r}")
        return int(text) if text else int(np.random.default_rng().integers(MAX_SEED))
    if isinstance(rstate, np.random.Generator):
        return int(rstate.integers(MAX_SEED))
    if isinstance(rstate, np.random.RandomState):
        return int(rstate.randint(MAX_SEED))
    if isinstance(rstate, int | np.integer) and not isinstance(rstate, bool):
        return int(rstate)
    raise TypeError(f"rstate must be a seed, np.random.default_rng(seed) or None, got {show_value(rstate)}")


def objective_and_space(fn: Callable[..., Any], space: Any) -> tuple[Callable[..., Any], Any]:
    """A function of one point, and the nest of nodes that such a point is made from.

    With ``space`` "annotated" the nodes annotate the arguments of ``fn``. Raises
    ``InvalidAnnotatedParameter``.
    """
    if not isinstance(space, str):
        return fn, space
    if space != "annotated":
        raise ValueError(f'space must contain hp nodes or be the string "annotated", got {space!r}')
    try:
        hints = inspect.get_annotations(fn, eval_str=True)
    except (NameError, SyntaxError, TypeError) as error:
        raise InvalidAnnotatedParameter(f"annotations of {fn!r} must be hp nodes, got: {error}") from error
    hints.pop("return", None)
    for name, hint in hints.items():
        if not has_nodes(hint):
            raise InvalidAnnotatedParameter(f"{name} must be annotated with hp nodes, got {hint!r}")
    return lambda point: fn(**point), hints


def trials_to_fill(trials: Trials | None, save_file: str | os.PathLike[str]) -> Trials:
    """The given trials, or those in the file, or new ones. Raises ``TypeError`` for trials of another
    kind.
    """
    if trials is None:
        saved = load_trials(save_file) if save_file else None
        return Trials() if saved is None else saved
    if isinstance(trials, Trials):
        return trials
    raise TypeError(
        f"trials must be a Trials of this package, got {type(trials).__name__}; "
        "use trials_from_docs(old.trials) to convert Hyperopt's"
    )


def generate_trial(tid: Tid, space: Mapping[str, Any]) -> Document:
    """A document that waits to be evaluated at the values in ``space``: by label, indices for choices."""
    return new_document(tid, space)


def generate_trials_to_calculate(points: Iterable[Mapping[str, Any]]) -> Trials:
    """``Trials`` that wait to be evaluated at ``points``: values by label, indices for choices."""
    trials = Trials()
    trials.insert_trial_docs(generate_trial(tid, point) for tid, point in enumerate(points))
    trials.refresh()
    return trials


def _is_real(value: object) -> TypeGuard[float]:
    return is_number(value) and value == value  # noqa: PLR0124 - NaN is not equal to itself
