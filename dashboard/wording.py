"""How numbers, times, states and fields are written on every page. Formatting only: nothing here decides.

The words of numbers are those of the lowest package: a trial's log and a sampler's reason write them, too.
"""

from typing import Any, Final

from django.contrib.auth.models import User

from optimizer.wording import (
    NOTHING,
    about,
    ago,
    all_of,
    bound,
    coefficient,
    count_noun,
    datum,
    duration,
    file_size,
    memory,
    metric,
    one_of,
    param,
    percent,
    rounded,
    some_of,
    spread,
    thousands,
    value,
)

__all__ = [
    "NOTHING",
    "about",
    "ago",
    "all_of",
    "bound",
    "clean_text",
    "coefficient",
    "count_noun",
    "datum",
    "duration",
    "file_size",
    "memory",
    "message_icon",
    "message_tone",
    "metric",
    "one_of",
    "ordinal",
    "param",
    "percent",
    "person_name",
    "rounded",
    "sentence_case",
    "some_of",
    "spread",
    "state_icon",
    "state_label",
    "state_tone",
    "thousands",
    "value",
]

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
    "infeasible": ("neutral", "cancelled", "Infeasible"),
    "cancelled": ("neutral", "cancelled", "Cancelled"),
    "left_out": ("neutral", "cancelled", "Left out"),
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
    return f"{thousands(number)}{ending}"


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
