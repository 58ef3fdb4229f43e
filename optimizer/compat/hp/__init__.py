"""Search spaces as Hyperopt writes them: ``hp.uniform("x", 0, 1)`` anywhere in dicts, lists and tuples.

``space_of`` reads such an object as a ``SearchSpace`` and ``point_of`` builds the object of a trial. Names
and arguments are Hyperopt's; the bounds of the logarithmic forms are logarithms. Unlike there, values never
leave their bounds, quantised values are equally likely, and the ``normal`` family may be truncated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.compat.hp.functions import (
    choice,
    lognormal,
    loguniform,
    normal,
    pchoice,
    qlognormal,
    qloguniform,
    qnormal,
    quniform,
    randint,
    uniform,
    uniformint,
)
from optimizer.compat.hp.labelled import LabelledSpace, labels_of
from optimizer.compat.hp.nodes import DuplicateLabel
from optimizer.compat.hp.options import has_nodes
from optimizer.compat.hp.points import point_of, space_eval
from optimizer.compat.hp.scopes import as_apply, scope
from optimizer.notations import register_notation

if TYPE_CHECKING:
    from optimizer.space import SearchSpace


def space_of(obj: Any) -> SearchSpace:
    """The search space that ``obj`` describes: labels are names, nested choices are conditions.

    A node that occurs in several options of one choice is active with each of them. Under different choices
    it is active wherever the nearest choice around all of them allows it. Options that are no JSON scalars
    are stored as a short text. Raises ``DuplicateLabel`` for two nodes with one label, and ``SpaceError``.

    Examples
    --------
    >>> from optimizer import hp
    >>> hp.space_of([hp.uniform("x", 0, 1), hp.choice("kind", ["a", "b"])])
    SearchSpace(x: uniform, 0 to 1, kind: a, b)

    """
    return LabelledSpace(obj).search_space


def _read_notation(obj: object) -> SearchSpace | None:
    return space_of(obj) if has_nodes(obj) else None


register_notation(_read_notation)


def sample(obj: Any, rng: np.random.Generator | int | None = None) -> Any:
    """One object drawn from the priors, noise of ``scope`` included; ``rng`` is a generator or a seed.

    Examples
    --------
    >>> from optimizer import hp
    >>> drawn = hp.sample({"x": hp.uniform("x", 0, 1), "fixed": 7}, rng=0)
    >>> 0 <= drawn["x"] <= 1, drawn["fixed"]
    (True, 7)

    """
    generator = np.random.default_rng(rng)
    if not labels_of(obj):
        return point_of(obj, {}, generator)
    space = LabelledSpace(obj)
    return space.point_of(space.search_space.sample(generator), generator)


__all__ = [
    "DuplicateLabel",
    "LabelledSpace",
    "as_apply",
    "choice",
    "lognormal",
    "loguniform",
    "normal",
    "pchoice",
    "point_of",
    "qlognormal",
    "qloguniform",
    "qnormal",
    "quniform",
    "randint",
    "sample",
    "scope",
    "space_eval",
    "space_of",
    "uniform",
    "uniformint",
]
