"""Exceptions are outcomes: what ended a training, or why it cannot start.

Each message is one sentence that a page can show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# ruff: noqa: N818, the names are outcomes (house.md), not errors


class TrainerError(Exception):
    """Base of all exceptions that `trainers` raises on purpose."""


class TrialDiverged(TrainerError):
    """The loss became NaN or infinite. The trial fails: such a value is never replaced by a number."""


class TrialInfeasible(TrainerError):
    """The objective itself says that these params will not do; `metrics` are what it measured."""

    def __init__(self, message: str, metrics: Mapping[str, float] | None = None) -> None:
        super().__init__(message)
        self.metrics = dict(metrics or {})


class TrialStopped(TrainerError):
    """The reporter requested a stop (pruned, cancelled, out of time): the caller knows why."""


class DatasetMissing(TrainerError):
    """The dataset's file was not found; the message says where to put it."""


class DatasetInvalid(TrainerError):
    """The dataset's file cannot be used: another file, cut short, pickled."""


class ParamsInvalid(TrainerError):
    """Params, a knob or a job break a rule; the message states the rule and the value that broke it."""


class HostFailed(TrainerError):
    """The process that starts trainings could not be started."""


_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MAX_READ = 100_000  # characters of an exception's text


def error_text(error: BaseException, limit: int) -> str:
    r"""Return the text of any exception as one line of at most `limit` characters that can be stored.

    "" where the text is empty or cannot be made. Of Keras' and TensorFlow's long texts it is the reason.

    Examples:
        >>> error_text(ValueError("a rule\nand a long explanation"), 100)
        'a rule'

    """
    try:
        text = str(error)[:_MAX_READ]
    except BaseException:  # noqa: BLE001, a person's exception may raise anything while it is shown
        return ""
    lines = [line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip()]
    line = _reason(lines).encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _reason(lines: list[str]) -> str:
    first = lines[0] if lines else ""
    if first.startswith("Exception encountered when calling"):
        # Keras: this, the reason, then the arguments
        end = next((i for i, line in enumerate(lines) if line.startswith("Arguments received by")), 3)
        return " ".join(lines[:end])
    if first.startswith("Graph execution error"):
        # TensorFlow: its own traceback, the reason, then the node
        end = next((i for i, line in enumerate(lines) if line.startswith("[[{{node")), 0)
        return lines[end - 1] if end > 1 else first
    return first
