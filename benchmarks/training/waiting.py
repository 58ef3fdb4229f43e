"""Studies that are waited for."""

from __future__ import annotations

import time
from typing import Any


def confirm(study: Any, *, n_best: int, n_seeds: int) -> Any:
    """Train the best trials again, the test part included; the study of these trainings, ended."""
    from dashboard.access.actor import Actor
    from dashboard.winners.actions import confirm_best

    return wait(confirm_best(study, n_best=n_best, n_seeds=n_seeds, by=Actor.of(study.owner)))


def wait(study: Any) -> Any:
    study.refresh_from_db()
    while not study.is_ended:
        time.sleep(0.1)
        study.refresh_from_db()
    return study
