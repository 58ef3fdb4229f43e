"""Names that are imported from ``hyperopt.pyll.base``: expressions and their values."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from optimizer.compat.hp import LabelledSpace, as_apply, scope, space_eval
from optimizer.compat.hp.expressions import Node as Apply
from optimizer.distributions import Categorical

if TYPE_CHECKING:
    import numpy as np

    from optimizer.values import Value


class Draws:
    """Points from the priors of a space; ``rec_eval`` draws them, as algorithms for Hyperopt ask for it.

    ``new_ids`` and ``rng`` are the keys of its memo for the tids and the generator.
    """

    def __init__(self, space: LabelledSpace) -> None:
        self._space = space
        self.new_ids, self.rng = object(), object()

    def draw(
        self, tids: Iterable[Any], rng: np.random.Generator
    ) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        """The tids in which each label is active, and its values there; indices for choices."""
        idxs: dict[str, list[Any]] = {label: [] for label in self._space.nodes}
        vals: dict[str, list[Any]] = {label: [] for label in self._space.nodes}
        for tid in tids:
            for label, value in self._space.raw_of(self._draw_one(rng)).items():
                idxs[label].append(tid)
                vals[label].append(value)
        return idxs, vals

    def _draw_one(self, rng: np.random.Generator) -> dict[str, Value]:
        params: dict[str, Value] = {}
        for param in self._space.search_space:
            when = param.when
            if when is not None and not (when.parent in params and when.holds_for(params[when.parent])):
                continue
            match param.distribution:
                case Categorical(choices, None):  # as in Hyperopt: a seed gives the same options
                    params[param.name] = choices[int(rng.integers(len(choices)))]
                case distribution:
                    params[param.name] = distribution.sample(rng)
        return params


def rec_eval(
    expr: Any,
    deepcopy_inputs: bool = False,  # noqa: ARG001 - these two are Hyperopt's
    memo: Mapping[Hashable, Any] | None = None,
    print_node_on_error: bool = True,  # noqa: ARG001
) -> Any:
    """The value of an expression; ``memo`` has the values of its hp nodes, indices for choices.

    ``deepcopy_inputs`` has no effect. Raises ``SpaceError`` for a node without a value.

    Examples
    --------
    >>> from optimizer import hp
    >>> x = hp.uniform("x", 0, 1)
    >>> rec_eval({"double": 2 * x}, memo={x: 0.25})
    {'double': 0.5}

    """
    known = memo or {}
    if isinstance(expr, Draws):
        return expr.draw(known[expr.new_ids], known[expr.rng])
    values = {label: value for node, value in known.items() if (label := getattr(node, "label", None))}
    return space_eval(expr, values)


__all__ = ["Apply", "Draws", "as_apply", "rec_eval", "scope"]
