"""Params that somebody types or pastes: JSON, or dicts of Python. The text is parsed and never run."""

from typing import Any

from dashboard.new_study.pasted.errors import TextError
from dashboard.web.literals import LiteralError, read_literal

MAX_LENGTH = 20_000
MAX_POINTS = 100


def read_points(text: str) -> list[tuple[int | None, dict[str, Any]]]:
    """Each set of params with the line that it stands on: one dict, a list of them, or one a line.

    Raises TextError.
    """
    if not text.strip():
        return []
    if len(text) > MAX_LENGTH:
        raise TextError("First trials can have at most 20,000 characters.")
    try:
        found: list[tuple[int | None, dict[str, Any]]] = [(None, one) for one in _points(text.strip())]
    except TextError as whole:
        lines = [(n, line.strip().rstrip(",")) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not all(line.startswith("{") and line.endswith("}") for _, line in lines):
            raise whole from None
        found = [(n, one) for n, line in lines for one in _points(line, n)]
    if len(found) > MAX_POINTS:
        raise TextError(f"A study can begin with at most {MAX_POINTS} trials of your own, not {len(found)}.")
    return found


def _points(text: str, line: int | None = None) -> list[dict[str, Any]]:
    value = _value(text, line)
    points = value if isinstance(value, list | tuple) else [value]
    for point in points:
        if not isinstance(point, dict) or not all(isinstance(name, str) for name in point):
            raise TextError('Write params as {"learning_rate": 0.001}, one trial a line.', line)
    return list(points)


def _value(text: str, line: int | None) -> Any:
    try:
        return read_literal(text)
    except LiteralError as error:
        raise TextError(str(error), line or error.line) from None
