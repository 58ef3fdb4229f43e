"""What a training says, read strictly: it is data from a stranger.

Each reader raises KeyError, TypeError, ValueError or OverflowError for a message that makes no sense.
"""

import math
from typing import Any

from django.conf import settings

from dashboard.engine.fences import Outcome, Step
from dashboard.wording import clean_text

Message = dict[str, Any]
MAX_LINE = 2_000
MAX_TRACEBACK = 20_000
NONSENSE = (KeyError, TypeError, ValueError, OverflowError, AttributeError)


def read_step(message: Message) -> Step:
    return Step(
        number=_count(message["step"]),
        metrics={clean_text(k, 100): _finite_or_none(v) for k, v in message["metrics"].items()},
        seconds=_finite(message["seconds"]),
    )


def read_outcome(message: Message) -> Outcome:
    return Outcome(
        value=float(message["value"]),  # a trial without a finite value has diverged: recorded as that
        best_step=_count(message["best_step"]),
        metrics={clean_text(k, 100): _finite(v) for k, v in message["metrics"].items()},
        seconds=_finite(message["seconds"]),
        n_parameters=_count(message["n_parameters"]),
        environment={
            **{clean_text(k, 100): clean_text(v, 100) for k, v in message["versions"].items()},
            "threads": settings.THREADS_PER_TRIAL,
            **({"deterministic": True} if settings.DETERMINISTIC else {}),
        },
        unkept=clean_text(message.get("unkept", ""), MAX_LINE),
    )


def read_failed_metrics(message: Message) -> dict[str, float]:
    """What a failed training has measured all the same."""
    return {clean_text(k, 100): _finite(v) for k, v in message.get("metrics", {}).items()}


def read_resumed(message: Message) -> int:
    return _count(message["step"])


def read_line(message: Message) -> str:
    return clean_text(message["line"], MAX_LINE)


def _finite(number: Any) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number!r} is not finite")
    return value


def _finite_or_none(number: Any) -> float | None:
    if number is None or not math.isfinite(float(number)):
        return None
    return float(number)


def _count(number: Any) -> int:
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise ValueError(f"{number!r} is not a count")
    return number
