"""The machinery's numbers in the text format that Prometheus scrapes.

They are read from the database at each scrape, so every web process gives the same answer.
"""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from dashboard.models import AttemptState, CountedEvent, FailureKind, StudyState, TrialState
from dashboard.operations.queries import Machinery, machinery
from dashboard.operations.troubles import is_broker_known_to_be_up

CONTENT_TYPE = CONTENT_TYPE_LATEST
OUTCOMES = [
    *((state.value, "") for state in TrialState if state != TrialState.FAILED),
    *((TrialState.FAILED.value, kind.value) for kind in FailureKind if kind != FailureKind.LEFT_OUT),
    (TrialState.CANCELLED.value, FailureKind.LEFT_OUT.value),
]


def exposition() -> bytes:
    registry = CollectorRegistry()
    registry.register(MachineryCollector())
    return generate_latest(registry)


class MachineryCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        now = machinery()
        yield from _rows(now)
        yield from _slots(now)
        yield from _ages(now)
        yield from _happenings(now)


def _rows(now: Machinery) -> Iterator[Metric]:
    studies = GaugeMetricFamily("parzen_studies", "Studies by state.", labels=["state"])
    for study_state in StudyState:
        studies.add_metric([study_state.value], now.studies.get(study_state, 0))
    yield studies
    trials = GaugeMetricFamily(
        "parzen_trials",
        "Trials by state and, if failed, by kind of failure.",
        labels=["state", "failure_kind"],
    )
    for outcome in OUTCOMES:
        trials.add_metric(list(outcome), now.trials.get(outcome, 0))
    yield trials
    attempts = GaugeMetricFamily("parzen_attempts", "Attempts to run a trial, by state.", labels=["state"])
    for attempt_state in AttemptState:
        attempts.add_metric([attempt_state.value], now.attempts.get(attempt_state, 0))
    yield attempts


def _slots(now: Machinery) -> Iterator[Metric]:
    force = now.workforce
    yield GaugeMetricFamily("parzen_workers", "Workers online.", force.n_workers)
    yield GaugeMetricFamily("parzen_slots", "Slots of all workers online.", force.n_slots)
    yield GaugeMetricFamily("parzen_slots_idle", "Idle slots.", now.n_idle_slots)
    yield GaugeMetricFamily(
        "parzen_trials_claimable", "Trials that could start now if slots were free.", now.n_claimable
    )
    yield GaugeMetricFamily(
        "parzen_broker_up",
        "1 if the broker responds to this process, else 0.",
        int(is_broker_known_to_be_up()),
    )


def _ages(now: Machinery) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "parzen_waiting_seconds",
        "Longest time that a study with work to do has waited for a slot.",
        now.waiting_seconds,
    )
    yield GaugeMetricFamily(
        "parzen_heartbeat_age_seconds",
        "Age of the oldest heartbeat of all workers online.",
        now.workforce.heartbeat_age,
    )
    for what, words in (
        (CountedEvent.HOUSEKEEPING, "Time since the last maintenance run; NaN before the first."),
        (CountedEvent.CLAIM, "Time since a slot last claimed a trial; NaN before the first."),
    ):
        age = now.event_totals[what].age
        yield GaugeMetricFamily(f"parzen_{what}_age_seconds", words, float("nan") if age is None else age)


def _happenings(now: Machinery) -> Iterator[Metric]:
    for what, words in (
        (CountedEvent.CLAIM, "Time to claim a trial, including the sampler's suggestion."),
        (CountedEvent.HOUSEKEEPING, "Duration of maintenance runs."),
    ):
        tally = now.event_totals[what]
        yield SummaryMetricFamily(
            f"parzen_{what}_seconds", words, count_value=tally.n, sum_value=tally.seconds
        )
    for name, what, words in (
        ("lease_expiries", CountedEvent.LEASE_EXPIRY, "Trials reassigned from workers that did not respond."),
        (
            "stale_writes_refused",
            CountedEvent.STALE_WRITE,
            "Writes refused because the worker had lost its trial.",
        ),
    ):
        yield CounterMetricFamily(f"parzen_{name}", words, now.event_totals[what].n)
