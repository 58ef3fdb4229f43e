"""The trials that are taken away, read some at a time: memory does not grow with their number."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import F, Func, QuerySet, TextField

from dashboard.engine.trials import best_trial
from dashboard.models import Artifact, Study, Trial
from dashboard.trials.results import results_of
from dashboard.trials.selected import selection_for

CHUNK = 2_000


def trials_to_export(study: Study, *, state: str = "", numbers: Sequence[int] = ()) -> QuerySet[Trial]:
    """The selection: every filter of the page that an export follows is applied here."""
    trials = Trial.objects.filter(study=study)
    if state:
        trials = trials.filter(state=state)
    return trials.filter(number__in=numbers) if numbers else trials


def numbers_selected(study: Study, text: str) -> frozenset[int] | None:
    """What a filter selects; None where there is no filter. Raises Refused where it cannot be read."""
    if not text.strip():
        return None
    results = results_of(study)
    return frozenset(results["number"][selection_for(study, results, text).mask].tolist())


def rows_by_number(
    trials: QuerySet[Trial],
    fields: Sequence[str],
    *,
    size: int = CHUNK,
    wanted: Collection[int] | None = None,
) -> Iterator[list[tuple[Any, ...]]]:
    """The fields after the number, in short queries, so that a slow reader holds no cursor open.

    `wanted` are numbers, or None for all: there can be more than one query may name.
    """
    rows = trials.order_by("number").values_list("number", *fields)
    last = -1
    while chunk := list(rows.filter(number__gt=last)[:size]):
        last = chunk[-1][0]
        yield chunk if wanted is None else [row for row in chunk if row[0] in wanted]


class Keys(Func):
    """The names in a JSON column as a JSON list, found by the database."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "(SELECT json_group_array(key) FROM json_each(%(expressions)s))"
        return self.as_sql(compiler, connection, template=template, **kwargs)

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "(SELECT json_agg(keys)::text FROM jsonb_object_keys(%(expressions)s) AS keys)"
        return self.as_sql(compiler, connection, template=template, **kwargs)


def metric_names(trials: QuerySet[Trial]) -> list[str]:
    """Every metric that any of the trials has."""
    lists = trials.order_by().annotate(keys=Keys(F("metrics"))).values_list("keys", flat=True).distinct()
    return sorted({name for names in lists for name in json.loads(names or "[]")})


def best_of(study: Study) -> Trial | None:
    """The chosen winner, or else the best one."""
    return study.winner or best_trial(study)


def network_code_of(trial: Trial) -> str:
    """Plain Keras, where the trial's model is saved and can be written so."""
    found = Artifact.objects.filter(trial=trial).values_list("reading", flat=True).first()
    return str((found or {}).get("code", ""))
