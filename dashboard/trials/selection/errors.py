"""What is wrong with a filter, and where."""

import unicodedata
from typing import Final

MOST_SHOWN: Final = 40


class SelectionError(ValueError):
    """`message` is a sentence for the person, `position` the character where the trouble begins, from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def shown(text: str) -> str:
    r"""A part of a filter inside a message: short, and without characters that nobody can see.

    >>> shown("lr"), shown("a\x00b"), shown("x" * 50)
    ('“lr”', '“aU+0000b”', '“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”')
    """
    cut = text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    return f"“{''.join(map(_visible, cut))}”"


def is_control(character: str) -> bool:
    """Whether no filter may hold it; tabs and line breaks are blanks."""
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r"


def _visible(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
