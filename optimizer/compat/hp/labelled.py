"""A nest of nodes read as a search space, and its params as values or as Hyperopt's indices."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from optimizer.compat.hp.branches import Opening, Place, openings_of
from optimizer.compat.hp.expressions import Call
from optimizer.compat.hp.nodes import Draw, DuplicateLabel, Labelled, Switch
from optimizer.compat.hp.points import point_of
from optimizer.distributions import Constant, Float, Int
from optimizer.errors import SpaceError
from optimizer.space import Condition, Parameter, SearchSpace
from optimizer.values import is_number, plain

if TYPE_CHECKING:
    import numpy as np

    from optimizer.distributions import Distribution
    from optimizer.values import Params, Value


class LabelledSpace:
    """The parameters of ``obj``, any nest of dicts, lists, tuples and nodes.

    ``search_space`` has one parameter per label, in the order of ``obj``. Raises ``DuplicateLabel`` for two
    nodes with one label, and ``SpaceError`` for an object without nodes.
    """

    def __init__(self, obj: Any) -> None:
        self.obj = obj
        self._nodes: dict[str, Labelled] = {}
        self._places: dict[str, list[Place]] = {}
        self._not_whole: set[str] = set()  # labels that are used outside of scope.int
        self._read(obj, None)
        if not self._nodes:
            raise SpaceError("", f"a search space must contain at least one hp node, got {reprlib.repr(obj)}")
        switches = {label: node for label, node in self._nodes.items() if isinstance(node, Switch)}
        openings = openings_of(self._places, {label: len(node.drawn) for label, node in switches.items()})
        self.search_space = SearchSpace(
            Parameter(label, self._distribution_of(node), _condition(openings[label], switches))
            for label, node in self._nodes.items()
        )

    @property
    def nodes(self) -> Mapping[str, Labelled]:
        """The parameters' nodes by label."""
        return self._nodes

    def point_of(self, params: Params, rng: np.random.Generator | None = None) -> Any:
        """The object with the values of ``params`` in place of its nodes; noise of ``scope`` from ``rng``."""
        return point_of(self.obj, params, rng)

    def raw_of(self, params: Params) -> dict[str, Value]:
        """Params as Hyperopt writes them: with the index of the option as the value of a choice."""
        raw = dict(params)
        for label in params:
            node = self._nodes[label]
            if isinstance(node, Switch):
                raw[label] = node.place_of(params[label])
        return raw

    def params_of(self, raw: Mapping[str, Any]) -> dict[str, Value]:
        """The inverse of ``raw_of``; values of inactive parameters are left out.

        Raises ``SpaceError`` for an unknown label and for an index that no option has.
        """
        params = {label: self._value_of(label, plain(value)) for label, value in raw.items()}
        return {label: params[label] for label in self.search_space.active(params) if label in params}

    def fitting(self, raw: Mapping[str, Any]) -> tuple[dict[str, Value], list[str]]:
        """The values of ``raw`` that have a place in this space as params, and the labels of the others."""
        params: dict[str, Value] = {}
        misfits = []
        for label, value in raw.items():
            try:
                params[label] = self._value_of(label, plain(value))
                fits = self.search_space[label].distribution.contains(params[label])
            except SpaceError:
                fits = False
            if not fits:
                params.pop(label, None)
                misfits.append(label)
        return {
            label: params[label] for label in self.search_space.active(params) if label in params
        }, misfits

    def check_point(self, raw: Mapping[str, Any]) -> None:
        """Raise ``SpaceError`` where no point can be made of ``raw``: a label too many, or a value too few.

        Numbers may be outside of their bounds.
        """
        for label in raw:
            self._node_of(label)
        for label in self.search_space.active(self.fitting(raw)[0]):
            if label not in raw:
                raise SpaceError(label, "is missing, although it is active; give it a value")
            node = self._nodes[label]
            if isinstance(node, Switch):
                node.check_place(raw[label])

    def _node_of(self, label: str) -> Labelled:
        if label not in self._nodes:
            raise SpaceError(str(label), f"must be a label of the search space: {', '.join(self._nodes)}")
        return self._nodes[label]

    def _value_of(self, label: str, value: object) -> Value:
        node = self._node_of(label)
        if isinstance(node, Switch):
            return node.value_at(node.check_place(value))
        return _in_type_of(self.search_space[label].distribution, cast("Value", value))

    def _read(self, obj: object, place: Place, *, is_cast: bool = False) -> None:
        """Record every parameter in ``obj``, and its place; ``is_cast``: directly inside scope.int."""
        if isinstance(obj, Draw | Switch):
            self._note(obj, place, is_cast=is_cast)
        elif isinstance(obj, Call):
            for part in (*obj.args, *obj.kwargs.values()):
                self._read(part, place, is_cast=obj.function is int)
        elif isinstance(obj, dict | list | tuple):
            for part in obj.values() if isinstance(obj, dict) else obj:
                self._read(part, place)

    def _note(self, node: Labelled, place: Place, *, is_cast: bool) -> None:
        if self._nodes.setdefault(node.label, node) is not node:
            raise DuplicateLabel(
                node.label,
                "must be the label of one node, got two nodes; give each a label of its own, "
                "or put the same node into both places to share its value",
            )
        is_new = node.label not in self._places
        self._places.setdefault(node.label, []).append(place)
        if not is_cast:
            self._not_whole.add(node.label)
        if is_new and isinstance(node, Switch):
            for i in node.drawn:
                self._read(node.options[i], (node.label, i))

    def _distribution_of(self, node: Labelled) -> Distribution:
        """``scope.int(hp.quniform(...))`` draws whole numbers, so that params hold what the user gets."""
        return node.distribution if node.label in self._not_whole else _as_whole(node.distribution)


def labels_of(obj: Any) -> set[str]:
    """The labels of the parameters anywhere in ``obj``, also in options with a weight of 0."""
    if isinstance(obj, Switch):
        return {obj.label}.union(*map(labels_of, obj.options))
    if isinstance(obj, Draw):
        return {obj.label}
    if isinstance(obj, Call):
        return labels_of([*obj.args, *obj.kwargs.values()])
    if isinstance(obj, dict):
        return labels_of([*obj.values()])
    return set().union(*map(labels_of, obj)) if isinstance(obj, list | tuple) else set()


def _condition(opening: Opening, switches: Mapping[str, Switch]) -> Condition | None:
    if opening is None:
        return None
    label, places = opening
    return Condition(label, tuple(map(switches[label].value_at, sorted(places))))


def _as_whole(distribution: Distribution) -> Distribution:
    """The same values as ints when all of them are whole; else the distribution itself."""
    match distribution:
        case Float(low, high, log, float(step)) if low.is_integer() and step.is_integer():
            return Int(int(low), int(high), log, int(step))
        case Constant(float(value)) if value.is_integer():
            return Constant(int(value))
    return distribution


def _in_type_of(distribution: Distribution, value: Value) -> Value:
    """A number as the type that the distribution draws, 3 for 3.0 and back, where nothing is lost."""
    if not is_number(value):
        return value
    number = float(cast(float, value))
    drawn = distribution.value if isinstance(distribution, Constant) else distribution
    return int(number) if isinstance(drawn, Int | int) and number.is_integer() else number
