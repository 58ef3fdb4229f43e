"""How numbers, times, states and fields are written on every page. Formatting only: nothing here decides."""

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.models import User

NOTHING: Final = "–"
METRIC_DIGITS: Final = 4
PARAM_DIGITS: Final = 3
SMALLEST_PLAIN: Final = 1e-3
LARGEST_PLAIN: Final = 1e9
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

# state -> (tone, icon, word); studies, trials, their attempts and datasets share one table.
STATES: Final[dict[str, tuple[str, str, str]]] = {
    "draft": ("neutral", "draft", "Draft"),
    "running": ("info", "running", "Running"),
    "paused": ("caution", "paused", "Paused"),
    "finished": ("good", "finished", "Finished"),
    "stopped": ("neutral", "stopped", "Stopped"),
    "failed": ("bad", "failed", "Failed"),
    "waiting": ("neutral", "waiting", "Waiting"),
    "complete": ("good", "finished", "Complete"),
    "pruned": ("caution", "pruned", "Pruned"),
    "cancelled": ("neutral", "cancelled", "Cancelled"),
    "lost": ("bad", "failed", "Lost"),
    "reading": ("info", "running", "Importing"),
    "looked": ("caution", "info", "Needs setup"),
    "ready": ("good", "finished", "Ready"),
    "refused": ("bad", "failed", "Refused"),
    "returned": ("neutral", "waiting", "Returned to queue"),
}

# level of Django's messages framework -> (tone, icon)
MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "debug": ("neutral", "info"),
    "info": ("info", "info"),
    "success": ("good", "finished"),
    "warning": ("caution", "caution"),
    "error": ("bad", "failed"),
}

FIRST_ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _exponential(value: float, digits: int) -> str:
    """`2.1e-4`: no zeros at the end of the mantissa, none in front of the exponent."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _is_tiny_or_huge(value: float) -> bool:
    return value != 0 and not SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN


def _rounded(value: float, digits: int) -> tuple[float, int]:
    """The value at so many significant digits, and how many decimals a number of that size has."""
    rounded = float(f"{value:.{digits}g}")
    whole_digits = len(str(int(abs(rounded)))) if abs(rounded) >= 1 else 0
    return rounded, max(0, digits - whole_digits)


def metric(value: float | None) -> str:
    """Four significant digits, and never fewer decimals than its neighbors of the same size: `0.0800`."""
    if value is None or not _is_number(value):
        return NOTHING
    if isinstance(value, int):
        return thousands(value)
    if _is_tiny_or_huge(value):
        return _exponential(value, METRIC_DIGITS)
    rounded, decimals = _rounded(value, METRIC_DIGITS)
    plain = f"{rounded:,.{decimals}f}"
    exact = f"{rounded:.{METRIC_DIGITS}g}"
    return exact if "e" not in exact and len(exact) > len(plain) else plain


def param(value: object) -> str:
    """A trial's value as people would type it: three significant digits for a float, words as they are.

    Different values never read alike: None is a value that can be chosen, and a word that looks like another
    value, or like none, is quoted.
    """
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return thousands(value)
    if isinstance(value, float):
        return _param_float(value)
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


def _param_float(value: float) -> str:
    if not math.isfinite(value):
        return NOTHING
    if _is_tiny_or_huge(value):
        return _exponential(value, PARAM_DIGITS - 1)
    rounded, decimals = _rounded(value, PARAM_DIGITS)
    if rounded == int(rounded):
        return thousands(int(rounded))
    shortest = f"{rounded:.{PARAM_DIGITS}g}"
    return shortest if "e" not in shortest else f"{rounded:,.{decimals}f}"


def bound(value: float | None) -> str:
    """The least or greatest of a column, as its file has it: years and codes are not rounded, nor parted."""
    if value is None or not _is_number(value):
        return NOTHING
    is_whole = value == int(value) and abs(value) < LARGEST_PLAIN
    return str(int(value)) if is_whole else metric(value)


def percent(share: float | None, decimals: int | None = None) -> str:
    """A share of one as `97.6%`; at most two decimals, one at least, unless the caller says how many."""
    if share is None or not _is_number(share):
        return NOTHING
    if decimals is not None:
        return f"{share * 100:,.{decimals}f}%"
    number = f"{share * 100:,.2f}"
    return f"{number.removesuffix('0')}%"


def value(number: float | None, is_percent: object = False) -> str:
    """A metric's value the way the metric is read."""
    return percent(number) if is_percent else metric(number)


