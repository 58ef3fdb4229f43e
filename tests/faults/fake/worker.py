"""The Celery application as in production, with trainings of the fake trainer: `celery -A` of fault runs.

It also writes down which process claimed which attempt, and what came of each attempt's ending: evidence
from outside the database.
"""

import os
from functools import cache, wraps
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django.setup()

from dashboard.celery import app  # noqa: E402 (Django first)
from dashboard.engine import fences  # noqa: E402
from dashboard.engine.worker import slots  # noqa: E402
from tests.faults.fake import journal  # noqa: E402
from trainers.processes.host import TrainerHost  # noqa: E402

__all__ = ["app"]


@cache
def _fake_host() -> TrainerHost:
    return TrainerHost(server="tests.faults.fake.fork_server")


def _noting_claims(claim: Any) -> Any:
    @wraps(claim)
    def claim_trial(*, worker: str, queues: list[str]) -> Any:
        trial = claim(worker=worker, queues=queues)
        if trial is not None:
            journal.append("claim", trial_id=trial.pk, attempt=trial.attempt, worker=os.getpid())
        return trial

    return claim_trial


def _noting_answers(name: str) -> Any:
    write = getattr(fences, name)

    @wraps(write)
    def noted(fence: fences.Fence, *args: Any, **kwargs: Any) -> bool:
        is_accepted = write(fence, *args, **kwargs)
        if name == "finish_trial" or not is_accepted:
            journal.append(
                "write", verb=name, trial_id=fence.trial_id, attempt=fence.attempt, is_accepted=is_accepted
            )
        return bool(is_accepted)

    return noted


slots.trainer_host = _fake_host
slots.claim_trial = _noting_claims(slots.claim_trial)
for _name in ("finish_trial", "report_steps", "renew_lease", "is_current"):
    setattr(fences, _name, _noting_answers(_name))
