"""Which column is predicted: the one whose name says so, or the last one, as most files have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# alone, these names mean nothing else
_PLAIN = ("target", "label", "labels", "class", "y", "outcome", "response", "ground truth", "output")
# the last word of a name that is often predicted
_USUAL = frozenset({
    "target", "label", "class", "outcome", "response", "churn", "churned", "exited", "attrition", "price",
    "prices", "survived", "survival", "species", "diagnosis", "default", "fraud", "spam", "sentiment",
    "medv", "sales", "revenue", "salary", "income", "rating", "grade", "value", "demand", "consumption",
    "died", "deposit", "approved", "quality",
})  # fmt: skip

# these also at the end of a word, as in houseprice
_ENDS = ("price", "prices", "value", "churn", "salary", "income", "revenue")


def named_target(names: Sequence[str]) -> str:
    """Return the name that says that it is predicted, the last one of several; "" where none does."""
    words = {name: _words(name) for name in names}
    for plain in _PLAIN:
        if found := [name for name in names if " ".join(words[name]) == plain]:
            return found[-1]
    return next((name for name in reversed(names) if words[name] and _is_usual(words[name][-1])), "")


def _is_usual(word: str) -> bool:
    return word in _USUAL or word.endswith(_ENDS)


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", parted.lower()) if word]
