"""Datasets by name: descriptions for pages, the search's part for trainers, the test part on its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trainers.datasets import bundled, idx_files, known_csv_files, mnist
from trainers.datasets.base import Dataset, DatasetInfo, TestPart
from trainers.datasets.checks import check_raw
from trainers.datasets.preparation import prepare_parts
from trainers.datasets.prepared import Prepared, prepare
from trainers.datasets.splits import Split, split_rows
from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainers.datasets.base import Facts, Part, Source

_SOURCES: dict[str, Source] = {
    source.info.name: source
    for source in (*bundled.SOURCES, *mnist.FILES, *idx_files.FILES, *known_csv_files.FILES)
}
KNOWN = frozenset(_SOURCES)


def datasets(data_dir: str) -> list[DatasetInfo]:
    """Return every dataset, in page order, with `is_available` and `reason` set for this directory.

    Cheap: it looks at files' names and ends. `data_dir` "" means that there is none.
    """
    return [dataset_info(name, data_dir) for name in _SOURCES]


def dataset_info(name: str, data_dir: str) -> DatasetInfo:
    """Return one dataset's description; ParamsInvalid where the name is unknown."""
    return available_info(_source(name), data_dir)


def available_info(source: Source, data_dir: str) -> DatasetInfo:
    """Return a source's description with `is_available` and `reason` set."""
    reason = source.problem(data_dir)
    return replace(source.info, is_available=not reason, reason=reason)


def load_dataset(
    name: str, data_dir: str, cache_dir: str, split: Split, *, upload: Source | None = None
) -> Dataset:
    """Return the train and validation parts, all that a search may see. `upload` is none of those known here.

    Raises DatasetMissing, DatasetInvalid, or ParamsInvalid for an unknown name.
    """
    source = upload or _source(name)
    prepared = _prepared(source, data_dir, cache_dir, split, ("train", "validation"))
    train, validation = prepared.part("train"), prepared.part("validation")
    info = _counted(source, data_dir, prepared.facts)
    return Dataset(info, train.x, train.y, validation.x, validation.y, prepared.facts)


def load_test_part(
    name: str, data_dir: str, cache_dir: str, split: Split, *, upload: Source | None = None
) -> TestPart:
    """Return the test part, for confirming trials that a person chose; never call it in a search."""
    source = upload or _source(name)
    prepared = _prepared(source, data_dir, cache_dir, split, ("test",))
    part = prepared.part("test")
    return TestPart(_counted(source, data_dir, prepared.facts), part.x, part.y, prepared.facts)


def _source(name: str) -> Source:
    if name not in _SOURCES:
        raise ParamsInvalid(f"There is no dataset named {name!r}. Choose one of {', '.join(_SOURCES)}.")
    return _SOURCES[name]


def _prepared(
    source: Source, data_dir: str, cache_dir: str, split: Split, wanted: tuple[str, ...]
) -> Prepared:
    def make() -> tuple[Mapping[str, Part], Facts]:
        raw = source.read(data_dir)
        check_raw(source.info, raw)
        rows = split_rows(raw.y, split, raw.n_official_test, groups=raw.groups, is_ordered=raw.is_ordered)
        return prepare_parts(source.info, raw, rows)

    return prepare(source.info.name, split.key + source.version(data_dir), cache_dir, wanted, make)


def _counted(source: Source, data_dir: str, facts: Facts) -> DatasetInfo:
    info = available_info(source, data_dir)
    return replace(info, n_train=facts.n_train, n_validation=facts.n_validation, n_test=facts.n_test)
