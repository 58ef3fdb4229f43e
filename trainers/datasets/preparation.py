"""From all rows to prepared parts. Whatever is learned from data is learned from the training part alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.wording import datum, some_of
from trainers.datasets.base import Array, Facts, Part
from trainers.datasets.encoding import TableEncoding
from trainers.datasets.texts import pack_texts
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import DatasetInfo, RawData
    from trainers.datasets.splits import SplitRows

_NAMED = 5  # classes in a sentence


def prepare_parts(info: DatasetInfo, raw: RawData, rows: SplitRows) -> tuple[Mapping[str, Part], Facts]:
    """Return the parts "train", "validation" and "test", and the facts; DatasetInvalid where it cannot be."""
    of_part = {"train": rows.train, "validation": rows.validation, "test": rows.test}
    counts = (len(rows.train), len(rows.validation), len(rows.test))
    y_mean, y_scale = (0.0, 1.0) if info.class_names else _spread(info, raw.y[rows.train])
    class_rows = _class_rows(info, raw.y, of_part.values())
    notes = (*raw.notes, *_absences(info, class_rows))
    facts = Facts(*counts, notes=notes, class_rows=class_rows, target=raw.target)
    if info.kind == "images":
        parts = {name: Part(raw.x[part], raw.y[part]) for name, part in of_part.items()}
        return parts, replace(facts, shape=info.shape)
    if info.kind == "text":
        parts = {
            name: Part(pack_texts([raw.x[row] for row in part]), raw.y[part])
            for name, part in of_part.items()
        }
        return parts, facts
    encoding = TableEncoding.fit(raw.x, rows.train)
    parts = {name: Part(encoding.encode(raw.x, part), raw.y[part]) for name, part in of_part.items()}
    facts = replace(
        facts,
        shape=(len(encoding.names),),
        columns=encoding.names,
        n_ahead=encoding.n_ahead,
        y_mean=y_mean,
        y_scale=y_scale,
        notes=(*facts.notes, *encoding.notes),
        encoding=tuple(encoding.to_json_list()),
        series_rows=_series_rows(raw, of_part.values()),
    )
    return parts, facts


def _series_rows(raw: RawData, parts: Iterable[Array]) -> tuple[tuple[int, ...], ...]:
    if raw.series is None:
        return ()
    n_series = int(raw.series.max()) + 1
    counts = [np.bincount(raw.series[part], minlength=n_series).tolist() for part in parts]
    return tuple(zip(*counts, strict=True))


def _class_rows(info: DatasetInfo, y: Array, parts: Iterable[Array]) -> tuple[tuple[int, ...], ...]:
    if not info.class_names:
        return ()
    return tuple(tuple(np.bincount(y[part], minlength=info.n_classes).tolist()) for part in parts)


def _absences(info: DatasetInfo, class_rows: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield a sentence for each part in which a class has no row."""
    for part, counts in zip(("training", "validation", "test"), class_rows, strict=False):
        absent = [name for name, n in zip(info.class_names, counts, strict=True) if not n]
        if absent:
            verb = "has" if len(absent) == 1 else "have"
            yield f"{some_of(absent, _NAMED)} {verb} no rows in the {part} set"


def _spread(info: DatasetInfo, y: Array) -> tuple[float, float]:
    """Return the mean and standard deviation of the training part's numbers to predict."""
    mean, scale = float(np.mean(y)), float(np.std(y))
    if scale == 0:
        raise DatasetInvalid(
            f"{info.label}: {info.target} is {datum(y[0])} in every training row, so there is "
            "nothing to learn."
        )
    return mean, scale
