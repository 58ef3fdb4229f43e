"""What the palette looks up: few rows, whatever is typed."""

import re

from django.contrib.auth.models import User
from django.db.models import Q

from dashboard.access.rules import studies_visible_to
from dashboard.models import Study, Trial, searches
from dashboard.web.requests import row_number

MAX_STUDIES = 8
MAX_WORDS, LONGEST = 6, 100
# As in #214, 214, or #4 #17, which are compared.
NUMBERS = re.compile(r"#?\d{1,9}(?:[ ,]+#?\d{1,9}){0,5}")


def clean(text: str) -> str:
    """PostgreSQL refuses NUL."""
    return text.replace("\0", " ").strip()[:LONGEST]


def studies_like(user: User, text: str) -> list[Study]:
    """Those whose names have all of these words, the latest first."""
    found = searches(studies_visible_to(user)).filter(is_archived=False)
    for word in text.split()[:MAX_WORDS]:
        found = found.filter(Q(name__icontains=word))
    return list(found.order_by("-created_at", "-pk").only("pk", "name", "state")[:MAX_STUDIES])


def trials_numbered(study: Study, text: str) -> list[Trial]:
    """In the order in which they are typed."""
    if not NUMBERS.fullmatch(text):
        return []
    asked = list(dict.fromkeys(row_number(number) for number in re.findall(r"\d+", text)))
    found = {t.number: t for t in study.trials.filter(number__in=asked).only("number", "state", "study_id")}
    return [found[number] for number in asked if number in found]
