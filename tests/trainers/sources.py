"""Small files of separated values, and what is made of them."""

from pathlib import Path
from typing import Any

import numpy as np

from trainers.datasets import registry
from trainers.datasets.base import Dataset, DatasetInfo
from trainers.datasets.csv_columns import CsvFile, SeriesReading, TableReading, TextReading
from trainers.datasets.csv_reader import CsvFormat
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split


def info(**changes: Any) -> DatasetInfo:
    fields: dict[str, Any] = {
        "name": "own",
        "label": "Own",
        "kind": "table",
        "row_noun": "rows",
        "class_names": ("no", "yes"),
        "target": "y",
        "n_train": 0,
        "n_validation": 0,
        "n_test": 0,
        "source": "Made up.",
    }
    return DatasetInfo(**{**fields, **changes})


CLASSES = CsvFile(info(), "own.csv", TableReading())
NUMBERS = CsvFile(info(task="regression", class_names=()), "own.csv", TableReading())
GROUPED = CsvFile(info(), "own.csv", TableReading(group="person"))
TEXTS = CsvFile(
    info(kind="text"), "own.csv", TextReading("text"), CsvFormat("\t", is_quoted=False, columns=("y", "text"))
)
SERIES = CsvFile(
    info(kind="series", task="forecast", class_names=(), season=7),
    "own.csv",
    SeriesReading("day", "%Y-%m-%d", frozenset({"holiday"})),
)


def load(
    monkeypatch: Any, folder: Path, source: CsvFile, content: str | bytes, split: Split | None = None
) -> Dataset:
    """Write the file, and load it as any dataset is loaded."""
    data = content.encode() if isinstance(content, str) else content
    (folder / source.file_name).write_bytes(data)
    monkeypatch.setitem(registry._SOURCES, source.info.name, source)
    return load_dataset(source.info.name, str(folder), str(folder / "cache"), split or Split())


def table(n: int = 40, **columns: Any) -> str:
    """A file with a number, a category and a class; a keyword replaces or adds a column of n texts."""
    rng = np.random.default_rng(0)
    all_columns = {
        "size": [f"{value:.3f}" for value in rng.normal(10, 3, n)],
        "colour": rng.choice(["red", "green"], n).tolist(),
        "y": [("no", "yes")[row % 2] for row in range(n)],
        **columns,
    }
    rows = [
        ",".join(all_columns),
        *(",".join(map(str, row)) for row in zip(*all_columns.values(), strict=True)),
    ]
    return "\n".join(rows) + "\n"


def series(n: int = 60) -> str:
    """A file of so many days, every seventh of them a holiday."""
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-01-01") + n)
    rows = [f"{day},{int(i % 7 == 6)},{100 + i % 7}" for i, day in enumerate(days)]
    return "\n".join(["day,holiday,y", *rows]) + "\n"
