"""Optuna's `Trial`: suggests values, takes reports, and says whether to prune."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from optimizer.compat.hp.options import stored_values
from optimizer.values import plain
from trainers.custom.discovery.asked import Asked
from trainers.custom.optuna import distributions as of
from trainers.custom.optuna.errors import TrialPruned

if TYPE_CHECKING:
    from optimizer.distributions import Distribution

Fill = Callable[[Asked], Any]


class Trial:
    """What an objective gets. `fill` returns a stored value for what it asks for.

    Examples:
        >>> trial = Trial(lambda asked: asked.default)
        >>> trial.suggest_int("layers", 1, 3), trial.suggest_categorical("act", ["relu", "tanh"])
        (1, 'relu')
        >>> trial.params
        {'layers': 1, 'act': 'relu'}

    """

    def __init__(
        self,
        fill: Fill,
        *,
        number: int = 0,
        report: Callable[[float], None] = lambda _: None,
        should_prune: Callable[[], bool] = lambda: False,
    ) -> None:
        self._fill, self._report, self._should_prune = fill, report, should_prune
        self._reported: set[int] = set()
        self.number = number
        self.params: dict[str, Any] = {}
        self.user_attrs: dict[str, Any] = {}
        self.system_attrs: dict[str, Any] = {}
        self.asked: dict[str, Asked] = {}
        self.stored: dict[str, Any] = {}
        self.datetime_start = datetime.now(UTC)

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """Return a number from `low` to `high`."""
        return float(self._suggest(name, of.float_distribution(name, low, high, step, log=log)))

    def suggest_int(self, name: str, low: int, high: int, step: int = 1, log: bool = False) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return int(self._suggest(name, of.int_distribution(name, low, high, step, log=log)))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """Return one of `choices`."""
        options = [*choices]
        value = self._suggest(name, of.categorical_distribution(name, options))
        stored = stored_values([plain(option) for option in options])
        place = next(
            (i for i, each in enumerate(stored) if each == value and type(each) is type(value)),
            next((i for i, each in enumerate(stored) if each == value), 0),
        )
        self.params[name] = options[place]
        return options[place]

    def suggest_uniform(self, name: str, low: float, high: float) -> float:
        """Do what `suggest_float` does; deprecated in Optuna, as are the next two."""
        return self.suggest_float(name, low, high)

    def suggest_loguniform(self, name: str, low: float, high: float) -> float:
        """Do what `suggest_float` with `log` does."""
        return self.suggest_float(name, low, high, log=True)

    def suggest_discrete_uniform(self, name: str, low: float, high: float, q: float) -> float:
        """Do what `suggest_float` with `step` does."""
        return self.suggest_float(name, low, high, step=q)

    def report(self, value: float, step: int) -> None:
        """Take a value at a step; the first one counts, as in Optuna."""
        if step not in self._reported:
            self._reported.add(step)
            self._report(float(value))

    def should_prune(self) -> bool:
        """Say whether Parzen's pruner, or a person, ends this trial."""
        return self._should_prune()

    def set_user_attr(self, key: str, value: Any) -> None:
        """Keep a value; numbers become metrics of the trial."""
        self.user_attrs[key] = value

    def set_system_attr(self, key: str, value: Any) -> None:
        """Keep a value, which nobody reads."""
        self.system_attrs[key] = value

    def _suggest(self, name: str, distribution: Distribution) -> Any:
        if not isinstance(name, str) or not name:
            raise TypeError(f"the name of a suggestion must be text, not {name!r}")
        if name not in self.stored:
            asked = Asked(name, distribution, of.default_of(distribution))
            self.stored[name] = self._fill(asked)
            self.asked[name] = asked
            self.params[name] = self.stored[name]
        return self.stored[name]


class FixedTrial(Trial):
    """A trial with values that a file gives, to call its own objective with."""

    def __init__(self, params: Mapping[str, Any], number: int = 0) -> None:
        def fill(asked: Asked) -> Any:
            if asked.name not in params:
                raise ValueError(f"The value of the parameter '{asked.name}' is not found.")
            return params[asked.name]

        super().__init__(fill, number=number)


__all__ = ["FixedTrial", "Trial", "TrialPruned"]
