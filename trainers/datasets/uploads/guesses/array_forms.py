"""Arrays as people save them: under other names, pixels as fractions, channels first, classes as words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array

_X = frozenset(
    {"x", "image", "images", "data", "feature", "features", "input", "inputs", "sample", "samples"}
)
_Y = frozenset({"y", "label", "labels", "target", "targets", "class", "classes", "output", "outputs"})
_PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
}
_CHANNELS = (1, 3)


def known_names(names: Sequence[str]) -> dict[str, str]:
    """Return the arrays' names by "x" and "y", or "x_train", "y_val" and so on; {} where they are unclear."""
    found: dict[str, str] = {}
    for name in names:
        parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
        words = [word for word in re.split(r"[\W_]+", parted.lower()) if word]
        parts = [_PARTS[word] for word in words if word in _PARTS]
        kinds = ["x" if word in _X else "y" for word in words if word in _X | _Y]
        if len(parts) + len(kinds) != len(words) or len(kinds) != 1 or len(parts) > 1:
            continue
        key = "_".join([*kinds, *parts])
        if key in found:
            return {}
        found[key] = name
    whole = {key: found[key] for key in ("x", "y") if key in found}
    if len(whole) == 2:
        return whole
    pairs = [part for part in ("train", "val", "test") if {f"x_{part}", f"y_{part}"} <= found.keys()]
    if "train" not in pairs:
        return {}
    return {f"{kind}_{part}": found[f"{kind}_{part}"] for kind in "xy" for part in pairs}


def as_pictures(x: Array) -> tuple[Array, str]:
    """Return images as uint8 (n, h, w) or (n, h, w, 3) with what was done; others as they are."""
    notes = []
    if x.ndim == 4 and x.shape[1] in _CHANNELS and x.shape[3] not in _CHANNELS:
        x = np.moveaxis(x, 1, 3)
        notes.append("The color channels came first and were moved to the end.")
    if x.ndim in {3, 4} and x.dtype.kind in "iufb" and x.dtype != np.uint8 and x.size:
        low, high = float(x.min()), float(x.max())
        if x.dtype.kind in "fb" and low >= 0 and 0 < high <= 1:
            x = np.round(x.astype(np.float32) * 255).astype(np.uint8)
            notes.append("Pixels from 0 to 1 were read as 0 to 255.")
        elif low >= 0 and high <= 255 and not np.any(x % 1):
            x = x.astype(np.uint8)
    return x, " ".join(notes)


def as_targets(y: Array) -> tuple[Array, tuple[str, ...], str]:
    """Return targets (n,), the classes' names where they were words, and what was done."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 1 and y.dtype.kind in "US":
        words = np.char.decode(y, "utf-8") if y.dtype.kind == "S" else y
        labels, numbers = np.unique(np.char.strip(words), return_inverse=True)
        return numbers, tuple(labels.tolist()), ""
    is_one_hot = y.ndim == 2 and y.shape[1] > 1 and y.dtype.kind in "iufb" and len(y) > 0
    if is_one_hot and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        return y.argmax(axis=1), (), "y has one column per class, which was converted to class numbers."
    return y, (), ""
