"""What a filter can name: the columns of a study's trials."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from dashboard.trials.selection.errors import SelectionError, shown
from dashboard.trials.selection.quoting import write_name

Kind: TypeAlias = Literal["number", "text", "duration"]
Mask: TypeAlias = npt.NDArray[np.bool_]

# Other words for a column; one that a study has under that name comes first.
ALIASES: Final = {"number": "trial"}
# So much of a misspelled word is compared with known ones: a long one costs time and resembles none.
MOST_COMPARED: Final = 60


@dataclass(frozen=True)
class Column:
    """The values of all trials: float64 for numbers and seconds, hashable objects otherwise.

    `is_known` is False where a trial has no value: the param is not used in its branch, or nothing was
    measured.
    """

    values: npt.NDArray[np.float64] | npt.NDArray[np.object_]
    is_known: Mask


@dataclass(frozen=True)
class Field:
    """A column as a filter sees it. With `choices`, others than these are refused.

    A categorical is a `number` if all of its choices are numbers, so that it can be compared with `<`, and
    otherwise a `text`, whatever its choices are. A `duration` is in seconds. Percentages are shares
    of one.
    """

    name: str
    kind: Kind
    choices: tuple[object, ...] = ()
    is_percent: bool = False


class KnownFields:
    """Fields by name, as exactly as a person spells them."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._by_name: dict[str, Field] = {field.name: field for field in fields}
        if len(self._by_name) < len(fields):
            raise ValueError(f"names of fields must be unique, got {[field.name for field in fields]}")

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def find(self, name: str, position: int) -> Field:
        """The field with this name, or else the only one that differs in upper case."""
        same = like(name, self._by_name) or like(ALIASES.get(name.casefold(), ""), self._by_name)
        if same is None:
            hint = (
                did_you_mean(name, map(write_name, self._by_name))
                or " Choose one of the columns of the table."
            )
            raise SelectionError(f"This study has no {shown(name)}.{hint}", position)
        return self._by_name[same]


def like(word: str, known: Iterable[str]) -> str | None:
    """The known word that is this one, or else the only one that reads like it."""
    known = known if isinstance(known, Mapping) else list(known)
    if word in known:
        return word
    found = [each for each in known if folded(each) == folded(word)]
    return found[0] if len(found) == 1 else None


def folded(word: str) -> str:
    """What words that read alike share.

    >>> folded("Out_of-Memory")
    'out of memory'
    """
    return unicodedata.normalize("NFKC", word).casefold().replace("_", " ").replace("-", " ")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to put behind a message; empty where nothing is similar."""
    by_fold = {folded(each)[:MOST_COMPARED]: each for each in known}
    close = difflib.get_close_matches(folded(word)[:MOST_COMPARED], by_fold, n=1)
    return f" Did you mean {by_fold[close[0]]}?" if close else ""
