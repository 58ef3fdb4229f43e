"""How many SQL queries the study page takes, with few trials and with many."""

from __future__ import annotations

import time
from statistics import median
from typing import Any


def count_queries() -> None:
    from django.conf import settings
    from django.contrib.auth.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    user = User.objects.get()
    print("\nStudy page, rendered in this process")
    for n in (10, 1_000):
        study = _study_with(n, user)
        for name in ("", "live/"):
            n_queries, milliseconds = _measure(user, study.get_absolute_url() + name)
            print(f"  {n:5,} trials  {name or 'page':5}  {n_queries} queries  {milliseconds:.0f} ms")


def _study_with(n: int, user: Any) -> Any:
    from tests.builders import add_trials, make_study

    study = make_study("running", owner=user, max_trials=n)
    add_trials(study, n, n_reports=10)
    return study


def _measure(user: Any, url: str) -> tuple[int, float]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        client.get(url)
        times.append(time.perf_counter() - began)
    return len(captured), 1000 * median(times)
