"""Where a dataset's file is looked for: in the user's data directory, or in its folder `csv`."""

from __future__ import annotations

from pathlib import Path

from trainers.errors import DatasetMissing


def find_file(data_dir: str, file_name: str) -> Path | None:
    """Return the file's path, None where it is not there. `data_dir` "" means that there is none."""
    if data_dir:
        for folder in (Path(data_dir), Path(data_dir) / "csv"):
            if (folder / file_name).is_file():
                return folder / file_name
    return None


def missing_words(file_name: str, fetched_as: str = "") -> str:
    """Return what to do about a file that is missing; `fetched_as` names a dataset of `download.py`."""
    remedy = f", or download it: manage.py download {fetched_as}" if fetched_as else " to use it"
    return f"Put {file_name} into PARZEN_DATA_DIR{remedy}."


def required_file(data_dir: str, file_name: str, label: str) -> Path:
    """Return the file's path; DatasetMissing says where to put it."""
    path = find_file(data_dir, file_name)
    if path is None:
        raise DatasetMissing(f"{label} is missing. Put {file_name} into PARZEN_DATA_DIR.")
    return path
