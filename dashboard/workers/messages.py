"""What a training says, read strictly: it is data from a stranger.

Each reader raises KeyError, TypeError, ValueError or OverflowError for a message that makes no sense.
"""

from typing import Any

from django.conf import settings

from dashboard.services.trials import Outcome, Step

Message = dict[str, Any]
NONSENSE = (KeyError, TypeError, ValueError, OverflowError, AttributeError)


def read_step(message: Message) -> Step:
    return Step(
        number=_count(message["step"]),
        metrics={str(k): None if v is None else float(v) for k, v in message["metrics"].items()},
        seconds=float(message["seconds"]),
    )


def read_outcome(message: Message) -> Outcome:
    return Outcome(
        value=float(message["value"]),
        best_step=_count(message["best_step"]),
        metrics={str(k): float(v) for k, v in message["metrics"].items()},
        seconds=float(message["seconds"]),
        n_parameters=_count(message["n_parameters"]),
        environment={**message["versions"], "threads": settings.THREADS_PER_TRIAL},
    )


def read_line(message: Message) -> str:
    """One line of the log; NUL is the one character that PostgreSQL cannot keep."""
    return str(message["line"]).replace("\0", "\ufffd")


def _count(number: Any) -> int:
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise ValueError(f"{number!r} is no count")
    return number
