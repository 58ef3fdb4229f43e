"""The columns of all trials, while one filter is evaluated."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from dashboard.trials.selection.fields import Column, Mask
from optimizer.values import FloatArray, Value, value_key

Codes: TypeAlias = npt.NDArray[np.intp]


class Rows:
    """Each column of texts is sorted into its values only once, however often the filter names it."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._sorted: dict[str, tuple[list[Value], Codes]] = {}

    def is_known(self, name: str) -> Mask:
        return self._columns[name].is_known

    def where(self, name: str, holds: Callable[[FloatArray], Any]) -> Mask:
        """Rows with a number for which `holds` is true; NaN is none."""
        column = self._columns[name]
        numbers = cast("FloatArray", column.values)
        return cast("Mask", holds(numbers) & column.is_known & ~np.isnan(numbers))

    def where_value(self, name: str, holds: Callable[[Value], bool]) -> Mask:
        """Rows with a value for which `holds` is true; it is called once per different value."""
        if name not in self._sorted:
            self._sorted[name] = _sorted(self._columns[name].values.tolist())
        different, codes = self._sorted[name]
        answers = np.fromiter((holds(value) for value in different), np.bool_, len(different))
        return answers[codes] & self.is_known(name)


def _sorted(values: list[Value]) -> tuple[list[Value], Codes]:
    """The different values, and for each row which of these it has. ``True`` is not ``1``."""
    keys: Any = values
    different: Any = set(values)
    is_mixed = 0 in different or 1 in different
    if is_mixed:
        keys = [value_key(value) for value in values]
        different = set(keys)
    index = {key: code for code, key in enumerate(different)}
    codes = np.fromiter(map(index.__getitem__, keys), np.intp, len(values))
    return [key[1] for key in index] if is_mixed else list(index), codes
