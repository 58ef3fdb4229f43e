"""The grammar of filters, and what their words and numbers look like."""

import functools
import re
from typing import Final

from lark import Lark

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is"})
UNITS: Final = {
    "ms": "0.001",
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "1"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "60"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "3600"),
    **dict.fromkeys(("d", "day", "days"), "86400"),
}

# What may follow the first character of a word that needs no quotation marks.
_TAIL: Final = r"[\w.\-\/:@]"
_END: Final = rf"(?!{_TAIL})"
_EXPONENT: Final = r"(?:[eE][-+−]?[0-9]+)?"
_DIGITS: Final = rf"(?:(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}"
_UNIT: Final = "|".join(sorted(UNITS, key=len, reverse=True))
PART_OF_DURATION: Final = rf"({_DIGITS})\s*({_UNIT})"

WORD: Final = rf"\w{_TAIL}*"
NUMBER: Final = rf"(?:[-+−]?{_DIGITS}|\#[0-9]+){_END}"
PERCENT: Final = rf"[-+−]?{_DIGITS}\s*%"
DURATION: Final = rf"[-+−]?{_DIGITS}\s*(?:{_UNIT})(?:\s*{_DIGITS}\s*(?:{_UNIT}))*{_END}"
QUOTED: Final = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^”]*”"""
OPERATOR: Final = r"<=|>=|==|!=|<>|=|<|>|~|≤|≥|≠"

# Without nesting of `not`, so that only brackets make a tree deep.
_RULES: Final = """
start: either?
either: both (_OR both)*
both: negated (_AND negated)*
negated: NOT* _operand
_operand: "(" either ")" | compared | turned | between | one_of | use
compared: name OPERATOR _value
turned: _number OPERATOR name
between: _number OPERATOR name OPERATOR _value
one_of: name [NOT] _IN "(" _value ("," _value)* ")"
use: name _IS [NOT] WORD
name: WORD | QUOTED
_value: WORD | QUOTED | _number
_number: NUMBER | PERCENT | DURATION
%ignore /\\s+/
"""


def _terminal(name: str, priority: int, pattern: str, *, flags: str = "is") -> str:
    return f"{name}.{priority}: /{pattern}/{flags}"


@functools.cache
def parser() -> Lark:
    """Built when it is first used; a table of states, so that a text is read once from left to right."""
    keywords = {"_AND": "and", "_OR": "or", "NOT": "not", "_IN": "in", "_IS": "is"}
    terminals = [_terminal(name, 5, f"{word}{_END}") for name, word in keywords.items()]
    terminals += [
        _terminal("DURATION", 4, DURATION),
        _terminal("PERCENT", 3, PERCENT),
        _terminal("NUMBER", 2, NUMBER),
        _terminal("WORD", 1, WORD),
        _terminal("QUOTED", 1, QUOTED),
        _terminal("OPERATOR", 1, OPERATOR),
    ]
    return Lark(_RULES + "\n".join(terminals), parser="lalr", lexer="basic", maybe_placeholders=True)


def needs_no_quotes(text: str) -> bool:
    """Whether a text reads as one word, neither as a keyword nor as a number."""
    is_number = any(re.fullmatch(one, text, re.IGNORECASE) for one in (NUMBER, DURATION))
    return bool(re.fullmatch(WORD, text)) and text.casefold() not in KEYWORDS and not is_number
