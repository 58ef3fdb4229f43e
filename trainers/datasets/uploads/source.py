"""An uploaded file as a dataset like any other: what its recipe says, read from what lies in its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from trainers.datasets.base import DatasetInfo, RawData, class_numbers
from trainers.datasets.columns import Column, number_column
from trainers.datasets.uploads import columns as stored
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.image_zip import draw_pictures, shape_of
from trainers.datasets.uploads.leaks import leaks_of
from trainers.datasets.uploads.recipe import MAX_CLASSES, Recipe, check_recipe, kind_of
from trainers.datasets.uploads.times import read_times
from trainers.errors import DatasetInvalid, DatasetMissing
from trainers.portable.predict import YEAR

if TYPE_CHECKING:
    from trainers.datasets.base import Array

ORIGINAL = "original"  # the file as it came
_ROW_NOUNS = {"images": "images", "table": "rows", "text": "texts", "series": "rows"}
_GAP = 1.9  # usual steps: months differ by a tenth


@dataclass(frozen=True)
class Upload:
    """An uploaded dataset. `folder` holds the file and what `look` made of it; `info` is what pages see."""

    info: DatasetInfo
    folder: str
    findings: Findings
    recipe: Recipe

    def problem(self, data_dir: str) -> str:  # noqa: ARG002
        """Return "" where the folder is there."""
        if Path(self.folder).is_dir():
            return ""
        return f"{self.info.label} is not on this machine. Make sure that all hosts share PARZEN_UPLOAD_DIR."

    def version(self, data_dir: str) -> str:  # noqa: ARG002
        """Return what changes with the recipe; the file never does."""
        text = json.dumps(self.recipe.to_json_dict(), sort_keys=True)
        return "-" + hashlib.sha256(text.encode()).hexdigest()[:12]

    def read(self, data_dir: str = "") -> RawData:
        """Return all rows; DatasetMissing or DatasetInvalid."""
        if problem := self.problem(data_dir):
            raise DatasetMissing(problem)
        check_recipe(self.recipe, self.findings)
        try:
            match self.findings.form:
                case "pictures":
                    return self._pictures()
                case "arrays":
                    return self._arrays()
            return self._series() if self.recipe.task == "forecast" else self._table()
        except FileNotFoundError as error:
            raise DatasetMissing(f"A file of {self.info.label} is missing: {error.filename}.") from error

    def to_json_dict(self) -> dict[str, Any]:
        """Return what `from_json_dict` reads."""
        return {
            "info": asdict(self.info),
            "folder": self.folder,
            "findings": self.findings.to_json_dict(),
            "recipe": self.recipe.to_json_dict(),
        }

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read an upload from a JSON object."""
        return cls(
            info_from_json(raw["info"]),
            raw["folder"],
            Findings.from_json_dict(raw["findings"]),
            Recipe.from_json_dict(raw["recipe"]),
        )

    def described(self) -> Self:
        """Return it with the info that follows from file and recipe, counts left at 0; DatasetInvalid."""
        check_recipe(self.recipe, self.findings)
        kind = kind_of(self.recipe, self.findings)
        info = replace(
            self.info,
            kind=kind,
            task=self.recipe.task,
            row_noun=_ROW_NOUNS[kind],
            shape=self._shape(kind),
            max_value=255 if kind == "images" else 1,
            class_names=self._class_names(),
            target=self.recipe.target or "y",
            season=self.recipe.season,
        )
        return replace(self, info=info)

    def leaks(self) -> list[str]:
        """Return a sentence for each column that gives the target away."""
        if self.findings.form != "table" or self.recipe.task == "forecast":
            return []
        raw = self.read()
        return (
            [] if self.info.kind == "text" else leaks_of(raw.x, raw.y, is_classes=bool(self.info.class_names))
        )

    def _shape(self, kind: str) -> tuple[int, ...]:
        if self.findings.form == "pictures":
            return shape_of(self.findings, self.recipe)
        if self.findings.form == "arrays":
            return self.findings.shape
        return () if kind == "text" else (len(self.recipe.columns_as("number", "category")),)

    def _class_names(self) -> tuple[str, ...]:
        if self.recipe.task != "classification":
            return ()
        if self.findings.form == "pictures":
            return tuple(self.findings.classes)
        if self.findings.form == "arrays":
            names = [str(int(value)) for value in np.unique(self._y())]
        else:
            names = sorted(set(self._texts(self.recipe.target)) - {""}, key=_in_order)
        if len(names) > MAX_CLASSES:
            raise DatasetInvalid(
                f"{self.recipe.target or 'y'} has {len(names):,} different values, but there can be at most "
                f"{MAX_CLASSES:,} classes. Is it a number to predict?"
            )
        return tuple(names)

    def _pictures(self) -> RawData:
        names = self.info.class_names
        x, y = draw_pictures(Path(self.folder) / ORIGINAL, self.info.shape, self.findings.n_rows, names)
        return RawData(x, y)

    def _arrays(self) -> RawData:
        x = np.load(Path(self.folder) / "x.npy", mmap_mode="r", allow_pickle=False)
        y = self._y()
        n_test = self.findings.n_official_test
        numbers = (
            class_numbers(self.info.class_names, [str(int(value)) for value in y])
            if self.info.class_names
            else y
        )
        if x.ndim > 2:
            return RawData(x, numbers, n_test)
        return RawData(tuple(number_column(f"x{i}", x[:, i]) for i in range(x.shape[1])), numbers, n_test)

    def _table(self) -> RawData:
        y = self._target()
        times = self.recipe.columns_as("time")
        if texts := self.recipe.columns_as("text"):
            return self._text_rows(texts[0], y, times)
        groups = self.recipe.columns_as("group")
        raw = RawData(
            self._inputs(),
            y,
            groups=np.unique(self._texts(groups[0]), return_inverse=True)[1] if groups else None,
        )
        return _rows(raw, np.argsort(self._times(times[0]), kind="stable")) if times else raw

    def _text_rows(self, name: str, y: Array, times: list[str]) -> RawData:
        """Return the texts; equal ones stay together in the split, or are split by time with the others."""
        texts = self._texts(name)
        if "" in texts:
            raise DatasetInvalid(f"Row {texts.index('') + 1}: {name} is empty. Remove the row.")
        if times:
            order = np.argsort(self._times(times[0]), kind="stable")
            return RawData([texts[row] for row in order], y[order], is_ordered=True)
        return RawData(texts, y, groups=np.unique(texts, return_inverse=True)[1])

    def _series(self) -> RawData:
        """Return the rows in time; one that repeats another is left out."""
        name = self.recipe.columns_as("time")[0]
        times, texts = self._times(name), self._texts(name)
        y = self._numbers(self.recipe.target)
        raw = RawData((number_column(self.recipe.target, y), *self._inputs()), y)
        kept = _distinct_rows(times, raw)
        times, raw = times[kept], _rows(raw, kept)
        _check_steps(name, times, [texts[row] for row in kept])
        if self.findings.columns[self._number(name)].is_number:
            return raw
        turn = times * (2 * np.pi / YEAR)
        seasons = (
            number_column("season, sine", np.sin(turn), is_ahead=True),
            number_column("season, cosine", np.cos(turn), is_ahead=True),
        )
        return replace(raw, x=(*raw.x, *seasons))

    def _inputs(self) -> tuple[Column, ...]:
        found = []
        for name in self.recipe.columns_as("number", "category"):
            if self.recipe.roles[name] == "number":
                found.append(number_column(name, self._numbers(name)))
            else:
                found.append(Column(name, "category", np.array(self._texts(name), dtype=np.str_)))
        return tuple(found)

    def _target(self) -> Array:
        name = self.recipe.target
        if not self.info.class_names:
            return self._numbers(name)
        labels = self._texts(name)
        if "" in labels:
            n, row = labels.count(""), labels.index("") + 1
            raise DatasetInvalid(
                f"{name} is empty in {n:,} of {len(labels):,} rows, the first in row {row:,}. Fill it in or "
                "remove the rows."
            )
        return class_numbers(self.info.class_names, labels)

    def _times(self, name: str) -> Array:
        if self.findings.columns[self._number(name)].is_number:
            numbers = self._numbers(name)
            if np.isnan(numbers).any():
                raise DatasetInvalid(f"{name} is empty in row {int(np.argmax(np.isnan(numbers))) + 1}.")
            return numbers
        return read_times(name, self._texts(name))

    def _numbers(self, name: str) -> Array:
        number = self._number(name)
        column = self.findings.columns[number]
        return stored.read_numbers(Path(self.folder), number, column, self.findings.decimal)

    def _texts(self, name: str) -> list[str]:
        number = self._number(name)
        return stored.read_texts(Path(self.folder), number, self.findings.columns[number])

    def _number(self, name: str) -> int:
        return next(i for i, column in enumerate(self.findings.columns) if column.name == name)

    def _y(self) -> Array:
        y: Array = np.load(Path(self.folder) / "y.npy", allow_pickle=False)
        return y.astype(np.float64)


