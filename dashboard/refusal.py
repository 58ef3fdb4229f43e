"""What a person asked for and does not get."""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def check_text(given: object) -> None:
    """Refuse text that not every database can keep, wherever it is inside of what was given.

    PostgreSQL takes no zero character, and nothing can write half of a surrogate pair.
    """
    if isinstance(given, str):
        odd = next((c for c in given if c == "\0" or "\ud800" <= c <= "\udfff"), "")
        if odd:
            raise Refused(f"Text cannot contain the character U+{ord(odd):04X}. Remove it, then try again.")
    elif isinstance(given, Mapping):
        for key, value in given.items():
            check_text(key)
            check_text(value)
    elif isinstance(given, list | tuple | set):
        for value in given:
            check_text(value)
