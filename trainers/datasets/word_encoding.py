"""A text beside other columns of a table: the words that training rows share, weighted as in TF-IDF.

Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval"; smoothed as in scikit-learn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from trainers.portable.predict import encode_words, split_words

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.columns import Notation

MAX_WORDS, _FEWEST_WORDS = 300, 20
_MAX_CELLS = 100_000_000  # of all training rows: they are written to disk
_FEWEST_ROWS = 2  # a word of one row tells nothing about others


@dataclass(frozen=True)
class WordEncoder:
    """One column per known word; a text without any of them, or a missing one, is 0 everywhere."""

    name: str
    words: tuple[str, ...]
    rarity: tuple[float, ...]
    notation: Notation | None = None

    @classmethod
    def fit(cls, name: str, values: Array) -> Self | None:
        """Learn from training texts (n,); None where no words tell them apart."""
        n_rows = len(values)
        counts = Counter(word for text in values.tolist() for word in set(split_words(text)))
        able = [word for word, n in counts.items() if _FEWEST_ROWS <= n < n_rows]
        most = min(MAX_WORDS, max(_FEWEST_WORDS, _MAX_CELLS // n_rows))
        words = sorted(sorted(able, key=lambda word: (-counts[word], word))[:most])
        if not words:
            return None
        rarity = (1 + float(np.log((1 + n_rows) / (1 + counts[word]))) for word in words)
        return cls(name, tuple(words), tuple(rarity))

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields and the type as a JSON object."""
        raw = asdict(self)
        notation = raw.pop("notation") or {}
        return {"type": "text", **raw, **{name: value for name, value in notation.items() if value}}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the encoded columns."""
        return tuple(f"{self.name} has {word}" for word in self.words)

    def encode(self, values: Array) -> Array:
        """Return (n, words): the code of `predict.py`, so that it reads a text as the training did."""
        encoded: Array = encode_words({"words": self.words, "rarity": self.rarity}, values.tolist())
        return encoded