def info_from_json(raw: Mapping[str, Any]) -> DatasetInfo:
    """Read a description from a JSON object."""
    return DatasetInfo(**{**raw, "shape": tuple(raw["shape"]), "class_names": tuple(raw["class_names"])})


def _rows(raw: RawData, rows: Array) -> RawData:
    """Return these rows in this order, which is that of time."""
    columns = tuple(replace(column, values=column.values[rows]) for column in raw.x)
    return replace(raw, x=columns, y=raw.y[rows], is_ordered=True)


def _distinct_rows(times: Array, raw: RawData) -> Array:
    """Return the rows in the order of time, without those that are equal to the one before in all columns."""
    order = np.argsort(times, kind="stable")
    is_new = np.diff(times[order]) != 0
    for column in raw.x:
        before, after = column.values[order][:-1], column.values[order][1:]
        is_new |= (before != after) & ~((before != before) & (after != after))  # noqa: PLR0124, NaN
    kept: Array = order[np.concatenate([[True], is_new])]
    return kept


def _check_steps(name: str, times: Array, texts: list[str]) -> None:
    """A series has one row at each step. `times` are sorted, `texts` say them in words."""
    steps = np.diff(times)
    if not len(steps):
        return
    closest, widest = int(np.argmin(steps)), int(np.argmax(steps))
    if steps[closest] <= 0:
        raise DatasetInvalid(
            f"{name} is {texts[closest]!r} in two different rows, but a forecast needs one row per time."
        )
    if steps[widest] > _GAP * float(np.median(steps)):
        raise DatasetInvalid(
            f"There is no row between {name} {texts[widest]} and {texts[widest + 1]}, but a forecast needs "
            "evenly spaced rows."
        )


def _in_order(name: str) -> tuple[int, float, str]:
    """Sort numbers by value, before texts."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name
