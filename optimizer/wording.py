"""Numbers in words: the one place that says how a person reads a number, whoever tells it.

Pages, mails, logs and messages of all three packages write their numbers with these functions. Numbers for
programs (JSON, the `title` of a cell, a script to download) keep every digit.
"""

from __future__ import annotations

import math
from datetime import timedelta
from numbers import Integral, Real
from typing import TYPE_CHECKING, Final, TypeGuard, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTHING: Final = "–"
METRIC_DIGITS: Final = 4
PARAM_DIGITS: Final = 3
SPREAD_DIGITS: Final = 2
BOUND_DIGITS: Final = 6
SMALLEST_PLAIN: Final = 1e-3
LARGEST_PLAIN: Final = 1e9
LARGEST_WHOLE: Final = 1e15  # whole numbers beyond have too many digits to be read
SHORTEST: Final = 0.1  # seconds that are told apart
MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400
# An estimate below so many seconds is rounded to a multiple of so many.
ESTIMATE_STEPS: Final = (
    (10 * MINUTE, 10),
    (HOUR, MINUTE),
    (10 * HOUR, 10 * MINUTE),
    (DAY, HOUR),
    (10 * DAY, 6 * HOUR),
)
MANY_DAYS: Final = 100
ROUNDED_UP: Final = 0.9995  # of a unit: from here on fewer would be written as 1,000 of the smaller one


def is_readable(value: object) -> TypeGuard[int | float]:
    """Whether ``value`` is a finite number; ``True`` is none."""
    return isinstance(value, Real) and not _is_truth(value) and _is_finite(value)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral)  # NumPy's included


