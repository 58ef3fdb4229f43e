"""What a dataset is: its description for pages, all its rows, and the parts that a trainer may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, NoReturn, Protocol, Self

import numpy as np
import numpy.typing as npt

from optimizer.wording import count_noun

Array = npt.NDArray[Any]
Kind = Literal["images", "table", "text", "series"]
_DIGIT_SIDE = 32  # pixels
Task = Literal["classification", "regression", "forecast"]


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """A dataset as pages see it. Counts are those of the default split.

    `kind` says what one row is, `task` what is learned of it; together they decide which trainers fit.
    `row_noun` is what rows are called, in the plural. `shape` is one row's: an image's (height, width), or
    (height, width, 3) in color, of whole numbers in 0..`max_value`, a table's or series' (number of
    input columns,), () for a text.
    `target` names what is predicted where it is a column, `season` the rows after which a series repeats
    itself. `series_columns` name the series where rows belong to several, `n_series` of them. `class_rows`
    are the rows of each class in train, validation and test, of uploads. `source` is one sentence with origin
    and license. `reason` says what to do where `is_available` is false.
    """

    name: str
    label: str
    n_train: int
    n_validation: int
    n_test: int
    source: str
    kind: Kind = "images"
    task: Task = "classification"
    row_noun: str = "images"
    shape: tuple[int, ...] = ()
    max_value: int = 1
    class_names: tuple[str, ...] = ()
    target: str = ""
    season: int = 1
    class_rows: tuple[tuple[int, ...], ...] = ()
    series_columns: tuple[str, ...] = ()
    n_series: int = 0
    is_available: bool = True
    reason: str = ""

    @property
    def n_classes(self) -> int:
        """Return the number of classes, 0 where none are told apart."""
        return len(self.class_names)

    @property
    def is_color(self) -> bool:
        """Say whether the rows are images in color."""
        return self.kind == "images" and len(self.shape) > 2

    @property
    def n_rows(self) -> int:
        """Return the number of rows in all three sets."""
        return self.n_train + self.n_validation + self.n_test

    @property
    def has_photographs(self) -> bool:
        """Say whether the rows are images with colours or more pixels than a digit or a letter needs."""
        return self.kind == "images" and (self.is_color or max(self.shape[:2], default=0) > _DIGIT_SIDE)

    @property
    def row_summary(self) -> str:
        """Return what the rows are, as in: images, 8 × 8 pixels."""
        size = {
            "images": f", {' × '.join(map(str, self.shape[:2]))} pixels{', color' * self.is_color}",
            "table": f", {count_noun(sum(self.shape), 'column')}",
            "text": "",
            "series": f", in order, {count_noun(sum(self.shape), 'column')}",
        }[self.kind]
        return self.row_noun + size

    @property
    def summary(self) -> str:
        """Return rows and target in a few words, as in: images, 8 × 8 pixels, 10 classes."""
        goal = count_noun(self.n_classes, "class,classes") if self.class_names else f"target {self.target}"
        return f"{self.row_summary}, {goal}"


@dataclass(frozen=True)
class RawData:
    """All rows of a dataset, before they are split; the official test rows come last.

    `x` are images (n, *shape), a list of n texts, or n rows of columns (`columns.Columns`). `y`, shape
    (n,), are class numbers (whole) or numbers to predict (float). Rows that share a number in `groups`, shape
    (n,), never part. `is_ordered` says that the rows follow each other in time. `notes` are for facts.
    `target` says how the column that is predicted was written, as an `encoding` does of others. `series`,
    shape (n,), are the numbers of the series that rows belong to, one after the other; `groups` are then
    their times.
    """

    x: Any
    y: Array
    n_official_test: int = 0
    groups: Array | None = None
    is_ordered: bool = False
    notes: tuple[str, ...] = ()
    target: Mapping[str, Any] = field(default_factory=dict)
    series: Array | None = None


@dataclass(frozen=True)
class Facts:
    """What the preparation learned from the training part, and the parts' sizes; JSON in the cache.

    `shape` is one prepared row's. The last `n_ahead` columns of a series are known before their day.
    `class_rows` are
    the rows of each class in each part. A number to predict is (`y` - `y_mean`) / `y_scale` when it is
    standardized. `notes` are sentences for the trial's log, `encoding` says how columns of a table became
    those of a prepared row, `target` how the column to predict was written.
    `series_rows` are the rows of each series in train, validation and test, where there are several.
    """

    n_train: int
    n_validation: int
    n_test: int
    shape: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    n_ahead: int = 0
    y_mean: float = 0.0
    y_scale: float = 1.0
    notes: tuple[str, ...] = ()
    encoding: tuple[Mapping[str, Any], ...] = ()
    class_rows: tuple[tuple[int, ...], ...] = ()
    target: Mapping[str, Any] = field(default_factory=dict)
    series_rows: tuple[tuple[int, ...], ...] = ()

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object."""
        raw = {"class_rows": [], "target": {}, "series_rows": [], **raw}  # facts of earlier versions
        values: dict[str, Any] = {item.name: raw[item.name] for item in fields(cls)}
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        for name in ("class_rows", "series_rows"):
            lists[name] = tuple(map(tuple, lists[name]))
        return cls(**{**values, **lists})


