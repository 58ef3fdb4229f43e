"""What both storages of Optuna have in common: its distributions, states, and how a trial becomes a line."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.importing.readers.form import COMPLETE, FAILED, PRUNED, FileRefused
from dashboard.importing.readers.sink import NOT_FINITE, UNSTARTED, Sink
from optimizer.distributions import distribution_from_json
from optimizer.errors import SpaceError

METRIC_NAMES = "study:metric_names"
ARTIFACT = "artifacts:"
STATES = {"COMPLETE": COMPLETE, "PRUNED": PRUNED, "FAIL": FAILED}
ZONE_NOTE = "Optuna's times have no time zone. They count as UTC."


@dataclass
class OptunaTrial:
    number: int
    state: str
    # By name: the number that Optuna keeps, and its distribution as JSON text.
    params: dict[str, tuple[float, str]] = field(default_factory=dict)
    values: dict[int, float | None] = field(default_factory=dict)
    steps: dict[int, float | None] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    began: str | None = None
    ended: str | None = None


class OptunaSink:
    """Trials of one study of Optuna, as they become lines."""

    def __init__(self, sink: Sink, directions: Sequence[str], names: Any) -> None:
        self._sink = sink
        # A distribution is the same text in every trial.
        self._known: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        is_named = isinstance(names, list) and len(names) == len(directions)
        plain = ["value"] if len(directions) == 1 else [f"value {i + 1}" for i in range(len(directions))]
        labels = [str(name) for name in names] if is_named else plain
        self._values = [
            sink.column("values", label, direction=direction.lower())
            for label, direction in zip(labels, directions, strict=True)
        ]
        self._steps = ""

    def add(self, trial: OptunaTrial) -> None:
        state = STATES.get(trial.state)
        if any(key.startswith(ARTIFACT) for key in trial.system):
            self._sink.assume("Not imported: files", "Artifacts lie outside the storage.", trial.number)
        if state is None:
            words = f"State {trial.state}: it has no result yet."
            self._sink.skip(UNSTARTED, words, trial.number)
            return
        values = {
            self._param(name, text): self._value(name, text, at) for name, (at, text) in trial.params.items()
        }
        results = [trial.values.get(place) for place in range(len(self._values))]
        failure = str(trial.system.get("fail_reason") or "")
        if state == COMPLETE and any(each is None or not math.isfinite(each) for each in results):
            state, failure = FAILED, NOT_FINITE
        values |= dict(zip(self._values, results, strict=True))
        for name, value in trial.attributes.items():
            values[self._sink.column("attributes", name)] = value
        self._sink.add(
            trial.number,
            state,
            {key: value for key, value in values.items() if value is not None or key.startswith("params.")},
            steps=[[step, {self._step_key(): value}, None] for step, value in sorted(trial.steps.items())],
            began=trial.began,
            ended=trial.ended,
            failure=failure,
        )

    def _step_key(self) -> str:
        self._steps = self._steps or self._sink.column("steps", "intermediate_values")
        return self._steps

    def _param(self, name: str, text: str) -> str:
        known = self._known.get((name, text))
        if known is None:
            declared = _declared(name, text)
            ours = to_parzen(declared)
            key = self._sink.declare(name, ours) if ours else self._sink.column("params", name)
            known = self._known[name, text] = key, declared
        return known[0]

    def _value(self, name: str, text: str, at: float) -> Any:
        """As the script saw it: Optuna keeps the places of choices, and whole numbers as floats."""
        declared = self._known[name, text][1]
        kind, attributes = declared["name"], declared["attributes"]
        if kind == "CategoricalDistribution":
            return attributes["choices"][int(at)]
        return round(at) if kind.startswith("Int") else at


def _declared(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        assert isinstance(found["attributes"], Mapping)  # noqa: S101 (refused below)
        assert isinstance(found["name"], str)  # noqa: S101
    except (ValueError, KeyError, TypeError, AssertionError):
        raise FileRefused(
            f"The distribution of {name[:60]} cannot be read: {text[:80]}. Export the study again."
        ) from None
    return dict(found)


def to_parzen(declared: Mapping[str, Any]) -> dict[str, Any] | None:
    """In our words; None where we have none, as for choices that are lists."""
    attributes = declared["attributes"]
    kind = declared["name"]
    try:
        if kind == "CategoricalDistribution":
            return _choices(list(attributes["choices"]))
        low, high = attributes["low"], attributes["high"]
        if low == high:
            return {"type": "constant", "value": low}
        found: dict[str, Any] = {
            "type": "int" if kind.startswith("Int") else "float",
            "low": low,
            "high": high,
        }
        is_log = attributes.get("log") or kind in {"LogUniformDistribution", "IntLogUniformDistribution"}
        step = attributes.get("step") or attributes.get("q")
        if is_log:
            found["log"] = True
        elif step and not (found["type"] == "int" and step == 1):
            found["step"] = step
        return distribution_from_json(found).to_json()
    except (KeyError, TypeError, SpaceError):
        return None


def _choices(choices: list[Any]) -> dict[str, Any]:
    if (
        len(choices) == 2
        and {True, False} == set(choices)
        and all(isinstance(each, bool) for each in choices)
    ):
        return {"type": "boolean"}
    if len(choices) == 1:
        return distribution_from_json({"type": "constant", "value": choices[0]}).to_json()
    return distribution_from_json({"type": "categorical", "choices": choices}).to_json()
