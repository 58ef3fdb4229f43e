"""A zip file of pictures, one folder a class. Nothing is unpacked, and no name in it becomes a path."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from optimizer.wording import count_noun, file_size, some_of, thousands
from trainers.datasets.uploads.findings import Findings
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array
    from trainers.datasets.uploads.recipe import Recipe

MAX_BYTES = 8 * 10**9  # of all files together, unpacked
MAX_FILE_BYTES = 50 * 10**6
MAX_FILES = 500_000
_PARTS = {
    **dict.fromkeys(("train", "training", "val", "valid", "validation"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})
_TEXTS = (".txt", ".md", ".csv", ".json", ".xml", ".html", ".yaml", ".yml", ".pdf", ".rst")
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
        entries, ignored = _entries(archive), _ignored(archive)
        n_test = _n_own_test(entries)
        if n_test:
            _check_in_classes(entries)
        for entry, name in entries:
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
        n_official_test=n_test,
        notes=_notes(ignored, n_test),
    )


def shape_of(findings: Findings, recipe: Recipe) -> tuple[int, ...]:
    """Return (height, width) or (height, width, 3), the longer side as the recipe wants it."""
    height, width = findings.shape
    scale = recipe.side / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    return (*size, 3) if recipe.is_color else size


def draw_pictures(
    path: Path, shape: tuple[int, ...], findings: Findings, names: tuple[str, ...]
) -> tuple[Array, Array]:
    """Return all pictures (n, *shape) uint8, with black where theirs was another, and classes (n,)."""
    x = np.zeros((findings.n_rows, *shape), dtype=np.uint8)
    y = np.zeros(findings.n_rows, dtype=np.int64)
    mode = "RGB" if len(shape) == 3 else "L"
    with _open(path) as archive:
        entries = _entries(archive)
        if findings.n_official_test:  # not before there were any: rows keep their order
            entries.sort(key=lambda found: _part(found[0]) == "test")
        for row, (entry, name) in enumerate(entries):
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
    entries = [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not _is_hidden(entry) and not _is_no_picture(entry)
    ]
    if len(entries) > MAX_FILES:
        raise DatasetInvalid(
            f"The zip file contains {count_noun(len(entries), 'file')}; the limit is {thousands(MAX_FILES)}."
        )
    total = sum(entry.file_size for entry in entries)
    if total > MAX_BYTES:
        raise DatasetInvalid(
            f"The zip file would take {file_size(total)} unpacked; the limit is {file_size(MAX_BYTES)}."
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
        raise DatasetInvalid("The zip file contains no images and no table.")
    return found


def _part(entry: zipfile.ZipInfo) -> str:
    """Return "train" or "test" where a folder over that of the class says so, "" for none."""
    over = [part.lower() for part in PurePosixPath(entry.filename).parts[:-1]]
    return next((_PARTS[part] for part in over if part in _PARTS), "")


def _n_own_test(found: list[tuple[zipfile.ZipInfo, str]]) -> int:
    """Return how many images are the person's own test part: there is a train folder beside that of test."""
    parts = Counter(_part(entry) for entry, _ in found)
    return parts["test"] if parts["train"] and not parts[""] else 0


def _check_in_classes(found: list[tuple[zipfile.ZipInfo, str]]) -> None:
    for entry, _ in found:
        over = [part.lower() for part in PurePosixPath(entry.filename).parts[:-1]]
        if next(place for place, part in enumerate(over) if part in _PARTS) == len(over) - 1:
            raise DatasetInvalid(
                f"{entry.filename[:200]} is not in a folder of a class. Put each image into a folder named "
                "after its class, inside train and test."
            )


def _notes(ignored: list[str], n_test: int) -> tuple[str, ...]:
    names = some_of([name[-60:] for name in ignored], 3)
    about_test = f"The folder test is kept as your own test set: {count_noun(n_test, 'image')}."
    return (f"Left out because they are not images: {names}.",) * bool(ignored) + (about_test,) * bool(n_test)


def _ignored(archive: zipfile.ZipFile) -> list[str]:
    """Return the files that are left out because of their names, those of systems aside."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry)]
    names = [entry.filename for entry in entries if _is_no_picture(entry)]
    return [name for name in names if PurePosixPath(name).name.lower() not in _SYSTEM]


def _is_no_picture(entry: zipfile.ZipInfo) -> bool:
    """Say whether a file is text or a system's own by its name, as a README is."""
    name = PurePosixPath(entry.filename).name.lower()
    return name in _SYSTEM or name.endswith(_TEXTS) or name.split(".")[0] in {"readme", "license", "licence"}


def _is_hidden(entry: zipfile.ZipInfo) -> bool:
    """Say whether a file is one that systems add by themselves."""
    return any(
        part.startswith((".", "__MACOSX")) and part != ".." for part in PurePosixPath(entry.filename).parts
    )


def _picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Image.Image:
    if entry.file_size > MAX_FILE_BYTES:
        raise DatasetInvalid(
            f"{entry.filename[:200]} is {file_size(entry.file_size)}; the limit for one image is "
            f"{file_size(MAX_FILE_BYTES)}."
        )
    try:
        return Image.open(archive.open(entry), formats=_FORMATS)
    except _DAMAGED as error:
        raise DatasetInvalid(f"{entry.filename[:200]} is not an image that can be read.") from error
