"""What the frame of every page shows."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from dashboard.discussion.queries import n_unread
from dashboard.engine.queues import n_slots
from dashboard.models import Trial, TrialState
from dashboard.operations.troubles import troubles
from dashboard.wording import count_noun, thousands

PLACES = (
    ("study-list", "Studies"),
    ("dataset-list", "Datasets"),
    ("team-list", "Teams"),
    ("worker-list", "Workers"),
)


def page_frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"open_sign_up": settings.OPEN_SIGN_UP}
    items = []
    for name, label in PLACES:
        url = reverse(name)
        items.append({"label": label, "url": url, "is_current": request.path.startswith(url)})
    # Asked for only where a template shows it.
    return {
        "nav_items": items,
        "slots_text": slots_text(),
        "troubles": troubles,
        "n_unread": partial(n_unread, user),
        "has_single_sign_on": bool(settings.OIDC_URL),
    }


def slots_text() -> str:
    """As in: 2 of 4 slots busy."""
    slots = n_slots()
    if not slots:
        return "No workers online"
    busy = Trial.objects.filter(state=TrialState.RUNNING).count()
    return f"{thousands(min(busy, slots))} of {count_noun(slots, 'slot')} busy"
