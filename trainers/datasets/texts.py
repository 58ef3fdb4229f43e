"""Texts as one array of bytes: NumPy can map it into memory, and nothing is padded or pickled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array

_END = "\0"  # `csv_reader` refuses zero bytes, so no text holds one


def pack_texts(texts: Sequence[str]) -> Array:
    """Return all texts as UTF-8, each ended by a zero byte: uint8, shape (bytes,)."""
    return np.frombuffer((_END.join(texts) + _END if texts else "").encode(), dtype=np.uint8)


def unpack_texts(packed: Array) -> list[str]:
    """Return the texts that `pack_texts` packed."""
    return packed.tobytes().decode().split(_END)[:-1]
