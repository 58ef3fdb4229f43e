"""Values in a filter: read as their field means them, and written as short as they read back."""

import math
import re
from decimal import Decimal
from typing import Final, cast

from lark import Token

from dashboard.trials.selection.errors import MOST_SHOWN, SelectionError, shown
from dashboard.trials.selection.fields import Field, did_you_mean, like
from dashboard.trials.selection.grammar import PART_OF_DURATION, UNITS, needs_no_quotes
from dashboard.trials.selection.quoting import quoted, unquoted, write_name
from optimizer.values import Value, is_number, value_key
from optimizer.wording import some_of

# Words for values that are no texts, as the pages and Python write them.
WORDS: Final[dict[str, Value]] = {
    "None": None, "yes": True, "no": False, "True": True, "False": False,
}  # fmt: skip
FOLDED_WORDS: Final = {word.casefold(): value for word, value in WORDS.items()}
MOST_CHOICES: Final = 8
LONGEST_PLAIN: Final = 1e9
EXAMPLES: Final = {"number": "a number such as 0.001", "duration": "a duration such as 90 s or 1 h 20 min"}


def write_value(field: Field, value: Value) -> str:
    """A value of the field as a filter has it."""
    if field.kind != "text":
        return write_number(field, cast("float", value))
    if value is None or isinstance(value, bool):
        return next(word for word, meant in WORDS.items() if meant is value)
    if is_number(value):
        return str(value) if isinstance(value, int) else shortest(Decimal(repr(value)))
    text = str(value)
    return text if needs_no_quotes(text) and text.casefold() not in FOLDED_WORDS else quoted(text)


def write_number(field: Field, number: float) -> str:
    """A number as short as it reads back, in the unit in which the pages show it.

    >>> write_number(Field("rate", "number"), 1e-05), write_number(Field("units", "number"), 1024.0)
    ('1e-5', '1024')
    >>> write_number(Field("val_accuracy", "number", is_percent=True), 0.976)
    '97.6%'
    >>> write_number(Field("duration", "duration"), 4800.0), write_number(Field("duration", "duration"), 0.8)
    ('1 h 20 min', '0.8 s')
    """
    exact = Decimal(repr(number))
    if field.kind == "duration":
        return _write_duration(exact)
    return f"{shortest(exact * 100)}%" if field.is_percent else shortest(exact)


def shortest(number: Decimal) -> str:
    """Plain, or with an exponent where that is shorter and the number is tiny or huge."""
    if not number:
        return "0"
    sign, digits, exponent = number.normalize().as_tuple()
    mantissa = "".join(map(str, digits))
    power = len(digits) - 1 + cast("int", exponent)
    scientific = f"{mantissa[0]}.{mantissa[1:]}".rstrip(".") + f"e{power}"
    minus = "-" if sign else ""
    if abs(power) > 20:
        return minus + scientific
    plain = f"{abs(number.normalize()):f}"
    is_readable = 0.01 <= abs(number) < LONGEST_PLAIN
    return minus + (plain if is_readable or len(plain) <= len(scientific) else scientific)


def _write_duration(seconds: Decimal) -> str:
    minus, rest = "-" if seconds < 0 else "", abs(seconds)
    if rest != rest.to_integral_value() or not 60 <= rest < LONGEST_PLAIN:
        return f"{minus}{shortest(rest)} s"
    whole, parts = int(rest), []
    for unit in ("d", "h", "min", "s"):
        count, whole = divmod(whole, int(UNITS[unit]))
        if count:
            parts.append(f"{count} {unit}")
    return minus + " ".join(parts)


def read_number(field: Field, token: Token) -> float:
    """The number that a token stands for in a field of numbers or durations."""
    if token.type in {"WORD", "QUOTED"}:
        rule = f"{write_name(field.name)} needs {EXAMPLES[field.kind]}, not {shown(token)}."
        raise SelectionError(rule + _unused_hint(field, token), place(token))
    number = _read_duration(field, token) if field.kind == "duration" else _read_plain(field, token)
    if not math.isfinite(number):
        raise SelectionError(f"{shown(token)} is too large: use a smaller number.", place(token))
    return number + 0.0  # -0.0 is 0


