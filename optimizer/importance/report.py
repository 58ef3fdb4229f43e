"""The importance of parameters as plain data, ready for a page or for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.values import JSON, Value


@dataclass(frozen=True)
class Curve:
    """The expected value of the objective along one parameter, the others averaged over their prior.

    ``at`` are values of the parameter, in order; ``predicted``, ``low`` and ``high`` one number each, in the
    objective's own direction. ``low`` and ``high`` are one standard error to both sides.
    """

    at: tuple[Value, ...]
    predicted: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def to_json(self) -> dict[str, JSON]:
        """The four rows as lists."""
        return {
            "at": list(self.at),
            "predicted": list(self.predicted),
            "low": list(self.low),
            "high": list(self.high),
        }


@dataclass(frozen=True)
class ParameterImportance:
    """How much one parameter matters.

    ``importance``: its part of what all parameters explain alone; these sum to 1, or all are 0.
    ``share``: the share of the objective's whole variance, noise included, that it explains alone where it
    is active. ``share_error``: the standard error of that.
    ``branch_share``: the same share within the points at which it is active; None without a condition.
    ``n_trials``: complete trials in which it was active. ``reason``: why nothing was computed, or empty.
    """

    name: str
    importance: float = 0.0
    share: float = 0.0
    share_error: float = 0.0
    branch_share: float | None = None
    n_trials: int = 0
    reason: str = ""
    curve: Curve | None = None

    def to_json(self) -> dict[str, JSON]:
        """Every field by name."""
        return {
            "name": self.name,
            "importance": self.importance,
            "share": self.share,
            "share_error": self.share_error,
            "branch_share": self.branch_share,
            "n_trials": self.n_trials,
            "reason": self.reason,
            "curve": self.curve.to_json() if self.curve else None,
        }


@dataclass(frozen=True)
class Interaction:
    """The ``share`` of the objective's variance that two parameters explain beyond what each does alone."""

    names: tuple[str, str]
    share: float

    def to_json(self) -> dict[str, JSON]:
        """Both fields by name."""
        return {"names": list(self.names), "share": self.share}


@dataclass(frozen=True)
class Importance:
    """The importance of every parameter of a space, most important first.

    ``fit`` is the share of the variance of unseen trials that the model predicts (R² of a cross-validation);
    where it is 0, nothing was found and every importance is 0. ``scale`` and ``note`` are sentences for
    users: how the values were scaled, and how reliable the result is.
    """

    parameters: tuple[ParameterImportance, ...]
    interactions: tuple[Interaction, ...]
    n_trials: int
    fit: float
    scale: str
    note: str

    def __getitem__(self, name: str) -> ParameterImportance:
        """One parameter by name. Raises ``KeyError`` when the space has none of that name."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def to_json(self) -> dict[str, JSON]:
        """Everything as JSON."""
        return {
            "parameters": [parameter.to_json() for parameter in self.parameters],
            "interactions": [interaction.to_json() for interaction in self.interactions],
            "n_trials": self.n_trials,
            "fit": self.fit,
            "scale": self.scale,
            "note": self.note,
        }
