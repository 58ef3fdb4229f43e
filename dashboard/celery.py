"""The Celery application. Its messages are hints that there may be work; the database knows the work."""

import os
from typing import Any

from celery import Celery
from celery.platforms import set_pdeathsig  # type: ignore[attr-defined]  # the stubs miss it
from celery.signals import beat_embedded_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
# The samplers' matrices are small: threads would only fight with the trainings for cores. To be said before
# NumPy is loaded; trainings do not inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = Celery("dashboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("dashboard.engine.worker.presence:Presence")


@beat_embedded_init.connect
def end_with_housekeeping(**_: Any) -> None:
    """The clock is a process of its own, and would be left behind whenever its parent is killed."""
    set_pdeathsig("SIGKILL")
