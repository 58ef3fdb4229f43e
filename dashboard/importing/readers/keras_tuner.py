"""A project folder of KerasTuner, zipped: oracle.json, and a folder with a trial.json for each trial."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from dashboard.importing.readers.form import COMPLETE, FAILED, MAX_TRIALS, FileRefused, Found
from dashboard.importing.readers.optuna_parts import to_parzen
from dashboard.importing.readers.sink import UNSTARTED, Sink
from optimizer.objective import MAXIMIZE, MINIMIZE
from optimizer.wording import thousands

ORACLE, TRIAL = "oracle.json", "trial.json"
MAX_BYTES = 20 * 10**6
DIRECTIONS = {"min": MINIMIZE, "max": MAXIMIZE}
UNREADABLE = "{} in the zip file cannot be read: {}. Zip the project folder again while no search runs."


def read_keras_tuner(path: Path, folder: Path) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileRefused(f"The zip file is damaged: {error}. Zip the project folder again.") from error


def _read(archive: zipfile.ZipFile, folder: Path) -> Found:
    names = archive.namelist()
    projects = [PurePosixPath(name).parent for name in names if PurePosixPath(name).name == ORACLE]
    if not projects:
        raise FileRefused(
            "This zip file is not a KerasTuner project: it has no oracle.json. Zip the folder that your "
            "tuner writes to, directory/project_name."
        )
    studies = []
    for place, project in enumerate(projects):
        oracle = _json(archive, str(project / ORACLE))
        sink = Sink(folder, place, project.name or "keras-tuner")
        told = sorted(n for n in names if _is_trial(PurePosixPath(n), project))
        if len(told) > MAX_TRIALS:
            raise FileRefused(f"The project has more than {thousands(MAX_TRIALS)} trials. Zip some of them.")
        spaces = _Spaces(sink)
        spaces.declare((oracle.get("hyperparameters") or {}).get("space") or [])
        for number, name in enumerate(told):
            _add(sink, spaces, _json(archive, name), number, oracle)
        studies.append(sink.finish(is_branched=False))
    return Found(
        source="KerasTuner project",
        kind="keras_tuner",
        version="",
        studies=studies,
        notes=["KerasTuner keeps no values by epoch and no end times."],
    )


def _is_trial(name: PurePosixPath, project: PurePosixPath) -> bool:
    return name.name == TRIAL and name.parent.parent == project


class _Spaces:
    """The hyperparameters that trials have declared so far."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._known: dict[str, str] = {}
        self.conditions: dict[str, list[Any]] = {}

    def declare(self, space: Any) -> None:
        for entry in space if isinstance(space, list) else []:
            text = json.dumps(entry, sort_keys=True)
            name = entry["config"]["name"]
            if self._known.get(name) == text:
                continue
            self._known[name] = text
            declared = _distribution(entry["class_name"], entry["config"])
            parents = [
                c["config"] for c in entry["config"].get("conditions") or [] if c["class_name"] == "Parent"
            ]
            self.conditions[name] = parents
            when = None
            if parents:  # the nearest one; its own say the rest
                when = {"parent": f"params.{parents[-1]['name']}", "in": parents[-1]["values"]}
            if declared is not None:
                self._sink.declare(name, declared, when)

    def is_active(self, name: str, values: Mapping[str, Any]) -> bool:
        """KerasTuner keeps values of branches that a trial did not take."""
        return all(values.get(parent["name"]) in parent["values"] for parent in self.conditions.get(name, []))


def _distribution(kind: str, config: Mapping[str, Any]) -> dict[str, Any] | None:
    if kind == "Boolean":
        return {"type": "boolean"}
    if kind == "Fixed":
        return {"type": "constant", "value": config["value"]}
    if kind == "Choice":
        told: dict[str, Any] = {
            "name": "CategoricalDistribution",
            "attributes": {"choices": config["values"]},
        }
        return to_parzen(told)
    sampling, step = config.get("sampling") or "linear", config.get("step")
    attributes = {"low": config["min_value"], "high": config["max_value"], "log": sampling != "linear"}
    if step and sampling == "linear":
        attributes["step"] = step
        # the largest value that the steps reach
        n = int((attributes["high"] - attributes["low"]) / step + 1e-9)
        attributes["high"] = attributes["low"] + n * step
    return to_parzen({"name": f"{kind}Distribution", "attributes": attributes})


def _add(
    sink: Sink, spaces: _Spaces, told: Mapping[str, Any], number: int, oracle: Mapping[str, Any]
) -> None:
    try:
        status = told["status"]
        spaces.declare(told["hyperparameters"]["space"])
        values = told["hyperparameters"]["values"]
        metrics = told["metrics"]["metrics"]
        score, best_step = told.get("score"), told.get("best_step") or 0
    except (KeyError, TypeError, AttributeError) as error:
        raise FileRefused(f"{TRIAL} of trial {number} lacks {error}. Zip the project folder again.") from None
    if status not in {"COMPLETED", "FAILED", "INVALID"}:
        sink.skip(UNSTARTED, f"Status {status}: it has no result.", number)
        return
    kept = {sink.column("params", n): v for n, v in values.items() if spaces.is_active(n, values)}
    for name, metric in metrics.items():
        direction = DIRECTIONS.get(metric.get("direction"), "")
        key = sink.column("values", name, direction=direction)
        value = _at(metric.get("observations") or [], best_step)
        # What the oracle compared is the objective: it comes first.
        if value is not None and score is not None and value == score:
            sink.columns = {key: sink.columns.pop(key), **sink.columns}
        if value is not None:
            kept[key] = value
    began = (oracle.get("display") or {}).get("trial_start", {}).get(str(told.get("trial_id")))
    seconds = (oracle.get("run_times") or {}).get(str(told.get("trial_id")))
    message = str(told.get("message") or "")
    sink.add(
        number,
        COMPLETE if status == "COMPLETED" and score is not None else FAILED,
        kept,
        began=began if isinstance(began, str) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        failure=message.strip().rpartition("\n")[2],
        traceback=message,
    )


def _at(observations: Any, step: int) -> float | None:
    """The mean over executions at a step, as KerasTuner compares it."""
    for entry in observations:
        if entry.get("step") == step and entry.get("value"):
            return float(sum(entry["value"]) / len(entry["value"]))
    return None


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    info = archive.getinfo(name)
    if info.file_size > MAX_BYTES:
        raise FileRefused(UNREADABLE.format(name, f"it is larger than {MAX_BYTES // 10**6} MB"))
    try:
        found = json.loads(archive.read(info))
    except (ValueError, RecursionError) as error:
        raise FileRefused(UNREADABLE.format(name, error)) from error
    if not isinstance(found, dict):
        raise FileRefused(UNREADABLE.format(name, "it is no object"))
    return found