def _unused_hint(field: Field, text: str) -> str:
    is_nothing = text.casefold() in {"none", "null", "nan", "na"}
    return f" For trials without a value, write {write_name(field.name)} is unused." if is_nothing else ""


def _read_plain(field: Field, token: Token) -> float:
    if token.type == "DURATION":
        raise SelectionError(
            f"{write_name(field.name)} is not a duration: write {shown(token)} without a unit.", place(token)
        )
    if token[0] == "#" and field.name != "trial":
        raise SelectionError(f"{shown(token)} is a trial: write trial = {token[1:]}.", place(token))
    text = _digits(token)
    if token.type == "PERCENT":
        mantissa, _, exponent = text.casefold().partition("e")
        return float(f"{mantissa}e{int(exponent or 0) - 2}")
    number = float(text)
    if field.is_percent and abs(number) > 1:
        advice = f"instead of {shown(token)}, write {token}%"
        raise SelectionError(f"{write_name(field.name)} is a percentage: {advice}.", place(token))
    return number


def _read_duration(field: Field, token: Token) -> float:
    if token.type != "DURATION":
        if float(_digits(token)) == 0:
            return 0.0
        advice = (
            f"{token} s or {token} min" if token.type == "NUMBER" and token[0] != "#" else "90 s or 5 min"
        )
        raise SelectionError(
            f"{write_name(field.name)} needs a unit of time: instead of {shown(token)}, write {advice}.",
            place(token),
        )
    parts = re.findall(PART_OF_DURATION, token, re.IGNORECASE)
    numbers = [(_digits(number), Decimal(UNITS[unit.casefold()])) for number, unit in parts]
    if any(math.isinf(float(number)) for number, _ in numbers):
        return math.inf
    seconds = float(sum((_decimal(number) * unit for number, unit in numbers), Decimal(0)))
    return -seconds if token[0] in "-−" else seconds


def _digits(token: str) -> str:
    """A number as Python reads it, without what is around it."""
    return token.lstrip("#").rstrip("%").strip().replace(",", "").replace("−", "-")


def _decimal(number: str) -> Decimal:
    """Exact, but 0 where a float is 0: decimals cannot compute with an exponent of minus a billion."""
    return Decimal(number) if float(number) else Decimal(0)


def place(token: Token) -> int:
    return token.start_pos or 0


def read_text(field: Field, token: Token) -> Value:
    """The value that a token stands for in a field of texts: one of its choices, if it has some."""
    text = unquoted(token)
    if not field.choices:
        return text
    is_quoted = token.type == "QUOTED"
    choices = cast("tuple[Value, ...]", field.choices)
    known = {value_key(choice): choice for choice in choices}
    wanted: list[Value] = []
    if token.type == "NUMBER":
        wanted.append(_exact(text))
    if not is_quoted and text in WORDS:
        wanted.append(WORDS[text])
    wanted.append(text)
    if not is_quoted and text.casefold() in FOLDED_WORDS:
        wanted.append(FOLDED_WORDS[text.casefold()])
    for value in wanted:
        if value_key(value) in known:
            return known[value_key(value)]
    texts = [choice for choice in choices if isinstance(choice, str)]
    found = like(text, texts)
    if found is None:
        raise unknown_choice(field, str(token), place(token))
    return found


def _exact(text: str) -> Value:
    plain = _digits(text)
    return int(plain) if plain.lstrip("+-").isdecimal() else float(plain)


def check_choice(field: Field, value: Value, position: int, text: str) -> None:
    """Refuse a value that the field cannot have."""
    known = {value_key(cast("Value", choice)) for choice in field.choices}
    if known and value_key(value) not in known:
        raise unknown_choice(field, text, position)


def unknown_choice(field: Field, text: str, position: int) -> SelectionError:
    words = [write_value(field, cast("Value", choice)) for choice in field.choices]
    listed = some_of(
        [word if len(word) <= MOST_SHOWN else f"{word[:MOST_SHOWN]}…" for word in words], MOST_CHOICES
    )
    hint = _unused_hint(field, text) or did_you_mean(text, words) or " Choose one of these."
    return SelectionError(
        f"{write_name(field.name)} is one of {listed}; {shown(text)} is not.{hint}", position
    )
