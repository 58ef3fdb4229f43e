"""What the pages show of studies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, Count, Exists, F, FloatField, Max, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Lower, Trim

from dashboard.access.rules import owned_by
from dashboard.catalog import is_dataset_like
from dashboard.engine.trials import best_value_of_each
from dashboard.models import Study, StudyState, Tag, Trial, TrialState, searches
from dashboard.studies.trial_sums import last_end_of_each, n_made_of_each

ACTIVE = (StudyState.RUNNING, StudyState.PAUSED)
DONE = (StudyState.FINISHED, StudyState.STOPPED, StudyState.FAILED)
FILTERS = {
    "all": Q(is_archived=False),
    "active": Q(is_archived=False, state__in=ACTIVE),
    "done": Q(is_archived=False, state__in=DONE),
    "drafts": Q(is_archived=False, state=StudyState.DRAFT),
    "archived": Q(is_archived=True),
}

MAX_TEMPLATES = 12
MAX_TAGS_OFFERED = 30


def search_studies(studies: QuerySet[Study], text: str) -> QuerySet[Study]:
    """By name, dataset, owner and tag. What confirms another study is found on that one's page."""
    studies = searches(studies)
    for word in text.replace("\0", " ").split()[:10]:  # PostgreSQL refuses NUL
        studies = studies.filter(
            Q(name__icontains=word)
            | is_dataset_like(word)
            | owned_by(word)
            | Q(pk__in=Tag.objects.filter(name__icontains=word).values("study"))
        )
    return studies


def with_row(studies: QuerySet[Study]) -> QuerySet[Study]:
    """With what the rows of the list show, and without long texts."""
    return studies.select_related("owner", "team").prefetch_related("tags").defer("space", "code", "note")


def with_rows_of(ids: Sequence[int]) -> list[Study]:
    """In this order."""
    found = with_row(Study.objects.all()).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def templates_among(studies: QuerySet[Study]) -> list[Study]:
    """What is offered as the beginning of a new study, the latest ones."""
    return list(searches(studies).filter(is_template=True).only("pk", "name", "code")[:MAX_TEMPLATES])


def counts_by_filter(studies: QuerySet[Study]) -> dict[str, int]:
    return studies.order_by().aggregate(**{name: Count("id", filter=q) for name, q in FILTERS.items()})


def tagged(studies: QuerySet[Study], tags: Iterable[str]) -> QuerySet[Study]:
    """Those that have all of these tags."""
    for tag in tags:
        studies = studies.filter(pk__in=Tag.objects.filter(name=tag).values("study"))
    return studies


def tags_of(studies: QuerySet[Study]) -> list[tuple[str, int]]:
    """The most used tags, by name, and how many of these studies have them."""
    tags = Tag.objects.filter(study__in=studies.order_by()).order_by().values_list("name")
    return sorted(tags.annotate(n=Count("id")).order_by("-n", "name")[:MAX_TAGS_OFFERED])


def newest_first(studies: QuerySet[Study]) -> QuerySet[Study]:
    return studies.order_by("-created_at", "-pk")


def sorted_by(studies: QuerySet[Study], key: str, *, is_descending: bool) -> QuerySet[Study]:
    """By one of SORTS; what has no value comes last, and the newest first among equals."""
    annotations, names = SORTS[key]
    order = [
        F(name).desc(nulls_last=True) if is_descending else F(name).asc(nulls_last=True) for name in names
    ]
    return studies.annotate(**annotations).order_by(*order, "-created_at", "-pk")


STAMP = {"n": Count("pk"), "last": Max("pk"), "versions": Sum("version")}


def stamp_of(studies: QuerySet[Study]) -> str:
    """Moves whenever one of these studies changes, comes or goes."""
    return _stamp(studies.order_by().aggregate(**STAMP))


def counts_and_stamp(studies: QuerySet[Study]) -> tuple[dict[str, int], str]:
    counts = {name: Count("id", filter=q) for name, q in FILTERS.items()}
    found = studies.order_by().aggregate(**counts, **STAMP)
    return {name: found[name] for name in FILTERS}, _stamp(found)


def _stamp(found: Mapping[str, int | None]) -> str:
    return "-".join(str(found[name] or 0) for name in STAMP)


def _owner_name() -> Case:
    """As `person_name` has it."""
    name = Trim(Concat("owner__first_name", Value(" "), "owner__last_name"))
    return Case(When(owner__first_name="", owner__last_name="", then="owner__username"), default=name)


STATE_ORDER = ("running", "paused", "draft", "failed", "stopped", "finished")
SORTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "name": ({"sort_name": Lower("name")}, ("sort_name",)),
    "state": (
        {"sort_state": Case(*(When(state=state, then=at) for at, state in enumerate(STATE_ORDER)))},
        ("sort_state",),
    ),
    "trials": ({"n_made": n_made_of_each()}, ("n_made",)),
    "best": ({"best": best_value_of_each()}, ("best",)),
    "progress": ({"progress": Cast(n_made_of_each(), FloatField()) / F("max_trials")}, ("progress",)),
    "owner": ({"sort_owner": Lower(_owner_name())}, ("sort_owner",)),
    "activity": (
        {
            "is_training": Exists(Trial.objects.filter(study=OuterRef("pk"), state=TrialState.RUNNING)),
            "last_activity": Coalesce(last_end_of_each(), "started_at", "created_at"),
        },
        ("is_training", "last_activity"),
    ),
}