def _is_finite(value: Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int that no float can hold
        return False


def metric(value: float | None) -> str:
    """Four significant digits, and never fewer decimals than its neighbors of the same size.

    >>> metric(0.08), metric(1.1e-13), metric(1234.4), metric(0.0), metric(None)
    ('0.0800', '1.1e-13', '1,234', '0', '–')
    """
    if not is_readable(value):
        return NOTHING
    if _is_whole(value) or value == 0:
        return thousands(value)
    if _is_tiny_or_huge(value):
        return _exponential(value, METRIC_DIGITS)
    rounded, decimals = _rounded(value, METRIC_DIGITS)
    plain = f"{rounded:,.{decimals}f}"
    exact = f"{rounded:.{METRIC_DIGITS}g}"
    return exact if "e" not in exact and len(exact) > len(plain) else plain


def param(value: object) -> str:
    """A trial's value as people would type it: a float with three digits, but no whole digit is rounded away.

    Different values never read alike: None is a value that can be chosen, and a word that looks like another
    value, or like none, is quoted.

    >>> param(0.001344), param(2015.0), param(True), param("adamw"), param(None), param("None")
    ('0.00134', '2,015', 'yes', 'adamw', 'None', '"None"')
    """
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if _is_whole(value):
        return thousands(cast("int", value))
    if isinstance(value, Real):
        return _short(float(value), PARAM_DIGITS)
    text = str(value)
    return f'"{text}"' if _looks_like_no_word(text) else text


def _looks_like_no_word(text: str) -> bool:
    if text != text.strip() or text in {"", NOTHING, "None", "yes", "no", "True", "False"}:
        return True
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def rounded(value: float, digits: int) -> float:
    """Return a number with fewer significant digits, to go on with: ``rounded(0.01234, 2)`` is 0.012."""
    return float(f"{value:.{digits}g}")


def spread(value: float | None) -> str:
    """A difference or an uncertainty, of which two digits are known at best: ``0.0023``."""
    if not is_readable(value):
        return NOTHING
    return _short(rounded(value, SPREAD_DIGITS), PARAM_DIGITS)


def coefficient(value: float | None) -> str:
    """A correlation, always with two decimals, so that they can be compared: ``0.90``."""
    return f"{value:.2f}" if is_readable(value) else NOTHING


def bound(value: float | None) -> str:
    """A limit or a setting, which people compare with what they typed: up to six digits, ``0.123457``."""
    if not is_readable(value):
        return NOTHING
    if value == int(value):
        return thousands(value)
    if _is_tiny_or_huge(value):
        return _exponential(value, BOUND_DIGITS)
    return thousands(value) if abs(value) >= 10**BOUND_DIGITS else f"{value:.{BOUND_DIGITS}g}"


def datum(value: float | None) -> str:
    """A number of somebody's data, as their file would have it: the year ``2015`` has no comma."""
    return bound(value).replace(",", "")


def percent(share: float | None, decimals: int | None = None) -> str:
    """A share of one in percent, with one or two decimals unless the caller says how many.

    The sign follows the number without a space, as English style guides set it, although the SI brochure puts
    one there: ``97.6%`` cannot break across two lines, and it looks like what people type into a field.

    What is more than nothing is never written as 0: ``1.1e-11%``, and ``< 1%`` without decimals. What is less
    than all is ``> 99%`` there, never 100.
    """
    if not is_readable(share):
        return NOTHING
    hundredfold = share * 100
    number = _not_minus_zero(f"{hundredfold:,.{2 if decimals is None else decimals}f}")
    if share and not any(digit in "123456789" for digit in number):
        number = _exponential(hundredfold, 2) if decimals is None else f"< {10**-decimals:g}"
    elif decimals is not None and share < 1 and float(number.replace(",", "")) == 100:
        number = f"> {100 - 10**-decimals:g}"
    elif abs(hundredfold) >= LARGEST_PLAIN:
        number = _exponential(hundredfold, METRIC_DIGITS)
    elif decimals is None:
        number = number.removesuffix("0")
    return f"{number}%"


def value(number: float | None, is_percent: object = False) -> str:
    """A metric's value the way the metric is read."""
    return percent(number) if is_percent else metric(number)


def thousands(number: float | None) -> str:
    """A whole number with commas, ``1,024``; one with more than fifteen digits as ``1e19``."""
    if not is_readable(number):
        return NOTHING
    if abs(number) >= LARGEST_WHOLE:
        return _exponential(number, BOUND_DIGITS)
    return _not_minus_zero(f"{number:,.0f}")


def count_noun(number: int, noun: str) -> str:
    """``1 trial``, ``3 trials``; an irregular plural stands after a comma: ``study,studies``."""
    singular, _, plural = noun.partition(",")
    count = thousands(number)
    return f"{count} {singular if count == '1' else plural or singular + 's'}"


def one_of(words: Iterable[str]) -> str:
    """``a``, ``a or b``, ``a, b, or c``."""
    return _joined(words, "or")


def all_of(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b, and c``."""
    return _joined(words, "and")


def _joined(words: Iterable[str], last_word: str) -> str:
    *others, last = words
    if len(others) > 1:
        return f"{', '.join(others)}, {last_word} {last}"
    return f" {last_word} ".join([*others, last])


def some_of(words: Sequence[str], most: int) -> str:
    """The first ones, and how many more there are.

    >>> some_of(["a", "b", "c"], 3), some_of(["a", "b", "c", "d"], 2)
    ('a, b, c', 'a, b, and 2 more')
    """
    n_more = len(words) - most
    return ", ".join(words) if n_more <= 0 else all_of([*words[:most], f"{thousands(n_more)} more"])


def duration(seconds: float | timedelta | None) -> str:
    """``< 0.1 s``, ``0.8 s``, ``48 s``, ``5 min 04 s``, ``10 h``, ``2 d 05 h``; an empty unit is left out."""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if not is_readable(seconds):
        return NOTHING
    if 0 < seconds < SHORTEST / 2:
        return f"< {SHORTEST} s"
    seconds = max(0.0, seconds)
    if round(seconds, 1) < 10:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return _two_units(*divmod(whole, MINUTE), "min", "s")
    minutes = round(seconds / MINUTE)
    if minutes * MINUTE < DAY:
        return _two_units(*divmod(minutes, 60), "h", "min")
    days, hours = divmod(round(seconds / HOUR), 24)
    return f"{thousands(days)} d" if days >= MANY_DAYS else _two_units(days, hours, "d", "h")


def about(seconds: float) -> str:
    """An estimate as a duration: ``48 s``, ``4 min 10 s``, ``12 h``; about two digits: more is not known."""
    if seconds < MINUTE:
        return duration(float(f"{seconds:.2g}"))
    step = next((step for limit, step in ESTIMATE_STEPS if seconds < limit), DAY)
    return duration(round(seconds / step) * step)


def ago(seconds: float | None) -> str:
    """``4 s ago``, ``12 min ago``, ``3 h ago``."""
    if not is_readable(seconds):
        return NOTHING
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s ago"
    return f"{whole // MINUTE} min ago" if whole < HOUR else f"{thousands(whole // HOUR)} h ago"


def memory(n_bytes: float | None) -> str:
    """``812 MB``, ``7.1 GB`` of memory; in powers of 1024, as limits are."""
    if not is_readable(n_bytes):
        return NOTHING
    megabytes = n_bytes / 2**20
    if 0 < megabytes < 0.5:
        return "< 1 MB"
    return (
        f"{thousands(megabytes)} MB" if megabytes < 1000 * ROUNDED_UP else f"{_tenths(megabytes / 1024)} GB"
    )


def file_size(n_bytes: float | None) -> str:
    """``812 bytes``, ``1.2 kB``, ``48.0 MB`` of a file; in powers of 1000, as disks and quotas are."""
    if not is_readable(n_bytes):
        return NOTHING
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(n_bytes) >= size * ROUNDED_UP:
            return f"{_tenths(n_bytes / size)} {unit}"
    return count_noun(int(n_bytes), "byte")


def _tenths(number: float) -> str:
    return f"{number:,.1f}" if number < LARGEST_PLAIN else thousands(number)


def _two_units(large: int, small: int, large_unit: str, small_unit: str) -> str:
    return f"{large} {large_unit} {small:02d} {small_unit}" if small else f"{large} {large_unit}"


def _not_minus_zero(number: str) -> str:
    return number.lstrip("-") if not any(digit in "123456789" for digit in number) else number


def _exponential(value: float, digits: int) -> str:
    """``2.1e-4``: no zeros at the end of the mantissa, none in front of the exponent."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _is_tiny_or_huge(value: float) -> bool:
    return value != 0 and not SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN


def _whole_digits(value: float) -> int:
    return len(str(int(abs(value)))) if abs(value) >= 1 else 0


def _rounded(value: float, digits: int) -> tuple[float, int]:
    """The value at so many significant digits, and how many decimals a number of that size has."""
    rounded = float(f"{value:.{digits}g}")
    return rounded, max(0, digits - _whole_digits(rounded))


def _short(value: float, digits: int) -> str:
    """At most so many significant digits, no zeros at the end, and every whole digit."""
    if not is_readable(value):
        return NOTHING
    if _is_tiny_or_huge(value):
        return _exponential(value, digits - 1)
    if value == int(value) or abs(value) >= 10**digits:
        return thousands(value)
    rounded = float(f"{value:.{digits}g}")
    return thousands(rounded) if rounded == int(rounded) else f"{rounded:.{digits}g}"
