"""Runs of Neptune as its exporter writes them to Parquet: a row for each attribute, or each step of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dashboard.importing.readers.form import COMPLETE, FAILED, MAX_TRIALS, FileRefused, Found, Part
from dashboard.importing.readers.sink import Sink
from optimizer.wording import thousands

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("run_id", "attribute_path", "attribute_type", "step")
VALUES = ("float_value", "int_value", "string_value", "bool_value", "datetime_value")
SERIES = {"float_series"}
ROWS, MAX_STEPS = 20_000, 10_000
BEGAN, ENDED = "sys/creation_time", "sys/modification_time"
FAILED_FLAG, RUNNING = "sys/failed", "sys/running_time"
PARAM_FOLDERS = ("params", "parameters", "config", "hparams", "hyperparameters", "args")


@dataclass
class _Run:
    values: dict[str, Any] = field(default_factory=dict)
    series: dict[str, dict[int, float]] = field(default_factory=dict)


def read_neptune(path: Path, folder: Path, name: str) -> Found:
    import pyarrow as pa  # noqa: PLC0415 (only where a file needs it)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            names = set(file.schema_arrow.names)
            if not names.issuperset(NEEDED):
                raise FileRefused(
                    "This Parquet file is not an export of Neptune: it has no columns "
                    f"{', '.join(n for n in NEEDED if n not in names)}. Save other tables as CSV."
                )
            columns = [*NEEDED, *(value for value in VALUES if value in names)]
            runs: dict[str, _Run] = {}
            for batch in file.iter_batches(ROWS, columns=columns):
                for row in batch.to_pylist():
                    _take(runs, row)
    except pa.ArrowException as error:
        raise FileRefused(f"The Parquet file cannot be read: {str(error)[:200]}. Export it again.") from error
    sink = Sink(folder, 0, name)
    for number, run in enumerate(runs.values()):
        _add(sink, run, number)
    study = sink.finish()
    if not study.n_trials:
        raise FileRefused("The Parquet file has no runs. Export the project again.")
    return Found(source="Neptune export", kind="neptune", version="", studies=[study])


def _take(runs: dict[str, _Run], row: dict[str, Any]) -> None:
    run = runs.setdefault(str(row["run_id"]), _Run())
    if len(runs) > MAX_TRIALS:
        raise FileRefused(f"The export has more than {thousands(MAX_TRIALS)} runs. Export some of them.")
    path, kind = str(row["attribute_path"]), row["attribute_type"]
    if kind in SERIES:
        step, value = row["step"], row.get("float_value")
        steps = run.series.setdefault(path, {})
        if step is not None and value is not None and len(steps) < MAX_STEPS:
            steps[int(step)] = value
        return
    value = next((row[name] for name in VALUES if row.get(name) is not None), None)
    if value is not None:
        run.values[path] = value.isoformat() if hasattr(value, "isoformat") else value


def _add(sink: Sink, run: _Run, number: int) -> None:
    values: dict[str, Any] = {}
    for path, value in run.values.items():
        if path.startswith("sys/"):
            if path in {"sys/name", "sys/id"}:
                values[sink.column("attributes", path)] = value
            continue
        first = path.partition("/")[0].lower()
        is_param = first in PARAM_FOLDERS
        part: Part = "params" if is_param else "values" if isinstance(value, float) else "attributes"
        values[sink.column(part, path.partition("/")[2] if is_param else path)] = value
    steps: dict[int, dict[str, float]] = {}
    for path, series in run.series.items():
        key = sink.column("values", path)
        for step, value in series.items():
            steps.setdefault(step, {})[key] = value
        if series and key not in values:
            values[key] = series[max(series)]
    is_failed = run.values.get(FAILED_FLAG) is True
    seconds = run.values.get(RUNNING)
    sink.add(
        number,
        FAILED if is_failed else COMPLETE,
        values,
        steps=[[step, steps[step], None] for step in sorted(steps)],
        began=run.values.get(BEGAN),
        ended=run.values.get(ENDED),
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        failure="Neptune marked the run as failed." if is_failed else "",
    )
