"""What an import would write: each trial of the file as a trial of the study, or why it is left out."""

import datetime as dt
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.engine.fences import Step
from dashboard.importing.arrivals import ArrivingTrial
from dashboard.importing.mapping import EPOCHS, METRIC, OBJECTIVE, TEXT, Mapping
from dashboard.importing.readers.form import COMPLETE, FAILED, PRUNED, FoundStudy, Skipped
from dashboard.importing.space import Imported, is_inside, space_of, trained_space
from dashboard.refusal import Refused
from dashboard.wording import param as show_param
from optimizer import SearchSpace, SpaceError
from optimizer.distributions import Choice, Int
from trainers.base import TrainerInfo

N_NUMBERS = 1_000
MAX_EPOCHS = 100_000
LAST_YEAR = 2_200
OUTSIDE, NO_VALUE, MISFIT = "value outside its range", "no value", "does not fit the model"
LONE_VALUE = "Imported with an assumption"


@dataclass
class Tally:
    """What became of the trials so far, by why."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((COMPLETE, PRUNED, FAILED), 0))
    skipped: dict[str, Skipped] = field(default_factory=dict)

    def note(self, words: str, detail: str, number: int) -> None:
        entry = self.skipped.setdefault(words, Skipped(words=words, detail=detail))
        entry.n += 1
        if len(entry.numbers) < N_NUMBERS:
            entry.numbers.append(number)

    @property
    def n(self) -> int:
        return sum(self.counts.values())


class Plan:
    """Reads the lines of a study again each time it is asked: nothing is held."""

    def __init__(
        self,
        folder: Path,
        study: FoundStudy,
        mapping: Mapping,
        source: str,
        trainer: TrainerInfo | None = None,
    ) -> None:
        if not study.n_trials:
            raise Refused(
                f"{study.name} has no trials, so there is nothing to import. Choose another study or file."
            )
        if problem := mapping.problem():
            raise Refused(problem)
        self.study, self.mapping, self._source = study, mapping, source
        self._path = folder / study.lines
        self.imported: Imported = space_of(study, mapping)
        self._trainer = trainer
        self.space: SearchSpace = trained_space(self.imported, trainer) if trainer else self.imported.space
        self._objective = mapping.objective
        self._metrics = {key: mapping.targets[key].name for key in mapping.keys(METRIC)}
        self._texts = {key: mapping.targets[key].name for key in mapping.keys(TEXT)}
        by_epoch = dict.fromkeys((*mapping.keys(EPOCHS), *mapping.keys(OBJECTIVE)), self._objective)
        self._by_epoch = {**by_epoch, **self._metrics}
        self._shift = 1 if study.first_step == 0 else 0
        self._is_steps_left_out = not mapping.keys(EPOCHS) and any(c.part == "steps" for c in study.columns)

    @property
    def max_epochs(self) -> int:
        return min(MAX_EPOCHS, max(1, self.study.last_step + self._shift))

    def trials(self, tally: Tally) -> Iterator[ArrivingTrial]:
        """In the order of the file, numbered without gaps; `tally` is told of each."""
        for skipped in self.study.skipped:
            tally.skipped[skipped.words] = skipped
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                told = json.loads(line)
                trial = self._trial(told, tally)
                if trial is not None:
                    tally.counts[trial.state] += 1
                    yield trial

    def _trial(self, told: dict[str, Any], tally: Tally) -> ArrivingTrial | None:
        values, number, state = told["c"], told["n"], told["s"]
        params = self._params(values, number, tally)
        if params is None:
            return None
        value = _number(values.get(self.mapping.objective_key))
        if state == COMPLETE and value is None:
            tally.note(f"Skipped: {NO_VALUE}", f"The objective {self._objective} has no number.", number)
            return None
        steps = self._steps(told.get("e", ()))
        if state == PRUNED and not steps and value is not None:
            steps = [Step(1, {self._objective: value}, 0.0)]
            words = "Pruned without a report; the last value counts as epoch 1."
            tally.note(LONE_VALUE, words, number)
        metrics = {
            name: found
            for key, name in self._metrics.items()
            if (found := _number(values.get(key))) is not None
        }
        if state == COMPLETE and value is not None:
            metrics[self._objective] = value
        began, ended = _moment(told.get("a")), _moment(told.get("z"))
        return ArrivingTrial(
            number=tally.n,
            state=state,
            params=params,
            value=value if state == COMPLETE else None,
            best_step=_step_of(steps, self._objective, value) if state == COMPLETE else None,
            metrics=metrics if state != FAILED else {},
            steps=steps,
            last_value=next((s.metrics.get(self._objective) for s in reversed(steps)), None),
            began=began,
            ended=ended,
            seconds=_seconds(told.get("t"), began, ended),
            failure=told.get("f", ""),
            traceback=told.get("b", ""),
            explanation=self._explanation(values, number),
        )

    def _explanation(self, values: dict[str, Any], number: int) -> dict[str, Any]:
        texts = {name: show_text(values[key]) for key, name in self._texts.items() if key in values}
        text = f"Trial {number} of {self.study.name}, imported from: {self._source}."
        return {"kind": "imported", "text": text, **({"texts": texts} if texts else {})}

    def _params(self, values: dict[str, Any], number: int, tally: Tally) -> dict[str, Any] | None:
        space, params = self.imported.space, {}
        for key, name in self.imported.names.items():
            if key not in values:
                continue
            distribution, value = space[name].distribution, values[key]
            if isinstance(distribution, Int) and isinstance(value, float) and value.is_integer():
                value = int(value)
            elif not isinstance(distribution, Choice | Int) and type(value) is int:
                value = float(value)
            if not is_inside(distribution, value):
                detail = f"{name} is {show_param(value)}, outside {distribution.describe()}."
                tally.note(f"Skipped: {OUTSIDE}", detail, number)
                return None
            params[name] = value
        return params if self._trainer is None else self._trained(params, number, tally)

    def _trained(self, params: dict[str, Any], number: int, tally: Tally) -> dict[str, Any] | None:
        """With the fixed values of the other knobs; None where that is no point of the space."""
        complete: dict[str, Any] = {}
        for parameter in self.space:  # parents first
            name = parameter.name
            if name in self.space.active(complete):
                is_fixed = self.space.is_constant(name) and name not in params
                complete[name] = next(iter(parameter.distribution.values())) if is_fixed else params.get(name)
        try:
            self.space.validate_params(complete)
        except SpaceError as error:
            tally.note(f"Skipped: {MISFIT}", f"{error}.", number)
            return None
        return complete

    def _steps(self, told: Any) -> list[Step]:
        if self._is_steps_left_out:
            return []
        steps = []
        for step, metrics, seconds in told:
            kept = {self._by_epoch[key]: value for key, value in metrics.items() if key in self._by_epoch}
            if kept:
                steps.append(Step(step + self._shift, kept, seconds or 0.0))
        return steps


def show_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _step_of(steps: list[Step], objective: str, value: float | None) -> int | None:
    """The epoch that the value is of, where one has it."""
    return next((step.number for step in steps if step.metrics.get(objective) == value), None)


def _moment(text: str | None) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text) if text else None
        if found is None or not 1970 <= found.year <= LAST_YEAR:
            return None
        return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (TypeError, ValueError):
        return None


def _seconds(given: float | None, began: dt.datetime | None, ended: dt.datetime | None) -> float | None:
    if given is None and began and ended and ended >= began:
        return (ended - began).total_seconds()
    return given if given is not None and math.isfinite(given) and given >= 0 else None
