"""What Parzen's own pages cost: studies of three sizes, a list of a thousand, and people who look at them."""

import html
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from benchmarks.pages.browser import PARZEN_DRAWN, Tab
from benchmarks.pages.servers import Answer, Server
from benchmarks.synthetic import MAX_EPOCHS, SPACE, fill_study

N_RUNS, N_RUNNING = 7, 12
# Trials of larger studies have no epochs: a million rows that no page asks for.
MOST_REPORTED = 10_000
LIVE = re.compile(r'hx-get="(/studies/\d+/live/[^"]*)"')


def add_study(user: Any, n: int, *, seed: int = 0) -> Any:
    """Still running."""
    from django.db import transaction

    from dashboard.models import Study
    from tests.builders import study_fields

    fields = study_fields(
        name=f"{n:,} trials", space=SPACE, max_trials=2 * n, max_epochs=MAX_EPOCHS, state="running"
    )
    study = Study.objects.create(owner=user, **fields)
    with transaction.atomic():
        fill_study(study, n, seed, n_running=N_RUNNING, n_reported=n if n <= MOST_REPORTED else 100)
    study.refresh_from_db()
    return study


def sign_in(user: Any) -> dict[str, str]:
    """The cookies of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def page_of(study: Any, view: str = "") -> str:
    return f"/studies/{study.pk}/{view}"


def median_of(ask: Callable[[], Answer], n_runs: int = N_RUNS) -> tuple[float, float]:
    """Milliseconds of CPU time and kilobytes of an answer; the first one imports what it needs."""
    ask()
    answers = [ask() for _ in range(n_runs)]
    cpu = median(answer.cpu_seconds for answer in answers)
    return 1000 * cpu, median(len(answer.body) for answer in answers) / 1000


def table_costs(server: Server, study: Any) -> dict[str, float]:
    """Milliseconds of CPU time for a table that is sorted, paged, and filtered."""
    asked = {
        "sorted": "sort=value",
        "sorted by a param": "sort=param.learning_rate",
        "paged": "page=200",
        "filtered": "q=" + quote("learning_rate < 1e-3 and optimizer = adam"),
    }
    return {
        what: median_of(lambda query=query: server.get(page_of(study, f"trials/?{query}")))[0]  # type: ignore[misc]
        for what, query in asked.items()
    }


def poll_with_an_epoch(server: Server, study: Any) -> tuple[float, float]:
    """A training reports, and a tab that has all but that asks."""
    url = _live_url(_text(server.get(page_of(study))))
    answers = []
    for _ in range(N_RUNS + 1):
        report_epoch(study)
        answer = server.get(url, **{"HX-Request": "true"})
        url = _live_url(_text(answer))
        answers.append(answer)
    kept = answers[1:]
    cpu = median(answer.cpu_seconds for answer in kept)
    return 1000 * cpu, median(len(answer.body) for answer in kept) / 1000


def idle_poll(server: Server, study: Any) -> float:
    url = _live_url(_text(server.get(page_of(study))))
    return median_of(lambda: server.get(url, **{"HX-Request": "true"}))[0]


def _text(answer: Answer) -> str:
    import gzip

    body = gzip.decompress(answer.body) if answer.body[:2] == b"\x1f\x8b" else answer.body
    return body.decode()


def _live_url(text: str) -> str:
    found = LIVE.search(text)
    if not found:
        raise SystemExit("The page of a running study asks for no news.")
    return html.unescape(found[1])


def report_epoch(study: Any) -> None:
    from dashboard.engine.fences import Fence, Step, report_steps

    trial = study.trials.filter(state="running", step__lt=MAX_EPOCHS).order_by("step").first()
    metrics: dict[str, float | None] = {
        "val_loss": 0.3 + random.random() / 10,
        "val_accuracy": 0.9,
        "loss": 0.3,
    }
    step = Step(trial.step + 1, metrics, trial.step + 1.0)
    assert report_steps(Fence.of(trial), steps=[step], objective="val_loss", log="")


def finish_one(study: Any, value: float) -> Any:
    """The next of those that train ends, and is the best one."""
    from dashboard.engine.fences import Fence, finish_trial
    from tests.builders import outcome

    trial = study.trials.filter(state="running").order_by("number").first()
    assert finish_trial(Fence.of(trial), outcome(value))
    return trial


def seconds_until_seen(tab: Tab, study: Any, n_runs: int = 3) -> float:
    """From the commit of a trial's value to its number beside the best value."""
    tab.visit(page_of(study), PARZEN_DRAWN)
    seconds = []
    for run in range(n_runs):
        trial = finish_one(study, 0.01 - run / 1000)
        began = time.perf_counter()
        tab.page.locator("#study-best").get_by_text(f"Trial #{trial.number}", exact=True).wait_for()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def lines_of_javascript(root: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in (root / "static" / "js").rglob("*.js"))
