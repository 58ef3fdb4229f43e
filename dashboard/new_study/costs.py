"""What a search space costs: asked on the new-study page, measured by a process of the housekeeping."""

import json
import socket
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from dashboard.engine.backlog import Backlog, delete_old_questions, work_on_next
from dashboard.engine.hints import announce_cost
from dashboard.engine.uploads import ready_upload
from dashboard.models import Attempt, AttemptState, Cost, QuestionState
from trainers.costs.estimate import MAX_SECONDS, measure

COSTS = Backlog(Cost, max_seconds=MAX_SECONDS)


def cost_given(*, trainer: str, dataset: str, space: dict[str, Any]) -> dict[str, Any]:
    """All that the answer depends on."""
    upload = ready_upload(dataset)
    return {
        "trainer": trainer,
        "dataset": dataset,
        "upload": upload.to_json_dict() if upload else None,
        "space": space,
    }


def cost_key(given: dict[str, Any]) -> str:
    return sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def ask_cost(*, given: dict[str, Any], by: User) -> Cost:
    """Put the question into the line, instead of one of this person's that still waits."""
    with transaction.atomic():
        delete_old_questions(Cost)
        key = cost_key(given)
        Cost.objects.filter(by=by, state=QuestionState.WAITING).exclude(key=key).delete()
        Cost.objects.filter(key=key, state=QuestionState.REFUSED).delete()
        cost, is_new = Cost.objects.get_or_create(key=key, defaults={"given": given, "by": by})
        if is_new:
            announce_cost()
    return cost


def answer_next_cost() -> bool:
    return work_on_next(COSTS, _measure)


def _measure(cost: Cost) -> dict[str, Any]:
    n_before = _n_running_here()
    answer = measure(
        **cost.given,
        data_dir=str(settings.DATA_DIR),
        cache_dir=str(settings.CACHE_DIR),
        threads=settings.THREADS_PER_TRIAL,
    )
    return {
        "state": QuestionState.DONE,
        "answer": {**answer, "n_running": max(n_before, _n_running_here())},
    }


def _n_running_here() -> int:
    """How many trainings share the machine with the measurement, and slow it down."""
    here = f"{socket.gethostname()}:"
    return Attempt.objects.filter(state=AttemptState.RUNNING, worker__startswith=here).count()
