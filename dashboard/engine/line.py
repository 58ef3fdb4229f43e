"""The line of studies that have no slot: who is before whom, and for about how long."""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models.functions import Now

from dashboard.engine.queues import studies_with_work, waits_since, workers_alive
from dashboard.engine.quotas import studies_out_of_slots
from dashboard.models import Attempt, AttemptState, Study, StudyState, Trial, TrialState
from dashboard.models.worker import split_slot_name

# Attempts of a study by which it is told how long its next one takes.
LATEST = 5
# Studies before one, beyond which nobody can say when its turn comes.
FORESEEABLE = 20
# Studies after one that a page still shows.
BEHIND = 1
TRAINED = (AttemptState.COMPLETE, AttemptState.PRUNED, AttemptState.FAILED)


@dataclass(frozen=True)
class Turn:
    """Of one study; the seconds until then, where recent attempts are a ground for a forecast."""

    study_id: int
    seconds: float | None


@dataclass(frozen=True)
class Line:
    """Studies that wait for the same slots, the next one first, as far as a page shows them."""

    turns: tuple[Turn, ...]
    # The place of the study that asks, from 1.
    number: int
    n_slots: int

    @property
    def seconds(self) -> float | None:
        return self.turns[self.number - 1].seconds


def line_of(study: Study) -> Line | None:
    """Where a study stands that could train and only waits for a slot. None for any other one."""
    if study.state != StudyState.RUNNING or study.trials.filter(state=TrialState.RUNNING).exists():
        return None
    workers = list(workers_alive().values_list("name", "queue", "n_slots"))
    serving = {name: (queues, n) for name, queues, n in workers if study.queue in queues.split(",")}
    running = [row for row in _running() if split_slot_name(row.worker)[0] in serving]
    n_slots = sum(n for _, n in serving.values())
    if not n_slots or len(running) < n_slots:  # nobody is there, or somebody is about to begin
        return None
    rivals = {queue for queues, _ in serving.values() for queue in queues.split(",")}
    order = _line(rivals)
    if study.pk not in order:
        return None
    number = order.index(study.pk) + 1
    return Line(_turns(running, order[: number + BEHIND]), number, n_slots)


def _running() -> Iterable[Any]:
    rows = Attempt.objects.filter(state=AttemptState.RUNNING).annotate(now=Now())
    return rows.values_list("worker", "trial__study", "started_at", "now", named=True)


def _line(queues: Iterable[str]) -> list[int]:
    """Studies without a slot, in the order in which `claimable_studies` gives slots to them."""
    studies = studies_with_work(Study.objects.filter(queue__in=queues)).filter(n_running=0)
    full = studies_out_of_slots()
    rows = [row for row in studies.values_list("pk", "running_since", "served_at") if row[0] not in full]
    return [pk for pk, *_ in sorted(rows, key=lambda row: (waits_since(*row[1:]), row[0]))]


def _turns(running: Sequence[Any], order: Sequence[int]) -> tuple[Turn, ...]:
    """When each gets a slot, as if every study before it had one trial to train."""
    foreseen = order[: FORESEEABLE + 1]
    usual = {pk: usual_seconds(pk) for pk in {*foreseen, *(row.trial__study for row in running)}}
    free = [max(0.0, usual[row.trial__study] - (row.now - row.started_at).total_seconds()) for row in running]
    heapq.heapify(free)
    turns = []
    for pk in foreseen:
        seconds = heapq.heappop(free)
        turns.append(Turn(pk, seconds if math.isfinite(seconds) else None))
        heapq.heappush(free, seconds + usual[pk])
    return (*turns, *(Turn(pk, None) for pk in order[FORESEEABLE + 1 :]))


def usual_seconds(study_id: int) -> float:
    """How long recent attempts of a study took, set-up included; infinite where none has trained yet."""
    ended = Trial.objects.filter(study=study_id, finished_at__isnull=False).order_by(
        "-finished_at", "-number"
    )
    attempts = Attempt.objects.filter(trial__in=ended.values("pk")[:LATEST], state__in=TRAINED)
    moments = attempts.order_by().values_list("started_at", "finished_at")
    took = [(finished - started).total_seconds() for started, finished in moments if finished]
    return median(took) if took else math.inf
