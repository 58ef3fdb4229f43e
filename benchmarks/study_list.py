"""`python -m benchmarks.study_list`: what the list of 1,000 studies costs, one with 100,000 trials."""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

from benchmarks.on_databases import ROLE, run_on_databases, set_up

N_STUDIES, N_TRIALS, N_LARGE, N_RUNS = 1_000, 60, 100_000, 7


def main() -> None:
    if os.environ.get(ROLE):
        measure()
    else:
        run_on_databases("benchmarks.study_list", sys.argv[1:])


def measure() -> None:
    set_up()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)
    user = User.objects.create(username="ada")
    fill(random.Random(0), user, N_STUDIES)
    client = Client()
    client.force_login(user)
    get = _Get(client)
    print(f"{N_STUDIES:,} studies of {N_TRIALS} trials", flush=True)
    _report(get)
    large = add_large(user)
    print(f"and one of {N_LARGE:,} trials", flush=True)
    _report(get)
    _report_changes(get, large)


class _Get:
    """Asks for the list, and for its news as the browser does."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def page(self, query: str = "") -> Any:
        return self.client.get(f"/studies/{query}")

    def news(self, page: Any) -> Any:
        import html
        import re

        found = re.search(r'hx-get="([^"]+)"', page.content.decode())
        assert found
        return self.client.get(html.unescape(found[1]), headers={"HX-Request": "true"})


def _report(get: _Get) -> None:
    get.page()  # imports and templates
    _time("page, nothing cached", get.page, prepare=forget, n_runs=3)
    _time("page", get.page)
    for key in ("name", "trials", "best", "time", "activity"):
        _time(f"page sorted by {key}", partial(get.page, f"?sort={key}"))
    by_time = partial(get.page, "?sort=-time")
    _time("page sorted by time, nothing cached", by_time, prepare=forget, n_runs=3)
    _time("search", lambda: get.page("?q=wide"))
    page = get.page()
    _time("poll, nothing new", lambda: get.news(page))


def _report_changes(get: _Get, large: Any) -> None:
    from tests.builders import complete

    pages: list[Any] = []

    def change() -> None:
        pages.append(get.page())
        complete(large, 0.5)

    _time("poll, one trial more in the large study", lambda: get.news(pages[-1]), prepare=change)


def forget() -> None:
    from django.core.cache import caches

    caches["local"].clear()


def _time(
    what: str, ask: Callable[[], Any], *, prepare: Callable[[], None] = lambda: None, n_runs: int = N_RUNS
) -> None:
    cpu, wall, rows, queries, size = [], [], 0, 0, 0
    for _ in range(n_runs):
        prepare()
        with _Counted() as count:
            began, busy = time.perf_counter(), _busy()
            answer = ask()
            wall.append(time.perf_counter() - began)
            cpu.append(_busy() - busy)
        assert answer.status_code in {200, 204}, answer
        rows, queries, size = count["rows"], count["queries"], len(answer.content)
    print(
        f"  {what:42} {1000 * median(cpu):7.1f} ms CPU, {1000 * median(wall):7.1f} ms, "
        f"{queries:2} queries, {rows:7,} rows, {size / 1000:6.1f} kB",
        flush=True,
    )


def _busy() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class _Counted:
    """How many queries were made, and how many rows came back."""

    def __enter__(self) -> dict[str, int]:
        from django.db import connection
        from django.db.models.sql import compiler

        count = {"rows": 0, "queries": 0}
        self.names = vars(compiler)
        self.original = self.names["cursor_iter"]

        def cursor_iter(*args: Any) -> Iterator[list[Any]]:
            for rows in self.original(*args):
                count["rows"] += len(rows)
                yield rows

        def execute(run: Any, *args: Any) -> Any:
            count["queries"] += 1
            return run(*args)

        self.names["cursor_iter"] = cursor_iter
        self.wrapper = connection.execute_wrapper(execute)
        self.wrapper.__enter__()
        return count

    def __exit__(self, *error: object) -> None:
        self.wrapper.__exit__(None, None, None)
        self.names["cursor_iter"] = self.original


def fill(rng: random.Random, user: Any, n: int, n_trials: int = N_TRIALS) -> None:
    """Studies in all states, some of which run."""
    from django.db import transaction

    from dashboard.models import Tag
    from tests.builders import add_trials

    with transaction.atomic():
        for number in range(n):
            state = rng.choices(STATES, [60, 10, 8, 4, 8, 10])[0]
            name = f"study {number} {rng.choice(['wide', 'deep', 'small'])}"
            study = _study(user, name=name, state=state, version=2 * n_trials)
            Tag.objects.bulk_create(
                Tag(study=study, name=name) for name in rng.sample(TAGS, rng.randrange(3))
            )
            if state == "draft":
                continue
            done = rng.randint(n_trials // 2, n_trials)
            add_trials(study, done, value=lambda _: rng.lognormvariate(-1, 1))
            for rest in ("pruned", "failed"):
                add_trials(study, (n_trials - done) // 2, state=rest)
            if state == "running":
                add_trials(study, 2, state="running")


STATES = ["finished", "stopped", "failed", "paused", "running", "draft"]
TAGS = ["baseline", "tpe", "gpu", "csv", "random", "paper"]


def add_large(user: Any) -> Any:
    from django.db import transaction

    from tests.builders import add_trials

    rng = random.Random(1)
    large = _study(user, name="the large one", state="running", max_trials=2 * N_LARGE, n_parallel=64)
    with transaction.atomic():
        for _ in range(10):
            add_trials(large, N_LARGE // 10, value=lambda _: rng.lognormvariate(-1, 1))
        add_trials(large, 3, state="running")
    return large


def _study(user: Any, **changes: Any) -> Any:
    from django.utils import timezone

    from dashboard.models import Study
    from tests.builders import study_fields

    began = timezone.now() - dt.timedelta(seconds=2 * N_LARGE)
    moments = {"started_at": began, "running_since": began}
    return Study.objects.create(owner=user, **moments, **study_fields(**{"max_trials": 80} | changes))


if __name__ == "__main__":
    main()
