"""One parameter of a search space, and the condition that switches it on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from optimizer.distributions import Distribution, distribution_from_json
from optimizer.errors import SpaceError
from optimizer.values import JSON, SCALAR_TYPES, Value, ValueKey, show_value, value_key

_OWN_KEYS: Final = ("name", "group", "label", "when")  # the other keys belong to the distribution


@dataclass(frozen=True)
class Condition:
    """Holds when the parameter ``parent`` is active and its value is one of ``values``.

    Examples
    --------
    >>> from optimizer import Condition
    >>> Condition('model', ('net', 'cnn')).holds_for('net')
    True

    """

    parent: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))

    @cached_property
    def _keys(self) -> frozenset[ValueKey]:
        return frozenset(value_key(value) for value in self.values)

    def holds_for(self, value: Value) -> bool:
        """Whether an active parent with ``value`` switches the branch on."""
        return value_key(value) in self._keys

    def to_json(self) -> dict[str, JSON]:
        """``{"parent": name, "in": [values]}``."""
        return {"parent": self.parent, "in": list(self.values)}

    @classmethod
    def from_json(cls, obj: object) -> Condition:
        """Build from ``to_json``'s form. Raises ``SpaceError`` for any other."""
        if not isinstance(obj, dict):
            raise SpaceError(
                "", f'must be an object like {{"parent": ..., "in": [...]}}, got {show_value(obj)}'
            )
        _refuse_unknown(obj, ("parent", "in"), "a condition")
        parent, values = obj.get("parent"), obj.get("in")
        if not isinstance(parent, str):
            raise SpaceError("parent", f"must be the name of a parameter, got {show_value(parent)}")
        if not isinstance(values, list):
            raise SpaceError("in", f"must be a list of the parent's values, got {show_value(values)}")
        for i, value in enumerate(values):
            if not isinstance(value, SCALAR_TYPES):
                raise SpaceError(f"in[{i}]", f"must be a value of the parent, got {show_value(value)}")
        return cls(parent, tuple(values))


@dataclass(frozen=True)
class Parameter:
    """A named distribution; ``when`` says in which branch it is active, None means always.

    ``group`` and ``label`` are for display only: the heading it is listed under and a nicer name.

    Examples
    --------
    >>> from optimizer import Condition, Int, Parameter
    >>> Parameter('layers', Int(1, 3), Condition('model', ('net',))).to_json()
    {'name': 'layers', 'type': 'int', 'low': 1, 'high': 3, 'when': {'parent': 'model', 'in': ['net']}}

    """

    name: str
    distribution: Distribution
    when: Condition | None = None
    group: str = ""
    label: str = ""

    def to_json(self) -> dict[str, JSON]:
        """Name, group and label, the distribution's fields, and ``when``; defaults are left out."""
        obj: dict[str, JSON] = {"name": self.name}
        if self.group:
            obj["group"] = self.group
        if self.label:
            obj["label"] = self.label
        obj.update(self.distribution.to_json())
        if self.when is not None:
            obj["when"] = self.when.to_json()
        return obj

    @classmethod
    def from_json(cls, obj: object) -> Parameter:
        """Build from ``to_json``'s form. Raises ``SpaceError`` with a path relative to ``obj``."""
        if not isinstance(obj, dict):
            raise SpaceError("", f"must be an object with name and type, got {show_value(obj)}")
        texts = {key: obj.get(key, "") for key in ("name", "group", "label")}
        for key, text in texts.items():
            if not isinstance(text, str):
                raise SpaceError(key, f"must be a string, got {show_value(text)}")
        when = None
        if obj.get("when") is not None:
            try:
                when = Condition.from_json(obj["when"])
            except SpaceError as error:
                raise error.under("when") from None
        fields = {key: value for key, value in obj.items() if key not in _OWN_KEYS}
        return cls(distribution=distribution_from_json(fields), when=when, **texts)


def parameters_from_json(obj: object, version: int) -> list[Parameter]:
    """The parameters in ``{"version": version, "params": [...]}``. Raises ``SpaceError`` with the path."""
    if not isinstance(obj, dict):
        raise SpaceError(
            "", f"a search space must be an object with version and params, got {show_value(obj)}"
        )
    _refuse_unknown(obj, ("version", "params"), "a search space")
    if obj.get("version") != version or isinstance(obj.get("version"), bool):
        raise SpaceError("version", f"must be {version}, got {show_value(obj.get('version'))}")
    items = obj.get("params")
    if not isinstance(items, list):
        raise SpaceError("params", f"must be a list of parameters, got {show_value(items)}")
    params = []
    for i, item in enumerate(items):
        try:
            params.append(Parameter.from_json(item))
        except SpaceError as error:
            raise error.under(f"params[{i}]") from None
    return params


def _refuse_unknown(obj: dict[str, object], allowed: tuple[str, ...], of: str) -> None:
    for key in obj:
        if key not in allowed:
            raise SpaceError(str(key), f"is not a field of {of}; allowed: {', '.join(allowed)}")
