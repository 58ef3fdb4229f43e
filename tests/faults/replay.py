"""What a sampler would say next, once from the studies as they became, once from clean copies of them."""

from collections.abc import Iterable, Iterator

from django.db import transaction

from dashboard.engine.search.suggestions import suggest
from dashboard.models import Study, Trial

# What a sampler is shown; the order of the endings is a part of it.
COPIED = (
    "number",
    "state",
    "failure_kind",
    "params",
    "origin",
    "sampler",
    "explanation",
    "value",
    "step",
    "finished_at",
)


def differing_suggestions(studies: Iterable[Study]) -> Iterator[str]:
    for study in studies:
        number = study.trials.count()
        params, again = _suggestion(study, number), _suggestion_of_copy(study, number)
        if params != again:
            yield f"study {study.pk} ({study.sampler}) would try {params}, its clean copy {again}"


def _suggestion(study: Study, number: int) -> object:
    try:
        return suggest(study, number).params
    except Exception as error:  # noqa: BLE001 (the same words have to come from the copy)
        return f"{type(error).__name__}: {error}"


def _suggestion_of_copy(study: Study, number: int) -> object:
    """Rows in another order, without attempts, leases or whatever else the faults left."""
    with transaction.atomic():
        trials = list(study.trials.order_by("-number"))
        copy = Study.objects.get(pk=study.pk)
        copy.pk = None
        copy.save(force_insert=True)
        Trial.objects.bulk_create(
            Trial(study=copy, **{name: getattr(trial, name) for name in COPIED}) for trial in trials
        )
        suggestion = _suggestion(copy, number)
        transaction.set_rollback(True)
    return suggestion
