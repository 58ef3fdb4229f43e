"""The journal of Optuna: a file of one JSON operation a line, from which its studies are built anew."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.importing.readers.form import MAX_TRIALS, FileRefused, Found
from dashboard.importing.readers.optuna_parts import METRIC_NAMES, ZONE_NOTE, OptunaSink, OptunaTrial
from dashboard.importing.readers.sink import Sink
from optimizer.objective import direction_of
from optimizer.wording import thousands

# Operations, by the numbers of Optuna's journal.
NEW_STUDY, END_STUDY, STUDY_SYSTEM, NEW_TRIAL, PARAM, STATE, STEP, USER, SYSTEM = 0, 1, 3, 4, 5, 6, 7, 8, 9
LAST_KNOWN = 10
STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
MAX_DIRECTION = 2


class _Study:
    def __init__(self, name: str, directions: list[int]) -> None:
        self.name = name
        self.directions = [direction_of(is_higher_better=each == MAX_DIRECTION) for each in directions]
        self.metric_names: Any = None
        self.trials: list[OptunaTrial] = []


class _Journal:
    """Studies and trials as they are after the operations so far."""

    def __init__(self) -> None:
        self.studies: dict[int, _Study] = {}
        self._n_studies = 0
        self._trials: list[OptunaTrial] = []

    def apply(self, told: Mapping[str, Any]) -> None:
        kind = told["op_code"]
        if kind > LAST_KNOWN:
            raise FileRefused(
                f"The journal has the operation {kind}, which is newer than Optuna 5. Update Parzen, or "
                "export the trials as CSV."
            )
        if kind == NEW_STUDY:
            if told["study_name"] not in {study.name for study in self.studies.values()}:
                self.studies[self._n_studies] = _Study(told["study_name"], told["directions"])
                self._n_studies += 1
        elif kind == END_STUDY:
            self.studies.pop(told["study_id"], None)
        elif kind == STUDY_SYSTEM:
            names = told["system_attr"].get(METRIC_NAMES)
            study = self.studies.get(told["study_id"])
            if study and names:
                study.metric_names = names
        elif kind == NEW_TRIAL:
            self._new_trial(told)
        elif kind in {PARAM, STATE, STEP, USER, SYSTEM}:
            self._change(kind, self._trials[told["trial_id"]], told)

    def _new_trial(self, told: Mapping[str, Any]) -> None:
        study = self.studies.get(told["study_id"])
        if study is None:
            return
        if len(self._trials) > MAX_TRIALS:
            raise FileRefused(
                f"The journal has more than {thousands(MAX_TRIALS)} trials. Import a part of it."
            )
        trial = OptunaTrial(len(study.trials), STATES[told.get("state", 0)])
        trial.began, trial.ended = _naive(told.get("datetime_start")), _naive(told.get("datetime_complete"))
        declared = told.get("distributions", {})
        trial.params = {name: (at, declared[name]) for name, at in told.get("params", {}).items()}
        values = told.get("values") or ([told["value"]] if told.get("value") is not None else [])
        trial.values = dict(enumerate(values))
        trial.steps = {int(step): value for step, value in told.get("intermediate_values", {}).items()}
        trial.attributes = dict(told.get("user_attrs", {}))
        trial.system = dict(told.get("system_attrs", {}))
        study.trials.append(trial)
        self._trials.append(trial)

    def _change(self, kind: int, trial: OptunaTrial, told: Mapping[str, Any]) -> None:
        if kind == PARAM:
            trial.params[told["param_name"]] = told["param_value_internal"], told["distribution"]
        elif kind == STATE:
            trial.state = STATES[told["state"]]
            if told.get("values") is not None:
                trial.values = dict(enumerate(told["values"]))
            trial.began = _naive(told.get("datetime_start")) or trial.began
            trial.ended = _naive(told.get("datetime_complete")) or trial.ended
        elif kind == STEP:
            trial.steps[int(told["step"])] = told["intermediate_value"]
        elif kind == USER:
            trial.attributes |= told["user_attr"]
        else:
            trial.system |= told["system_attr"]


def read_optuna_journal(path: Path, folder: Path) -> Found:
    journal = _Journal()
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                journal.apply(json.loads(line))
            except FileRefused:
                raise
            except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
                if not line.endswith("\n"):  # the last one was being written
                    break
                raise FileRefused(
                    f"Line {thousands(number)} of the journal cannot be read: {type(error).__name__}. Copy "
                    "the file again while no program writes to it."
                ) from error
    found = []
    for place, study in enumerate(journal.studies.values()):
        sink = Sink(folder, place, study.name)
        told = OptunaSink(sink, study.directions, study.metric_names)
        for trial in study.trials:
            told.add(trial)
        found.append(sink.finish())
    if not found:
        raise FileRefused("This journal of Optuna has no study. Choose the file that your script writes to.")
    return Found(source="Optuna journal", kind="optuna", version="", studies=found, notes=[ZONE_NOTE])


def _naive(text: Any) -> str | None:
    return text if isinstance(text, str) else None
