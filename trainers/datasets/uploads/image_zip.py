"""A zip file of pictures, one folder a class. Nothing is unpacked, and no name in it becomes a path."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from trainers.datasets.uploads.findings import Findings
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array
    from trainers.datasets.uploads.recipe import Recipe

MAX_BYTES = 8 * 10**9  # of all files together, unpacked
MAX_FILE_BYTES = 50 * 10**6
MAX_FILES = 500_000
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_DAMAGED = (
    *(OSError, ValueError, SyntaxError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError),
    *(RuntimeError, UnidentifiedImageError, Image.DecompressionBombError),
)


def read_pictures(path: Path) -> Findings:
    """Look at every picture's head; DatasetInvalid with the first file that is none."""
    sizes: Counter[tuple[int, int]] = Counter()
    classes: Counter[str] = Counter()
    is_color = False
    with _open(path) as archive:
        for entry, name in _entries(archive):
            picture = _picture(archive, entry)
            sizes[picture.height, picture.width] += 1
            is_color = is_color or picture.mode not in {"1", "L", "LA", "I;16"}
            classes[name] += 1
    return Findings(
        form="pictures",
        n_rows=classes.total(),
        shape=sizes.most_common(1)[0][0],
        is_color=is_color,
        classes=dict(sorted(classes.items())),
    )


def shape_of(findings: Findings, recipe: Recipe) -> tuple[int, ...]:
    """Return (height, width) or (height, width, 3), the longer side as the recipe wants it."""
    height, width = findings.shape
    scale = recipe.side / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    return (*size, 3) if recipe.is_color else size


def draw_pictures(path: Path, shape: tuple[int, ...], n: int, names: tuple[str, ...]) -> tuple[Array, Array]:
    """Return all pictures (n, *shape) uint8, with black where theirs was another, and classes (n,)."""
    x = np.zeros((n, *shape), dtype=np.uint8)
    y = np.zeros(n, dtype=np.int64)
    mode = "RGB" if len(shape) == 3 else "L"
    with _open(path) as archive:
        for row, (entry, name) in enumerate(_entries(archive)):
            try:
                upright = ImageOps.exif_transpose(_picture(archive, entry))
                x[row] = np.asarray(ImageOps.pad(upright.convert(mode), (shape[1], shape[0])))
            except _DAMAGED as error:
                raise DatasetInvalid(f"{entry.filename[:200]} cannot be read as an image.") from error
            y[row] = names.index(name)
    return x, y


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise DatasetInvalid("The file cannot be read: it is truncated or not a zip file.") from error


def _entries(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, str]]:
    """Return the pictures with their class, the name of their folder."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry)]
    if len(entries) > MAX_FILES:
        raise DatasetInvalid(f"The zip file contains {len(entries):,} files; the limit is {MAX_FILES:,}.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_BYTES:
        raise DatasetInvalid(
            f"The zip file would take {total / 1e9:.1f} GB unpacked; the limit is {MAX_BYTES / 1e9:g} GB."
        )
    found = []
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        if ".." in parts or entry.filename.startswith("/") or "\\" in entry.filename:
            raise DatasetInvalid(
                f"The path {entry.filename[:200]!r} in the zip file leads outside its folder."
            )
        if len(parts) < 2:
            raise DatasetInvalid(
                f"{entry.filename[:200]} is not in a folder. Put each image into a folder named after its "
                "class."
            )
        found.append((entry, parts[-2]))
    if not found:
        raise DatasetInvalid("The zip file contains no images.")
    return found


def _is_hidden(entry: zipfile.ZipInfo) -> bool:
    """Say whether a file is one that systems add by themselves."""
    return any(
        part.startswith((".", "__MACOSX")) and part != ".." for part in PurePosixPath(entry.filename).parts
    )


def _picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Image.Image:
    if entry.file_size > MAX_FILE_BYTES:
        raise DatasetInvalid(
            f"{entry.filename[:200]} is {entry.file_size / 1e6:.0f} MB; the limit for one image is "
            f"{MAX_FILE_BYTES / 1e6:g} MB."
        )
    try:
        return Image.open(archive.open(entry), formats=_FORMATS)
    except _DAMAGED as error:
        raise DatasetInvalid(f"{entry.filename[:200]} is not an image that can be read.") from error
