"""Cells of tables: what a text means where a program wrote it for people."""

import datetime as dt
import json
import re
from typing import Any

from dashboard.importing.readers.form import COMPLETE, FAILED, PRUNED

FLAGS = {"true": True, "false": False}
STATES = {
    "": COMPLETE,
    "complete": COMPLETE,
    "completed": COMPLETE,
    "finished": COMPLETE,
    "ok": COMPLETE,
    "done": COMPLETE,
    "success": COMPLETE,
    "pruned": PRUNED,
    "stopped": PRUNED,
    "fail": FAILED,
    "failed": FAILED,
    "crashed": FAILED,
    "error": FAILED,
    "killed": FAILED,
    "infeasible": FAILED,
}
METRIC = re.compile(
    r"(^|[_/. ])(val|valid|validation|test|train|eval|best)?[_/. -]?"
    r"(loss|acc|accuracy|auc|f1|mae|mse|rmse|error|score|precision|recall|perplexity|r2|value|objective|metric)"
    r"($|[_/. ])"
)
# Params that would otherwise be taken for metrics.
CHOSEN = {"loss_function", "loss_fn", "objective_function", "metric_name", "error_retries"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def typed(text: str) -> Any:
    """As the program had it: a flag, a whole number, a number, or a text."""
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    if NUMBER.fullmatch(text):
        is_whole = text.lstrip("+-").isdecimal() and len(text) < 16
        return int(text) if is_whole else float(text)
    if text.lower() in {"nan", "inf", "-inf", "infinity", "-infinity"}:
        return float(text)
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _unquoted(text)
    return text


def _unquoted(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, str) else text


def state_of(text: str) -> str | None:
    """None where it has not ended."""
    return STATES.get(text.lower().removeprefix("trialstate."))


def is_metric_name(lower: str) -> bool:
    return bool(METRIC.search(lower)) and lower not in CHOSEN


def moment_of(text: str) -> str | None:
    """As ISO; a number is seconds or milliseconds since 1970."""
    if not text:
        return None
    try:
        if NUMBER.fullmatch(text):
            number = float(text)
            return dt.datetime.fromtimestamp(number / 1000 if number > 1e11 else number, dt.UTC).isoformat()
        return dt.datetime.fromisoformat(text.removesuffix(" UTC")).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def seconds_of(text: str) -> float | None:
    """`93.5`, `1.5min`, `2.1s`, or `0 days 00:00:01.5`."""
    if NUMBER.fullmatch(text):
        return abs(float(text))
    clock = re.fullmatch(r"(?:(\d+) days?,? )?(\d+):(\d\d):(\d\d(?:\.\d+)?)", text)
    if clock:
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    united = re.fullmatch(r"(\d+(?:\.\d+)?) ?(ms|s|m|min|h|d)", text)
    return float(united[1]) * UNITS[united[2]] if united else None
