"""Where a dataset's file is looked for: in the user's data directory, or in its folder `csv`."""

from __future__ import annotations

from pathlib import Path

from optimizer.wording import all_of
from trainers.errors import DatasetMissing


def find_file(data_dir: str, file_name: str) -> Path | None:
    """Return the file's path, None where it is not there. `data_dir` "" means that there is none."""
    if data_dir:
        for folder in (Path(data_dir), Path(data_dir) / "csv"):
            if (folder / file_name).is_file():
                return folder / file_name
    return None


def missing_words(data_dir: str, *file_names: str, origin: str = "", downloaded_as: str = "") -> str:
    """Return what to do about files that are missing.

    `origin` is a sentence that says where they come from; `downloaded_as` names a dataset of `download.py`.
    """
    put = f"ut {all_of(file_names)} into {data_dir or 'PARZEN_DATA_DIR'}."
    if downloaded_as:
        put = f"Run .venv/bin/python manage.py download {downloaded_as}, or p{put}"
    else:
        put = f"P{put}"
    return f"{put} {origin}".rstrip()


def required_file(data_dir: str, file_name: str, label: str) -> Path:
    """Return the file's path; DatasetMissing says where to put it."""
    path = find_file(data_dir, file_name)
    if path is None:
        raise DatasetMissing(f"{label} is missing. Put {file_name} into {data_dir or 'PARZEN_DATA_DIR'}.")
    return path
