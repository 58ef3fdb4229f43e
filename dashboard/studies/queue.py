"""The line of studies that wait for a slot, as the page of one of them shows it."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User

from dashboard.access.rules import studies_visible_to
from dashboard.engine.line import Line
from dashboard.models import Study
from dashboard.wording import count_noun, duration, person_name

# Studies that the card shows, the own one among them.
SHOWN = 4


@dataclass(frozen=True)
class Waiting:
    """One study in line. Name and address are empty where the person may not see it."""

    place: int
    name: str
    url: str
    owner: str
    soon: str
    is_own: bool


@dataclass(frozen=True)
class Queue:
    words: str
    studies: list[Waiting]
    n_before: int


def queue_of(study: Study, line: Line, viewer: User | None) -> Queue:
    """The study with those right before and behind it."""
    last = min(len(line.turns), max(SHOWN, line.number + 1))
    first = max(0, last - SHOWN)
    turns = line.turns[first:last]
    seen = studies_visible_to(viewer or AnonymousUser()).select_related("owner")
    visible = seen.in_bulk([turn.study_id for turn in turns])
    studies = []
    for place, turn in enumerate(turns, first + 1):
        other = visible.get(turn.study_id)
        studies.append(
            Waiting(
                place=place,
                name=other.name if other else "",
                url=other.get_absolute_url() if other else "",
                owner=person_name(other.owner) if other else "",
                soon="" if turn.seconds is None else f"about {duration(max(1, round(turn.seconds)))}",
                is_own=turn.study_id == study.pk,
            )
        )
    slots = count_noun(line.n_slots, "slot")
    return Queue(f"queue {study.queue}, {slots}, studies take turns", studies, first)
