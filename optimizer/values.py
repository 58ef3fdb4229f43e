"""The plain data that moves through the optimizer, and how values are compared and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Value: TypeAlias = "bool | int | float | str | None"
Params: TypeAlias = Mapping[str, Value]
ValueKey: TypeAlias = tuple[bool, Value]
FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

SCALAR_TYPES: Final = (str, int, float, type(None))  # bool is an int


def value_key(value: Value) -> ValueKey:
    """What two equal values share. ``True`` is not ``1``, but ``1`` is ``1.0``: JSON has one number type."""
    return isinstance(value, bool), value


def plain(value: Any) -> Any:
    """A NumPy scalar as the Python number or text that it holds; everything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def is_number(value: object) -> bool:
    """Whether ``value`` is an int or a float; booleans are not numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def show_value(value: object) -> str:
    """``value`` as JSON writes it, for messages; cut to 80 characters."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else text[:77] + "..."
