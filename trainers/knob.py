"""A knob: one hyperparameter of a training, which a study fixes or searches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from optimizer.wording import bound

Kind = Literal["float", "int", "categorical", "boolean"]
Value = float | int | str | bool
Json = dict[str, Any]

_NUMERIC_TYPES = {"float", "int", "normal"}


@dataclass(frozen=True, kw_only=True)
class Knob:
    """One hyperparameter: its kind, its hard limits, its default and how it is searched.

    `minimum` and `maximum` are limits that no value may ever leave (a dropout is in [0, 1]); the
    default `distribution`, JSON as in `optimizer.distributions`, is the narrower part worth searching.
    `is_searched` says that a new study searches it. `when` names the parent knob and those of its values
    under which this knob exists. `group` and `unit` are for pages: a heading, and what numbers count.

    Examples:
        >>> from trainers.priors import integer
        >>> units = Knob(name="units", label="Units", kind="int", default=64, minimum=1, maximum=4096,
        ...              help="Width of the hidden layer.", group="Network", unit="units",
        ...              distribution=integer(16, 256, 16), is_searched=True)
        >>> units.check_value(0)
        'units must be at least 1 and at most 4,096, not 0.'
        >>> units.check_value(128) is None
        True
        >>> momentum = Knob(name="momentum", label="Momentum", kind="float", default=0.9, minimum=0,
        ...                 maximum=1, help="Of SGD.", group="Optimizer", when=("optimizer", ("sgd",)))
        >>> momentum.is_active({"optimizer": "adam"})
        False

    """

    name: str
    label: str
    kind: Kind
    default: Value
    help: str
    group: str
    minimum: float | None = None
    maximum: float | None = None
    minimum_exclusive: bool = False
    choices: tuple[Value, ...] = ()
    unit: str = ""
    distribution: Json = field(default_factory=dict)
    is_searched: bool = False
    when: tuple[str, tuple[Value, ...]] | None = None

    def check_value(self, value: object) -> str | None:
        """Return the sentence that says why `value` is not allowed, or None where it is."""
        if self.kind == "boolean":
            return None if isinstance(value, bool) else self._error(f"must be true or false, not {value!r}")
        if self.kind == "categorical":
            # 1 and True are equal, and are different choices
            if any(value == choice and type(value) is type(choice) for choice in self.choices):
                return None
            return self._error(f"must be one of {_join(self.choices)}, not {value!r}")
        return self._check_number(value)

    def check_distribution(self, distribution: object) -> str | None:
        """Return the sentence that says why this distribution could leave the knob's limits, or None.

        It checks against the knob only; whether the JSON is well formed is `optimizer`'s to say.
        """
        if not isinstance(distribution, Mapping):
            return self._error(f"needs a distribution as an object, not {distribution!r}")
        kind = distribution.get("type")
        if kind == "constant":
            return self.check_value(distribution.get("value"))
        if kind == "categorical":
            return self._check_choices(distribution.get("choices"))
        if kind == "boolean" and self.kind == "boolean":
            return None
        if kind in _NUMERIC_TYPES and self.kind in {"float", "int"}:
            return self._check_range(distribution)
        return self._error(
            f"is {_describe_kind(self.kind)} and cannot be searched with a distribution of type {kind!r}"
        )

    def normalize(self, value: Value) -> Value:
        """Return an allowed value in the knob's own type (32.0 units are 32, a dropout of 0 is 0.0)."""
        if self.kind == "int":
            return int(value)
        return float(value) if self.kind == "float" else value

    def is_active(self, params: Mapping[str, Value]) -> bool:
        """Say whether the knob exists for these params: its parent has one of the values of `when`."""
        return self.when is None or params.get(self.when[0]) in self.when[1]

    def _error(self, rest: str) -> str:
        return f"{self.name} {rest}."

    def _limits(self) -> str:
        above = "above" if self.minimum_exclusive else "at least"
        low = "" if self.minimum is None else f"{above} {bound(self.minimum)}"
        high = "" if self.maximum is None else f"at most {bound(self.maximum)}"
        return " and ".join(part for part in (low, high) if part)

    def _check_number(self, value: object) -> str | None:
        # True is an int in Python
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._error(f"must be a number, not {value!r}")
        if not math.isfinite(value):
            return self._error(f"must be a finite number, not {value!r}")
        if self.kind == "int" and value != int(value):
            return self._error(f"must be a whole number, not {value!r}")
        too_low = self.minimum is not None and (
            value <= self.minimum if self.minimum_exclusive else value < self.minimum
        )
        if too_low or (self.maximum is not None and value > self.maximum):
            return self._error(f"must be {self._limits()}, not {bound(value)}")
        return None

    def _check_choices(self, choices: object) -> str | None:
        if not isinstance(choices, (list, tuple)) or not choices:
            return self._error("needs at least one choice")
        return next((error for error in map(self.check_value, choices) if error), None)

    def _check_range(self, distribution: Mapping[str, Any]) -> str | None:
        if (
            self.kind == "int"
            and distribution.get("type") != "int"
            and not _is_whole(distribution.get("step"))
        ):
            return self._error("needs a distribution of whole numbers: of type 'int', or with a whole step")
        # a limit without an end would let the distribution leave it
        ends = {"low": self.minimum, "high": self.maximum}
        for end, limit in ends.items():
            given = distribution.get(end)
            if given is None:
                if limit is not None:
                    return self._error(f"must be {self._limits()}, so its distribution needs {end!r}")
                continue
            error = self._check_number(given)
            if error:
                return f"{end} of {error}"
        return None


def _is_whole(step: object) -> bool:
    return isinstance(step, (int, float)) and step > 0 and step == int(step)


def _describe_kind(kind: str) -> str:
    return {"int": "a whole number", "float": "a number", "categorical": "a choice"}.get(
        kind, "true or false"
    )


def _join(choices: tuple[Value, ...]) -> str:
    return ", ".join(str(choice) for choice in choices)
