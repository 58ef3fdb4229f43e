"""An uploaded file as a dataset like any other: what its recipe says, read from what lies in its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from optimizer.wording import count_noun, thousands
from trainers.datasets.base import DatasetInfo, RawData, class_numbers
from trainers.datasets.columns import Column, Notation, number_column
from trainers.datasets.uploads import columns as stored
from trainers.datasets.uploads.equal_rows import keep_equal_together
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.index import numbers_rows
from trainers.datasets.uploads.image_zip import draw_pictures, shape_of
from trainers.datasets.uploads.leaks import leaks_of
from trainers.datasets.uploads.recipe import MAX_CLASSES, Recipe, check_recipe, kind_of
from trainers.datasets.uploads.series_rows import check_all_steps, distinct_rows, series_labels
from trainers.datasets.uploads.times import (
    EPOCH,
    ISO,
    Times,
    are_clocks,
    are_compact_days,
    are_epochs,
    read_times,
)
from trainers.errors import DatasetInvalid, DatasetMissing
from trainers.portable.dates import YEAR, parse_date
from trainers.portable.predict import SERIES

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.uploads.findings import ColumnFinding

ORIGINAL = "original"  # the file as it came
_ROW_NOUNS = {"images": "images", "table": "rows", "text": "texts", "series": "rows"}


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
            raw = self._all_rows()
        except FileNotFoundError as error:
            raise DatasetMissing(f"A file of {self.info.label} is missing: {error.filename}.") from error
        raw = replace(raw, target=self._target_notation())
        is_series = self.recipe.task == "forecast"
        if is_series or not self.recipe.keeps_equal_rows:
            return raw
        return keep_equal_together(raw, self.info.row_noun)

    def _all_rows(self) -> RawData:
        match self.findings.form:
            case "pictures":
                return self._pictures()
            case "arrays":
                return self._arrays()
        return self._series() if self.recipe.task == "forecast" else self._table()

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
            series_columns=tuple(self.recipe.columns_as("group")) if kind == "series" else (),
        )
        return replace(self, info=info)

    def leaks(self) -> list[str]:
        """Return a sentence for each column that gives the target away, or may do so."""
        if self.info.kind != "table":
            return []
        raw = self.read()
        found = leaks_of(raw.x, raw.y, is_classes=bool(self.info.class_names))
        if self.findings.form == "arrays":
            return found + [
                f"{column.name} contains row numbers. Leave it out of x unless it means more than that."
                for column in raw.x
                if numbers_rows(column.values)
            ]
        return found

    def unanswered(self) -> list[str]:
        """Return a sentence for each number that looks like a mark for missing, and is read as a number."""
        return [
            f"{text} appears in {count_noun(n, 'row')} of {column.name} and is read as a number. Does it "
            "mean missing?"
            for column in self.findings.columns
            for text, n in column.ends
            if self.recipe.reads_number(column.name)
            and text not in (self.recipe.missing_in(column.name) or ())
        ]

    def _shape(self, kind: str) -> tuple[int, ...]:
        if self.findings.form == "pictures":
            return shape_of(self.findings, self.recipe)
        if self.findings.form == "arrays":
            return self.findings.shape
        return () if kind == "text" else (len(self.recipe.columns_as("number", "category", "text")),)

    def _class_names(self) -> tuple[str, ...]:
        if self.recipe.task != "classification":
            return ()
        if self.findings.form == "pictures":
            return tuple(self.findings.classes)
        if self.findings.form == "arrays":
            names = list(self.findings.labels) or [str(int(value)) for value in np.unique(self._y())]
        else:
            names = sorted(set(self._texts(self.recipe.target)) - {""}, key=_in_order)
        if len(names) > MAX_CLASSES:
            raise DatasetInvalid(
                f"{self.recipe.target or 'y'} has {thousands(len(names))} different values, "
                "but there can be at most "
                f"{thousands(MAX_CLASSES)} classes. Is it a number to predict?"
            )
        return tuple(names)

    def _pictures(self) -> RawData:
        names = self.info.class_names
        x, y = draw_pictures(Path(self.folder) / ORIGINAL, self.info.shape, self.findings, names)
        return RawData(x, y, self.findings.n_official_test)

    def _arrays(self) -> RawData:
        x = np.load(Path(self.folder) / "x.npy", mmap_mode="r", allow_pickle=False)
        y = self._y()
        n_test = self.findings.n_official_test
        if self.info.class_names and not self.findings.labels:
            y = class_numbers(self.info.class_names, [str(int(value)) for value in y])
        numbers = y.astype(np.int64) if self.info.class_names else y
        if x.ndim > 2:
            return RawData(x, numbers, n_test)
        return RawData(tuple(number_column(f"x{i}", x[:, i]) for i in range(x.shape[1])), numbers, n_test)

    def _table(self) -> RawData:
        y = self._target()
        times = self.recipe.columns_as("time")
        if kind_of(self.recipe, self.findings) == "text":
            return self._text_rows(self.recipe.columns_as("text")[0], y, times)
        groups = self.recipe.columns_as("group")
        raw = RawData(
            self._inputs(),
            y,
            groups=np.unique(self._texts(groups[0]), return_inverse=True)[1] if groups else None,
        )
        if not times:
            return self._known(raw)
        return self._known(_rows(raw, np.argsort(self._times(times).seconds, kind="stable")))

    def _text_rows(self, name: str, y: Array, times: list[str]) -> RawData:
        """Return the texts; equal ones stay together in the split, or are split by time with the others."""
        texts = self._texts(name)
        if "" in texts:
            raise DatasetInvalid(f"Row {texts.index('') + 1}: {name} is empty. Remove the row.")
        if times:
            order = np.argsort(self._times(times).seconds, kind="stable")
            return self._known(RawData([texts[row] for row in order], y[order], is_ordered=True))
        return self._known(RawData(texts, y, groups=np.unique(texts, return_inverse=True)[1]))

    def _known(self, raw: RawData) -> RawData:
        """Return the rows whose target is there, where the recipe leaves out the others."""
        is_known = raw.y >= 0 if self.info.class_names else np.isfinite(raw.y)
        rows, n_unknown = np.flatnonzero(is_known), int(np.sum(~is_known))
        if not (self.recipe.drops_unknown and n_unknown):
            return raw
        share = f"{thousands(n_unknown)} of {thousands(len(raw.y))} rows"
        note = f"{share} have no {self.recipe.target} and are left out"
        x = (
            [raw.x[row] for row in rows]
            if isinstance(raw.x, list)
            else tuple(replace(column, values=column.values[rows]) for column in raw.x)
        )
        groups = None if raw.groups is None else raw.groups[rows]
        return replace(raw, x=x, y=raw.y[rows], groups=groups, notes=(*raw.notes, note))

    def _series(self) -> RawData:
        """Return the rows in time; one that repeats another is left out."""
        names = self.recipe.columns_as("time")
        times = self._times(names)
        y = self._numbers(self.recipe.target)
        target = replace(number_column(self.recipe.target, y), notation=self._notation(self.recipe.target))
        raw = self._parted(RawData((target, *self._inputs()), y))
        kept = distinct_rows(times.seconds, raw)
        seconds, raw = times.seconds[kept], _rows(raw, kept)
        check_all_steps(" and ".join(names), seconds, [times.texts[row] for row in kept], raw)
        if raw.series is not None:
            raw = replace(raw, groups=np.unique(seconds, return_inverse=True)[1])
        if times.dates is None:
            return raw
        turn = seconds * (2 * np.pi / YEAR)
        notation = Notation(dates=times.dates) if times.dates else None
        seasons = (
            number_column("season, sine", np.sin(turn), is_ahead=True),
            number_column("season, cosine", np.cos(turn), is_ahead=True),
        )
        return replace(raw, x=(*raw.x, *(replace(column, notation=notation) for column in seasons)))

    def _parted(self, raw: RawData) -> RawData:
        """Return rows with the number of their series, and its name as an input, where columns name it."""
        names = self.recipe.columns_as("group")
        if not names:
            return raw
        labels = series_labels({name: self._texts(name) for name in names})
        column = Column(SERIES.join(names), "category", labels, notation=self._notation(names[0]))
        return replace(raw, x=(*raw.x, column), series=np.unique(labels, return_inverse=True)[1])

    def _inputs(self) -> tuple[Column, ...]:
        found = []
        for name in self.recipe.columns_as("number", "category", "text"):
            role = self.recipe.roles[name]
            if role == "number":
                column = number_column(name, self._numbers(name))
            else:
                kind: Literal["text", "category"] = "text" if role == "text" else "category"
                dtype = np.object_ if role == "text" else np.str_
                column = Column(name, kind, np.array(self._texts(name), dtype=dtype))
            found.append(replace(column, notation=self._notation(name)))
        return tuple(found)

    def _target(self) -> Array:
        name = self.recipe.target
        if not self.info.class_names:
            y = self._numbers(name)
            unknown = np.flatnonzero(np.isnan(y))
            if len(unknown) and not self.recipe.drops_unknown:
                raise DatasetInvalid(
                    f"{self.info.label}: {name} is missing in {thousands(len(unknown))} of "
                    f"{thousands(len(y))} rows, the first in row {thousands(unknown[0] + 1)}. "
                    "Fill it in, or leave out rows without a target."
                )
            return y
        labels = self._texts(name)
        if "" in labels and self.recipe.drops_unknown:
            names = ("", *self.info.class_names)
            return class_numbers(names, labels) - 1
        if "" in labels:
            n, row = labels.count(""), labels.index("") + 1
            raise DatasetInvalid(
                f"{name} is empty in {thousands(n)} of {count_noun(len(labels), 'row')}, the first in row "
                f"{thousands(row)}. Fill it in, or leave out rows without a target."
            )
        return class_numbers(self.info.class_names, labels)

    def _times(self, names: Sequence[str]) -> Times:
        """Return when each row was, as one column says it, or a day and the time of that day."""
        columns = [self.findings.columns[self._number(name)] for name in names]
        is_first_edition = self.recipe.missing_in(names[0]) is None
        if len(names) == 1 and columns[0].is_number:
            return self._numeric_times(columns[0], is_first_edition=is_first_edition)
        texts = [self._texts(name) for name in names]
        if are_clocks(texts[0][:10]):
            names, texts = names[::-1], texts[::-1]
        joined = texts[0] if len(names) == 1 else list(map(" ".join, zip(*texts, strict=True)))
        seconds, form = read_times(" and ".join(names), joined, self.recipe.date_first)
        return Times(seconds, joined, () if is_first_edition else (form, *names))

    def _numeric_times(self, column: ColumnFinding, *, is_first_edition: bool) -> Times:
        """Return counted steps as they are, days such as 20240131 and seconds since 1970 as times."""
        name, low, high = column.name, column.low or 0.0, column.high or 0.0
        numbers = self._numbers(name)
        if np.isnan(numbers).any():
            raise DatasetInvalid(f"{name} is empty in row {int(np.argmax(np.isnan(numbers))) + 1}.")
        texts = self._texts(name)
        if not is_first_edition and are_compact_days(low, high):
            return Times(read_times(name, texts)[0], texts, (ISO, name))
        if not is_first_edition and are_epochs(low, high):
            return Times(np.array([parse_date(t, EPOCH).timestamp() for t in texts]), texts, (EPOCH, name))
        return Times(numbers, texts, None)

    def _numbers(self, name: str) -> Array:
        number = self._number(name)
        column = self.findings.columns[number]
        missing = self.recipe.missing_in(name) or ()
        return stored.read_numbers(Path(self.folder), number, column, self.findings.decimal, missing)

    def _texts(self, name: str) -> list[str]:
        number = self._number(name)
        missing = self.recipe.missing_in(name)
        return stored.read_texts(Path(self.folder), number, self.findings.columns[number], missing)

    def _notation(self, name: str) -> Notation | None:
        missing, column = self.recipe.missing_in(name), self.findings.columns[self._number(name)]
        if missing is None:
            return None
        decimal = column.decimal or self.findings.decimal
        return Notation(tuple(sorted(missing - {""})), decimal, column.unit)

    def _target_notation(self) -> dict[str, Any]:
        """Return how the target is written, for `train.py`; {} where earlier versions did not keep it."""
        notation = self._notation(self.recipe.target) if self.findings.form == "table" else None
        if notation is None:
            return {}
        kind = "category" if self.info.class_names else "number"
        fields = {name: value for name, value in asdict(notation).items() if name != "dates"}
        own = {"type": kind, "name": self.recipe.target, "drops_unknown": self.recipe.drops_unknown}
        return {**own, **fields, "missing": list(notation.missing)}

    def _number(self, name: str) -> int:
        return next(i for i, column in enumerate(self.findings.columns) if column.name == name)

    def _y(self) -> Array:
        y: Array = np.load(Path(self.folder) / "y.npy", allow_pickle=False)
        return y.astype(np.float64)


def info_from_json(raw: Mapping[str, Any]) -> DatasetInfo:
    """Read a description from a JSON object."""
    lists = {name: tuple(raw.get(name, ())) for name in ("shape", "class_names", "series_columns")}
    return DatasetInfo(**{**raw, **lists, "class_rows": tuple(map(tuple, raw.get("class_rows", ())))})


def _rows(raw: RawData, rows: Array) -> RawData:
    """Return these rows in this order, which is that of time."""
    columns = tuple(replace(column, values=column.values[rows]) for column in raw.x)
    series = None if raw.series is None else raw.series[rows]
    return replace(raw, x=columns, y=raw.y[rows], series=series, is_ordered=True)


def _in_order(name: str) -> tuple[int, float, str]:
    """Sort numbers by value, before texts."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name
