"""KerasTuner's `HyperParameters`: gives values for names that a file asks for, and keeps these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from trainers.custom.discovery.asked import Asked, Conditions, Key
from trainers.custom.kerastuner import distributions as of

if TYPE_CHECKING:
    from optimizer.distributions import Distribution

Fill = Callable[[Asked], Any]


class HyperParameters:
    """What `build(hp)` gets, with KerasTuner's names and arguments.

    `values` may be set before; what is asked for and has none gets what `fill` returns, or its default. What
    is asked for under a condition that does not hold is None, as in KerasTuner.

    Examples:
        >>> hp = HyperParameters()
        >>> hp.Choice("model", ["mlp", "cnn"]), hp.Int("units", 32, 512, step=32)
        ('mlp', 32)
        >>> with hp.conditional_scope("model", ["cnn"]):
        ...     print(hp.Int("filters", 8, 64))
        None

    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._asked: dict[Key, Asked] = {}
        self._names: list[str] = []
        self._conditions: list[tuple[str, tuple[Any, ...]]] = []
        self._fill: Fill = lambda asked: asked.default
        self._listeners: list[Callable[[Asked], None]] = []

    @contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """Put `name/` before the names in this block."""
        self._names.append(str(name))
        try:
            yield
        finally:
            self._names.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """Make what is asked for in this block depend on the value of a parent."""
        parent = self._full_name(parent_name)
        if not any(name == parent for name, _ in self._asked):
            raise ValueError(f"`HyperParameter` named: {parent} not defined.")
        is_one = isinstance(parent_values, str) or not isinstance(parent_values, Sequence | set | frozenset)
        self._conditions.append((parent, (parent_values,) if is_one else tuple(parent_values)))
        try:
            yield
        finally:
            self._conditions.pop()

    def Int(  # noqa: N802, KerasTuner's name, as below
        self,
        name: str,
        min_value: int,
        max_value: int,
        step: int | None = None,
        sampling: str | None = "linear",
        default: int | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Return a whole number from `min_value` to `max_value`, both included."""
        found = of.int_distribution(name, min_value, max_value, step, sampling)
        return self._retrieve(name, found, int(min_value), default, parent_name, parent_values)

    def Float(  # noqa: N802
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: str | None = "linear",
        default: float | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Return a number from `min_value` to `max_value`."""
        found = of.float_distribution(name, min_value, max_value, step, sampling)
        return self._retrieve(name, found, float(min_value), default, parent_name, parent_values)

    def Choice(  # noqa: N802
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Return one of `values`."""
        found = of.choice_distribution(name, values, ordered=ordered)
        if default is not None and default not in values:
            raise ValueError(f"{name}: the default must be one of {list(values)!r}, not {default!r}.")
        return self._retrieve(name, found, next(iter(values)), default, parent_name, parent_values)

    def Boolean(  # noqa: N802
        self, name: str, default: bool = False, parent_name: str | None = None, parent_values: Any = None
    ) -> Any:
        """Return True or False."""
        found = of.boolean_distribution()
        return self._retrieve(name, found, False, bool(default), parent_name, parent_values)

    def Fixed(  # noqa: N802
        self, name: str, value: Any, parent_name: str | None = None, parent_values: Any = None
    ) -> Any:
        """Return `value`."""
        found = of.fixed_distribution(value)
        return self._retrieve(name, found, value, None, parent_name, parent_values)

    def get(self, name: str) -> Any:
        """Return the value of an active name; KeyError where it was never asked for."""
        full = self._full_name(name)
        if full in self.values:
            return self.values[full]
        if any(asked == full for asked, _ in self._asked):
            raise ValueError(f"{full} is currently inactive.")
        raise KeyError(f"{full} does not exist.")

    __getitem__ = get

    def __contains__(self, name: str) -> bool:
        try:
            self.get(name)
        except (KeyError, ValueError):
            return False
        return True

    def is_active(self, hyperparameter: Any) -> bool:
        """Say whether a name, or an entry of `space`, has a value."""
        if isinstance(hyperparameter, Asked):
            return hyperparameter.is_active(self.values)
        every = [asked for asked in self.space if asked.name == str(hyperparameter)]
        return any(asked.is_active(self.values) for asked in every)

    @property
    def space(self) -> list[Asked]:
        """All that was asked for, in order."""
        return [*self._asked.values()]

    def copy(self) -> Self:
        """Return what knows and holds the same."""
        again = type(self)()
        again.values, again._asked = dict(self.values), dict(self._asked)  # noqa: SLF001, it is one of its own
        return again

    def merge(self, hps: Any, overwrite: bool = True) -> None:
        """Take what another one knows."""
        for asked in hps.space if isinstance(hps, HyperParameters) else hps:
            is_new = asked.key not in self._asked
            if not is_new and not overwrite:
                continue
            self._asked[asked.key] = asked
            if asked.is_active(self.values) and (overwrite or asked.name not in self.values):
                self.values[asked.name] = asked.default

    def fill_with(self, fill: Fill, values: Mapping[str, Any] | None = None) -> Self:
        """Return itself with other values, and `fill` for what has none. Parzen's, not KerasTuner's."""
        self._fill = fill
        self.values = dict(values or {})
        return self

    def _retrieve(
        self, name: str, found: Distribution, default: Any, given: Any, parent: str | None, accepted: Any
    ) -> Any:
        if parent is not None:
            with self.conditional_scope(parent, accepted):
                return self._retrieve(name, found, default, given, None, None)
        conditions: Conditions = tuple(self._conditions)
        asked = Asked(self._full_name(name), found, of.fitting(found, default, given), conditions)
        # as in KerasTuner, what was asked for first counts
        asked = self._asked.setdefault(asked.key, asked)
        if not asked.is_active(self.values):
            return None
        if asked.name not in self.values:
            self.values[asked.name] = self._fill(asked)
        return self.values[asked.name]

    def _full_name(self, name: str) -> str:
        return "/".join([*self._names, str(name)])
