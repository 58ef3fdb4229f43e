"""What an objective may return, and what is kept of it."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.compat.hyperopt.documents import STATUS_FAIL, STATUS_OK, STATUS_STRINGS
from optimizer.compat.hyperopt.exceptions import InvalidLoss, InvalidResultStatus


def read_result(returned: object, metric: str = "loss") -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The result to keep, and its attachments, from what the objective returned: a number or a dict.

    ``metric`` is the key of its value. Raises ``InvalidResultStatus`` for a dict without a known status, and
    ``InvalidLoss`` when the status is "ok" and the value is not a number. NaN and infinity are kept, but no
    such trial can be the best one.
    """
    if not isinstance(returned, Mapping):
        return {metric: _value_of(returned, returned, metric), "status": STATUS_OK}, {}
    result = dict(returned)
    if result.get("status") not in STATUS_STRINGS:
        raise InvalidResultStatus(
            f"a result must have a status, one of {', '.join(STATUS_STRINGS)}, got {result.get('status')!r}; "
            "return {'loss': ..., 'status': STATUS_OK}",
            returned,
        )
    if result["status"] == STATUS_OK:
        result[metric] = _value_of(result.get(metric), returned, metric)
    return result, result.pop("attachments", None) or {}


def failed_result(error: Exception) -> dict[str, Any]:
    """The result of a trial whose evaluation raised."""
    return {"status": STATUS_FAIL, "failure": f"{type(error).__name__}: {error}"}


def loss_of(result: Mapping[str, Any]) -> float | None:
    """The loss of a result, or None without a finite one: a failure is never a number."""
    if result.get("status") != STATUS_OK:
        return None
    loss = result.get("loss")
    return float(loss) if loss is not None and math.isfinite(loss) else None


def number_of(value: Any) -> float | None:
    """A float from any kind of number, also an array or tensor with one element; None of anything else."""
    if isinstance(value, str | bytes | bool | np.bool_ | None):
        return None
    try:
        return float(np.asarray(value).item())
    except (TypeError, ValueError, OverflowError):
        return None


def _value_of(value: Any, returned: object, metric: str) -> float:
    number = number_of(value)
    if number is not None:
        return number
    raise InvalidLoss(
        f"the {metric} must be a number, got {reprlib.repr(value)}; return a number or "
        f"{{{metric!r}: number, 'status': STATUS_OK}}, or {{'status': STATUS_FAIL}} when there is none",
        returned,
    )