@dataclass(frozen=True)
class Part:
    """Prepared rows: x as trainers read it, y (n,)."""

    x: Array
    y: Array


@dataclass(frozen=True)
class Dataset:
    """What a trainer gets: the train and validation parts. The test part is not in here at all.

    The arrays are read-only memory maps of the cache: take rows, do not copy the whole. x are images (n,
    *shape) uint8, table rows (n, columns) float32, or a series' (n, columns) float32 in time order;
    texts are one array of bytes (`texts.unpack_texts`). y, shape (n,), are classes or numbers to predict.
    """

    info: DatasetInfo
    x_train: Array
    y_train: Array
    x_validation: Array
    y_validation: Array
    facts: Facts = field(default_factory=lambda: Facts(0, 0, 0))

    def __iter__(self) -> NoReturn:
        """Say what it has: a script that unpacks it (`x_train, y_train, ... = data`) may mean any order."""
        raise TypeError(
            "a dataset cannot be unpacked; use data.x_train, data.y_train, data.x_validation, and "
            "data.y_validation"
        )

    def measured_on(self, test: TestPart) -> Self:
        """Return it with the test part in the place of the validation part.

        The windows of a series reach back into the rows before the part: those of validation are then
        training rows, for a network that is trained already.
        """
        x, y, facts = self.x_train, self.y_train, self.facts
        if self.info.kind == "series":
            order = self._order_of_both()
            x = np.concatenate([x, self.x_validation])[order]
            y = np.concatenate([y, self.y_validation])[order]
            rows = tuple((n + n_next, n_test, 0) for n, n_next, n_test in facts.series_rows)
            facts = replace(facts, series_rows=rows)
        return replace(self, x_train=x, y_train=y, x_validation=test.x, y_validation=test.y, facts=facts)

    def _order_of_both(self) -> Any:
        """Return the rows of train and validation in the order of series, and in each of time."""
        if not self.facts.series_rows:
            return slice(None)
        counts = np.array(self.facts.series_rows)
        numbers = np.arange(len(counts))
        series = np.concatenate([np.repeat(numbers, counts[:, 0]), np.repeat(numbers, counts[:, 1])])
        return np.argsort(series, kind="stable")


@dataclass(frozen=True)
class TestPart:
    """The rows that no search may see: x and y as in `Dataset`."""

    __test__ = False  # pytest looks for classes named Test...

    info: DatasetInfo
    x: Array
    y: Array
    facts: Facts = field(default_factory=lambda: Facts(0, 0, 0))


NO_DATA = Dataset(
    DatasetInfo(name="", label="no data", n_train=0, n_validation=0, n_test=0, source=""),
    x_train=np.zeros(0),
    y_train=np.zeros(0),
    x_validation=np.zeros(0),
    y_validation=np.zeros(0),
)


class Source(Protocol):
    """Where a dataset comes from. Nothing is ever downloaded, nothing of the user's is ever changed."""

    @property
    def info(self) -> DatasetInfo:
        """The dataset's description."""
        ...

    def problem(self, data_dir: str) -> str:
        """Return the sentence that says why it cannot be used, "" where it looks complete.

        Cheap enough for a page. `data_dir` "" means that there is none.
        """
        ...

    def version(self, data_dir: str) -> str:
        """Return what changes when the user puts another file in its place, "" where none would be read."""
        ...

    def read(self, data_dir: str) -> RawData:
        """Return all rows; DatasetMissing or DatasetInvalid."""
        ...


def class_numbers(names: tuple[str, ...], labels: list[str]) -> npt.NDArray[np.int64]:
    """Return each label's place in `names`, shape (n,)."""
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], dtype=np.int64)
