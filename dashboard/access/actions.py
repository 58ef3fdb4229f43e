"""What makes a function an action: it checks who asks, does its work, and records the attempt.

Pages, commands and the API call the same actions, so none of them can forget the check or the record.
"""

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied

from dashboard.access.actor import Actor
from dashboard.access.audit import reason_of, record_action
from dashboard.access.rules import check_role
from dashboard.models import Dataset, Role, Study, Team, Trial
from dashboard.refusal import check_text

P = ParamSpec("P")
R = TypeVar("R")


class Rank(Enum):
    """What some actions need instead of a role in what they change."""

    STAFF = "staff members"
    ADMINISTRATOR = "administrators"


def action(name: str, *, needs: Role | Rank | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Wrap `act(thing, ..., by=actor)`, where `thing` is what needs the role: study, trial, dataset or team.

    `name` is how the audit log calls it. Without `needs` everybody who is signed in may do it, or `act`
    decides itself and raises PermissionDenied.
    """

    def decorate(act: Callable[P, R]) -> Callable[P, R]:
        @wraps(act)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            by = cast(Actor, kwargs["by"])
            thing = args[0] if args else None
            study_id = _study_id(thing)
            try:
                _check(by, thing, needs)
                check_text(kwargs)
                result = act(*args, **kwargs)
            except Exception as error:
                record_action(by, name, study_id=study_id, is_refused=True, reason=reason_of(error))
                raise
            if isinstance(result, Study):
                study_id = study_id or result.pk
            record_action(by, name, study_id=study_id, reason="Nothing to change." if result is False else "")
            return result

        return checked

    return decorate


def _check(by: Actor, thing: Any, needs: Role | Rank | None) -> None:
    if by.user is None or needs is None:
        return
    if isinstance(needs, Rank):
        is_enough = by.user.is_superuser or (needs is Rank.STAFF and by.user.is_staff)
        if not is_enough:
            raise PermissionDenied(f"Only {needs.value} can do this.")
        return
    check_role(
        by.user, thing.study if isinstance(thing, Trial) else cast(Study | Dataset | Team, thing), needs
    )


def _study_id(thing: Any) -> int | None:
    if isinstance(thing, Study):
        return thing.pk
    return thing.study_id if isinstance(thing, Trial) else None
