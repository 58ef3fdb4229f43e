"""What the pages show of studies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet, Sum

from dashboard.access.rules import owned_by
from dashboard.catalog import is_dataset_like
from dashboard.engine.trials import part_infeasible, seconds_trained_of_each
from dashboard.models import Study, StudyState, Tag, Trial, TrialState, searches

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


def templates_among(studies: QuerySet[Study]) -> list[Study]:
    """What is offered as the beginning of a new study, the latest ones."""
    return list(searches(studies).filter(is_template=True).only("pk", "name", "code")[:MAX_TEMPLATES])


def counts_by_filter(studies: QuerySet[Study]) -> dict[str, int]:
    return studies.order_by().aggregate(**{name: Count("id", filter=q) for name, q in FILTERS.items()})


@dataclass(frozen=True)
class StudyRow:
    """A study in the list, with what its trials add up to."""

    study: Study
    # By state as pages call it.
    counts: dict[str, int]
    # Complete trials as (number, value), by number.
    values: list[tuple[int, float | None]]
    seconds: float
    last_activity: object


def study_rows(studies: Sequence[Study]) -> list[StudyRow]:
    """At most four queries for any number of studies."""
    ids = [study.pk for study in studies]
    counts: dict[int, dict[str, int]] = {pk: Counter() for pk in ids}
    seconds: Counter[int] = Counter()
    latest: dict[int, object] = {}
    grouped = (
        Trial.objects.filter(study__in=ids)
        .order_by()
        .values_list("study", "state")
        .annotate(n=Count("id"), seconds=Sum(seconds_trained_of_each()), latest=Max("finished_at"))
    )
    for pk, state, n, trained, last in grouped:
        counts[pk][state] += n
        seconds[pk] += trained
        if last is not None and (pk not in latest or last > latest[pk]):
            latest[pk] = last
    part_infeasible(counts)
    values: dict[int, list[tuple[int, float | None]]] = {pk: [] for pk in ids}
    complete = Trial.objects.filter(study__in=ids, state=TrialState.COMPLETE).order_by("study", "number")
    for pk, number, value in complete.values_list("study", "number", "value"):
        values[pk].append((number, value))
    return [
        StudyRow(
            study=study,
            counts=dict(counts[study.pk]),
            values=values[study.pk],
            seconds=seconds[study.pk],
            last_activity=latest.get(study.pk) or study.started_at or study.created_at,
        )
        for study in studies
    ]
