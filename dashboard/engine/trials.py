"""What the pages and the budgets ask about the trials of studies."""

from collections.abc import Mapping
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    FloatField,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from dashboard.models import Attempt, FailureKind, Study, Trial, TrialState
from dashboard.models.study import Direction
from optimizer.objective import is_higher_better

# From so many ended trials on, and such a part of failed ones, somebody should look at a study.
ENOUGH_TRIALS, TOO_MANY_FAILURES = 5, 0.2
# For a query of trials: those that speak against their study. One whose params break a constraint does not.
FAILURES = Q(state=TrialState.FAILED) & ~Q(failure_kind=FailureKind.INFEASIBLE)
INFEASIBLE = Q(state=TrialState.FAILED, failure_kind=FailureKind.INFEASIBLE)


def is_failure(state: str, kind: str) -> bool:
    """The same of one trial."""
    return state == TrialState.FAILED and kind != FailureKind.INFEASIBLE


def counts_by_state(study: Study) -> dict[str, int]:
    """By state as pages call it."""
    counts = dict(study.trials.order_by().values_list("state").annotate(n=Count("id")))
    part_kinds({study.pk: counts})
    return counts


def part_kinds(counts: Mapping[int, dict[str, int]]) -> None:
    """Count kinds that pages call states of their own apart, by study; only such states are read for it."""
    for state, kind in (
        (TrialState.FAILED, FailureKind.INFEASIBLE),
        (TrialState.CANCELLED, FailureKind.LEFT_OUT),
    ):
        _part(counts, state, kind)


def _part(counts: Mapping[int, dict[str, int]], state: TrialState, kind: FailureKind) -> None:
    ids = [pk for pk, of_study in counts.items() if of_study.get(state)]
    trials = Trial.objects.filter(study__in=ids, state=state, failure_kind=kind).order_by()
    for pk, n in trials.values_list("study").annotate(n=Count("id")) if ids else ():
        of_study = counts[pk]
        of_study[kind.value] = n
        of_study[state.value] -= n
        if not of_study[state.value]:
            del of_study[state.value]


def best_trial(study: Study) -> Trial | None:
    """The complete trial with the best value; among equals the first."""
    return _best_first(study).defer("explanation").first()


def best_trials(study: Study, n: int) -> list[int]:
    """Ids of the n best complete trials, the best first."""
    return list(_best_first(study).values_list("pk", flat=True)[:n])


def best_value(study: Study) -> float | None:
    return _best_first(study).values_list("value", flat=True).first()


def best_value_of_each() -> Case:
    """For a query of studies: the best value of each one."""
    complete = Trial.objects.filter(study=OuterRef("pk"), state=TrialState.COMPLETE).order_by()
    lowest = complete.values("study").annotate(best=Min("value")).values("best")
    highest = complete.values("study").annotate(best=Max("value")).values("best")
    return Case(When(direction=Direction.MINIMIZE, then=Subquery(lowest)), default=Subquery(highest))


def _best_first(study: Study) -> QuerySet[Trial]:
    order = "-value" if is_higher_better(study.direction) else "value"
    return study.trials.filter(state=TrialState.COMPLETE).order_by(order, "number")


def ended_and_failed(counts: Mapping[str, int]) -> tuple[int, int]:
    """Of trials by state as pages call it; cancelled ones say nothing."""
    n_failed = counts.get(TrialState.FAILED, 0)
    others = (TrialState.COMPLETE, TrialState.PRUNED, FailureKind.INFEASIBLE)
    return n_failed + sum(counts.get(state, 0) for state in others), n_failed


def do_many_fail(counts: Mapping[str, int]) -> bool:
    """Whether somebody should look at a study of whose trials so many failed."""
    n_ended, n_failed = ended_and_failed(counts)
    return n_ended >= ENOUGH_TRIALS and n_failed > TOO_MANY_FAILURES * n_ended


def n_complete(study: Study) -> int:
    return study.trials.filter(state=TrialState.COMPLETE).count()


# How long was trained: every attempt counts, whatever became of it, from its claim to its end.


class _Seconds(Func):
    """From the second moment to the first, worked out by the database itself: Django's way asks Python."""

    arity = 2
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = {"template": "((julianday(%(expressions)s)) * 86400.0)", "arg_joiner": ") - julianday("}
        return self.as_sql(compiler, connection, **between, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = {"template": "EXTRACT(EPOCH FROM (%(expressions)s))::double precision", "arg_joiner": " - "}
        return self.as_sql(compiler, connection, **between, **context)


def seconds_trained() -> Coalesce:
    """For a query of attempts: what those that have ended add up to."""
    return Coalesce(Sum(_Seconds(F("finished_at"), F("started_at"))), 0.0)


def seconds_trained_of_each() -> Coalesce:
    """For a query of trials: what the ended attempts of each one add up to."""
    attempts = Attempt.objects.filter(trial=OuterRef("pk")).order_by().values("trial")
    return Coalesce(Subquery(attempts.annotate(trained=seconds_trained()).values("trained")), 0.0)
