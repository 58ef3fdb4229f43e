"""From an exception to the failure that the supervisor records: kind, one sentence, traceback."""

from __future__ import annotations

import traceback
from typing import Any

from trainers.errors import TrainerError, TrialDiverged, TrialInfeasible, TrialStopped, error_text

MAX_TRACEBACK = 20_000  # characters
MAX_MESSAGE = 500  # characters


def failure_message(error: BaseException) -> dict[str, Any]:
    """Return {"type": "failed", "kind", "message", "traceback", "metrics"} for what ended a training.

    Kinds: diverged, infeasible, stopped, out_of_memory, error. A TrainerError has no traceback: its message
    says everything. Metrics are those of an infeasible trial.
    """
    is_expected = isinstance(error, TrainerError)
    trace = "" if is_expected else "".join(traceback.format_exception(error))
    return {
        "type": "failed",
        "kind": failure_kind(error),
        "message": _one_sentence(error),
        "metrics": error.metrics if isinstance(error, TrialInfeasible) else {},
        "traceback": trace if len(trace) <= MAX_TRACEBACK else "...\n" + trace[4 - MAX_TRACEBACK :],
    }


def failure_kind(error: BaseException) -> str:
    """Return the kind of failure that an exception stands for."""
    if isinstance(error, TrialDiverged):
        return "diverged"
    if isinstance(error, TrialInfeasible):
        return "infeasible"
    if isinstance(error, TrialStopped):
        return "stopped"
    # by name: TensorFlow need not be loaded to say so
    names = {kind.__name__ for kind in type(error).__mro__}
    return "out_of_memory" if names & {"MemoryError", "ResourceExhaustedError"} else "error"


def _one_sentence(error: BaseException) -> str:
    text = error_text(error, MAX_MESSAGE)
    if isinstance(error, TrainerError):
        return text
    if failure_kind(error) == "out_of_memory":
        return "The training ran out of memory."
    name = type(error).__name__[:100]
    return f"{name}: {text}"[:MAX_MESSAGE] if text else f"{name}."
