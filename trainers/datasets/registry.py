"""Datasets by name: descriptions for pages, the search's part for trainers, the test part on its own."""

from __future__ import annotations

from dataclasses import replace

from trainers.datasets import digits, mnist
from trainers.datasets.base import Dataset, DatasetInfo, RawData, TestPart
from trainers.datasets.prepared import prepare
from trainers.datasets.splits import Split, split_rows
from trainers.errors import ParamsInvalid

_FILES = {file.info.name: file for file in mnist.FILES}


def datasets(data_dir: str) -> list[DatasetInfo]:
    """Return every dataset, in page order, with `is_available` and `reason` set for this directory.

    Cheap: it looks at files' names and ends. `data_dir` "" means that there is none.
    """
    return [dataset_info(name, data_dir) for name in (digits.INFO.name, *_FILES)]


def dataset_info(name: str, data_dir: str) -> DatasetInfo:
    """Return one dataset's description; ParamsInvalid where the name is unknown."""
    if name == digits.INFO.name:
        return digits.INFO
    if name not in _FILES:
        known = ", ".join((digits.INFO.name, *_FILES))
        raise ParamsInvalid(f"There is no dataset named {name!r}; there are {known}.")
    reason = _FILES[name].problem(data_dir)
    return replace(_FILES[name].info, is_available=not reason, reason=reason)


def all_rows(name: str, data_dir: str, cache_dir: str) -> RawData:
    """Return every row, for pictures and splits; DatasetMissing, DatasetInvalid or ParamsInvalid."""
    dataset_info(name, data_dir)
    if name == digits.INFO.name:
        return prepare(name, cache_dir, digits.read)
    return prepare(name, cache_dir, lambda: _FILES[name].read(data_dir))


def load_dataset(name: str, data_dir: str, cache_dir: str, split: Split) -> Dataset:
    """Return the train and validation parts, all that a search may see.

    Raises DatasetMissing, DatasetInvalid, or ParamsInvalid for an unknown name.
    """
    raw = all_rows(name, data_dir, cache_dir)
    rows = split_rows(raw.y, split, raw.n_official_test)
    info = _counted(name, data_dir, raw, split)
    return Dataset(info, raw.x[rows.train], raw.y[rows.train], raw.x[rows.validation], raw.y[rows.validation])


def load_test_part(name: str, data_dir: str, cache_dir: str, split: Split) -> TestPart:
    """Return the test part, for confirming trials that a person chose; never call it in a search."""
    raw = all_rows(name, data_dir, cache_dir)
    rows = split_rows(raw.y, split, raw.n_official_test)
    return TestPart(_counted(name, data_dir, raw, split), raw.x[rows.test], raw.y[rows.test])


def _counted(name: str, data_dir: str, raw: RawData, split: Split) -> DatasetInfo:
    n_train, n_validation, n_test = split.counts(len(raw.y), raw.n_official_test)
    info = dataset_info(name, data_dir)
    return replace(info, n_train=n_train, n_validation=n_validation, n_test=n_test)
