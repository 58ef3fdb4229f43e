"""Texts and names inside a filter: bare where that is one plain word, else in quotation marks."""

import re
from typing import Final

from lark import Token

from dashboard.trials.selection.grammar import needs_no_quotes

ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
# As in JSON.
LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def unquoted(token: Token) -> str:
    """The text that a word or a quoted text stands for."""
    if token.type != "QUOTED":
        return str(token)
    if token[0] == "“":
        return token[1:-1]
    text = ESCAPED.sub(lambda found: _character(found[1], found[2]), token[1:-1])
    # Two escapes may be the halves of one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _character(code: str | None, letter: str) -> str:
    return chr(int(code, 16)) if code else LETTERS.get(letter, letter)


def quoted(text: str) -> str:
    r"""A text that reads back as it is, and has no character that nobody can see.

    >>> print(quoted('adam w'), quoted('a "b"'), quoted("a\tb"))
    "adam w" "a \"b\"" "a\u0009b"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(character: str) -> str:
    halves = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{halves[i : i + 4]}" for i in range(0, len(halves), 4))


def write_name(name: str) -> str:
    return name if needs_no_quotes(name) else quoted(name)
