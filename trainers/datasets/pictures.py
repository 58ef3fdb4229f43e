"""A contact sheet of sample pictures, one row per class, for the web pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from trainers.datasets.cache_file import write_atomically
from trainers.datasets.registry import dataset_info, load_dataset
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    import numpy.typing as npt

    from trainers.datasets.base import Dataset, Source

SAMPLES_PER_CLASS, MOST_CLASSES = 12, 20
_CELL = 56  # pixels of a sample's longer side, about
_GAP = 4
_VERSION = 2


def contact_sheet(name: str, data_dir: str, cache_dir: str, *, upload: Source | None = None) -> Path:
    """Return the path of a PNG, drawn on the first call and kept in the cache.

    The pictures are white on black with transparent gaps, so they suit a light and a dark page. They are
    the first of each class in the training part. Raises what `load_dataset` raises, and ParamsInvalid where
    the dataset is none of images.
    """
    # first: a name that is none must never become a path
    info = upload.info if upload else dataset_info(name, data_dir)
    if info.kind != "images":
        raise ParamsInvalid(f"{info.label} is not an image dataset, so it has no preview.")
    version = upload.version(data_dir) if upload else ""
    path = Path(cache_dir) / "pictures" / f"{name}{version}-v{_VERSION}.png"
    if not path.is_file():
        sheet = _draw(load_dataset(name, data_dir, cache_dir, Split(), upload=upload))
        write_atomically(path, lambda file: sheet.save(file, format="PNG", optimize=True))
    return path


def _draw(data: Dataset) -> Image.Image:
    info = data.info
    scale = max(1, _CELL // max(info.shape[:2]))
    height, width = (side * scale + _GAP for side in info.shape[:2])
    n_classes = min(info.n_classes, MOST_CLASSES)
    n_channels = 4 if info.is_color else 2  # the last one says where there is a picture
    sheet = np.zeros((n_classes * height - _GAP, SAMPLES_PER_CLASS * width - _GAP, n_channels), np.uint8)
    for row in range(n_classes):
        numbers = np.flatnonzero(data.y_train == row)[:SAMPLES_PER_CLASS]
        for column, number in enumerate(numbers):
            cell = _enlarge(data.x_train[number], info.max_value, scale)
            top, left = row * height, column * width
            place = sheet[top : top + cell.shape[0], left : left + cell.shape[1]]
            place[..., :-1], place[..., -1] = cell, 255
    return Image.fromarray(sheet)


def _enlarge(picture: npt.NDArray[np.uint8], max_value: int, scale: int) -> npt.NDArray[np.uint8]:
    """Return the picture (height, width, channels) in 0..255, each pixel a square of `scale` pixels."""
    values = np.round(picture * (255 / max_value)).astype(np.uint8)
    return np.atleast_3d(values).repeat(scale, axis=0).repeat(scale, axis=1)
