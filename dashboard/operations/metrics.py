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

from dashboard.models import AttemptState, FailureKind, Happening, StudyState, TrialState
from dashboard.operations.queries import Machinery, machinery
from dashboard.operations.troubles import is_broker_known_to_be_up

CONTENT_TYPE = CONTENT_TYPE_LATEST
OUTCOMES = [
    *((state.value, "") for state in TrialState if state != TrialState.FAILED),
    *((TrialState.FAILED.value, kind.value) for kind in FailureKind),
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
        "parzen_trials", "Trials by state and, where they failed, by kind.", labels=["state", "failure_kind"]
    )
    for outcome in OUTCOMES:
        trials.add_metric(list(outcome), now.trials.get(outcome, 0))
    yield trials
    attempts = GaugeMetricFamily(
        "parzen_attempts", "Executions of trials by how they ended.", labels=["state"]
    )
    for attempt_state in AttemptState:
        attempts.add_metric([attempt_state.value], now.attempts.get(attempt_state, 0))
    yield attempts


def _slots(now: Machinery) -> Iterator[Metric]:
    force = now.workforce
    yield GaugeMetricFamily("parzen_workers", "Workers that are alive.", force.n_workers)
    yield GaugeMetricFamily("parzen_slots", "Slots of all workers that are alive.", force.n_slots)
    yield GaugeMetricFamily("parzen_slots_idle", "Slots that train nothing.", now.n_idle_slots)
    yield GaugeMetricFamily(
        "parzen_trials_claimable", "Trials that could begin at once if there were slots.", now.n_claimable
    )
    yield GaugeMetricFamily(
        "parzen_broker_up", "1 where the broker answers this process.", int(is_broker_known_to_be_up())
    )


def _ages(now: Machinery) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "parzen_waiting_seconds",
        "How long a study with work and a free place has gone without a slot; the longest.",
        now.waiting_seconds,
    )
    yield GaugeMetricFamily(
        "parzen_heartbeat_age_seconds",
        "Since the last heartbeat of a worker that counts as alive; the oldest.",
        now.workforce.heartbeat_age,
    )
    for what, words in (
        (Happening.HOUSEKEEPING, "Since the last round of housekeeping; NaN before the first."),
        (Happening.CLAIM, "Since a slot got a trial the last time; NaN before the first."),
    ):
        age = now.tallies[what].age
        yield GaugeMetricFamily(f"parzen_{what}_age_seconds", words, float("nan") if age is None else age)


def _happenings(now: Machinery) -> Iterator[Metric]:
    for what, words in (
        (Happening.CLAIM, "Time in which slots got their trials, with the sampler's suggestion."),
        (Happening.HOUSEKEEPING, "Time that rounds of housekeeping took."),
    ):
        tally = now.tallies[what]
        yield SummaryMetricFamily(
            f"parzen_{what}_seconds", words, count_value=tally.n, sum_value=tally.seconds
        )
    for name, what, words in (
        ("lease_expiries", Happening.LEASE_EXPIRY, "Trials taken from workers that did not answer."),
        ("stale_writes_refused", Happening.STALE_WRITE, "Writes of workers that had lost their trial."),
    ):
        yield CounterMetricFamily(f"parzen_{name}", words, now.tallies[what].n)