def duration(seconds: float | timedelta | None) -> str:
    """`0.8 s`, `48 s`, `5 min 04 s`, `1 h 12 min`, `2 d 05 h`; an empty smaller unit is left out."""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if seconds is None or not _is_number(seconds):
        return NOTHING
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
    return _two_units(*divmod(round(seconds / HOUR), 24), "d", "h")


def _two_units(large: int, small: int, large_unit: str, small_unit: str) -> str:
    return f"{large} {large_unit} {small:02d} {small_unit}" if small else f"{large} {large_unit}"


def about(seconds: float) -> str:
    """An estimate as a duration: `48 s`, `4 min 10 s`, `12 h`; about two digits, as more is not known."""
    if seconds < MINUTE:
        return duration(float(f"{seconds:.2g}"))
    step = next((step for limit, step in ESTIMATE_STEPS if seconds < limit), DAY)
    return duration(round(seconds / step) * step)


def ago(seconds: float | None) -> str:
    """`4 s ago`, `12 min ago`, `3 h ago`; what `age.js` goes on with."""
    if seconds is None or not _is_number(seconds):
        return NOTHING
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s ago"
    return f"{whole // MINUTE} min ago" if whole < HOUR else f"{whole // HOUR} h ago"


def memory(n_bytes: float | None) -> str:
    """`812 MB`, `7.1 GB`; in powers of 1024, as limits are."""
    if n_bytes is None or not _is_number(n_bytes):
        return NOTHING
    megabytes = n_bytes / 2**20
    return f"{megabytes:,.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:,.1f} GB"


def thousands(number: float | None) -> str:
    """`1,024`"""
    if number is None or not _is_number(number):
        return NOTHING
    return f"{number:,.0f}"


def count_noun(number: int, noun: str) -> str:
    """`1 trial`, `3 trials`; an irregular plural stands after a comma: `study,studies`."""
    singular, _, plural = noun.partition(",")
    return f"{thousands(number)} {singular if number == 1 else plural or singular + 's'}"


def one_of(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b, or c`"""
    *others, last = words
    if len(others) > 1:
        return f"{', '.join(others)}, or {last}"
    return " or ".join([*others, last])


def person_name(user: User) -> str:
    """How a person is called: by name, or else as they sign in."""
    return user.get_full_name() or user.get_username()


def sentence_case(words: str) -> str:
    """`Sign In` as `Sign in`, for words that come from libraries."""
    lowered = [word if _is_acronym(word) else word.lower() for word in words.strip().split(" ")]
    return " ".join([lowered[0][:1].upper() + lowered[0][1:], *lowered[1:]])


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def ordinal(number: int) -> str:
    """`second`; from eleven on in digits, `11th`."""
    if 1 <= number <= len(FIRST_ORDINALS):
        return FIRST_ORDINALS[number - 1]
    return place(number)


def place(number: int) -> str:
    """`2nd`."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _look_of(state: str) -> tuple[str, str, str]:
    try:
        return STATES[state]
    except KeyError:
        raise ValueError(f"no look for the state {state!r}; known are {', '.join(STATES)}") from None


def state_tone(state: str) -> str:
    return _look_of(state)[0]


def state_icon(state: str) -> str:
    return _look_of(state)[1]


def state_label(state: str) -> str:
    return _look_of(state)[2]


def message_tone(level_tag: str) -> str:
    return MESSAGES[level_tag][0]


def message_icon(level_tag: str) -> str:
    return MESSAGES[level_tag][1]


def clean_text(value: Any, limit: int) -> str:
    """What every database can keep: no lone surrogates, and not the one character PostgreSQL refuses."""
    return str(value)[:limit].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
