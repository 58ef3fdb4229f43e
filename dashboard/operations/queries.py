"""The state of the machinery as numbers, in a few aggregates whatever there is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Count, Max, Min, Sum

from dashboard.engine.counters import EventTotals, event_totals, seconds_between
from dashboard.engine.queues import longest_waiting, n_claimable_trials, workers_alive
from dashboard.models import Attempt, Study, Trial, TrialState


def is_migrated() -> bool:
    """Whether the database is of this version. DatabaseError where it does not answer."""
    executor = MigrationExecutor(connection)
    applied = executor.loader.applied_migrations or {}
    return not lacks_of_replaced(applied) and not executor.migration_plan(executor.loader.graph.leaf_nodes())


def lacks_of_replaced(applied: Iterable[tuple[str, str]]) -> list[str]:
    """The migrations that only a version before this one can still apply.

    Where a database has some of those that one migration replaces and lacks others, Django would leave out
    all of the package's migrations without a word.
    """
    names = set(applied)
    known = MigrationLoader(None).disk_migrations
    replaced = [set(migration.replaces) for key, migration in known.items() if key not in names]
    return sorted(name for group in replaced if group & names for _app, name in group - names)


@dataclass(frozen=True)
class Workforce:
    n_workers: int
    n_slots: int
    # Seconds since the heartbeat that is the longest ago.
    heartbeat_age: float


@dataclass(frozen=True)
class Machinery:
    studies: dict[str, int]
    # By state and kind of failure, which is empty for what did not fail.
    trials: dict[tuple[str, str], int]
    attempts: dict[str, int]
    workforce: Workforce
    n_idle_slots: int
    n_claimable: int
    waiting_seconds: float
    event_totals: dict[str, EventTotals]


def machinery() -> Machinery:
    trials = {
        (state, kind): n
        for state, kind, n in Trial.objects.order_by()
        .values_list("state", "failure_kind")
        .annotate(n=Count("pk"))
    }
    force, waiting = workforce(), longest_waiting(Study.objects.all())
    return Machinery(
        studies=dict(Study.objects.order_by().values_list("state").annotate(n=Count("pk"))),
        trials=trials,
        attempts=dict(Attempt.objects.order_by().values_list("state").annotate(n=Count("pk"))),
        workforce=force,
        n_idle_slots=max(0, force.n_slots - trials.get((TrialState.RUNNING, ""), 0)),
        n_claimable=sum(n_claimable_trials().values()),
        waiting_seconds=waiting.seconds if waiting else 0,
        event_totals=event_totals(),
    )


def workforce() -> Workforce:
    """All workers that are alive, in one query."""
    alive = workers_alive()
    found = alive.aggregate(
        n=Count("pk"), slots=Sum("n_slots"), oldest=Min("heartbeat_at"), latest_now=Max("now")
    )
    return Workforce(
        found["n"], found["slots"] or 0, seconds_between(found["oldest"], found["latest_now"]) or 0
    )
