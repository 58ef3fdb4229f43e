"""Trials as ``ask`` returns them and as ``trials`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.history import State
    from optimizer.samplers.base import Explanation, Suggestion
    from optimizer.values import Value


class OpenTrial:
    """A trial to evaluate: its ``number``, its ``params`` (active ones only) and why they were proposed.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> Optimizer(SearchSpace([Parameter("x", Float(0, 1))])).ask()
    OpenTrial(number=0, params={'x': 0.5})

    """

    def __init__(self, number: int, suggestion: Suggestion) -> None:
        self.number = number
        self._suggestion = suggestion

    @property
    def params(self) -> dict[str, Value]:
        """Real values of the active parameters."""
        return self._suggestion.params

    @property
    def explanation(self) -> Explanation:
        """Which sampler proposed the params and why; see ``Suggestion``."""
        return self._suggestion.explanation

    def __repr__(self) -> str:
        return f"OpenTrial(number={self.number}, params={self.params})"


@dataclass(frozen=True)
class FinishedTrial:
    """A trial with a result. ``values`` has one number per objective and is empty without a result.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
    >>> optimizer.tell(optimizer.ask().number, 2.5)
    >>> optimizer.trials[0]
    FinishedTrial(number=0, params={'x': 0.5}, values=(2.5,), state='complete')

    """

    number: int
    params: dict[str, Value]
    values: tuple[float, ...]
    state: State

    @property
    def value(self) -> float | None:
        """The value of the first objective."""
        return self.values[0] if self.values else None
