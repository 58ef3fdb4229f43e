"""Studies that somebody names to compare them with others."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from dashboard.access.rules import studies_visible_to
from dashboard.models import Study, searches
from dashboard.refusal import Refused
from dashboard.web.requests import row_number

MAX_OFFERED = 30
MAX_NAMED = 3


def offered(user: User, studies: Sequence[Study]) -> list[Study]:
    """Others to choose from: with the same data and objective first, then the latest."""
    keys = [study.pk for study in studies]
    others = searches(studies_visible_to(user)).exclude(pk__in=keys).only("pk", "name", "state")
    same: list[Study] = []
    if studies:
        first = studies[0]
        alike = others.filter(dataset=first.dataset, objective=first.objective, code=first.code)
        same = list(alike[:MAX_OFFERED])
    rest = others.exclude(pk__in=[study.pk for study in same])
    return same + list(rest[: MAX_OFFERED - len(same)])


def study_named(user: User, text: str, studies: Sequence[Study]) -> Study:
    """By its name, a part of it that no other has, or its number as in `#12`. May raise Refused."""
    text = text.strip().replace("\0", "")[:200]
    others = searches(studies_visible_to(user)).exclude(pk__in=[study.pk for study in studies])
    number = row_number(text[1:]) if text.startswith("#") else None
    if number is not None:
        found = list(others.filter(pk=number))
    else:
        found = list(others.filter(name__iexact=text)[: MAX_NAMED + 1])
        found = found or list(others.filter(name__icontains=text)[: MAX_NAMED + 1])
    if not found:
        raise Refused(f"No other study that you can see is called “{text[:60]}”. Choose one from the list.")
    if len(found) > 1:
        names = ", ".join(f"{study.name} (#{study.pk})" for study in found[:MAX_NAMED])
        raise Refused(
            f"Several studies fit “{text[:60]}”: {names}. Enter the number of one, as in #{found[0].pk}."
        )
    return found[0]
