"""`python -m benchmarks.search`: how long the review pages take over 100,000 trials in 1,000 studies."""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.on_databases import ROLE, run_on_databases, set_up

N_STUDIES, N_TRIALS, N_RUNS, PAGE = 1_000, 100, 5, 50


def main() -> None:
    if os.environ.get(ROLE):
        measure()
    else:
        run_on_databases("benchmarks.search", sys.argv[1:])


def measure() -> None:
    set_up()
    _fill(random.Random(0))
    from django.utils import timezone

    from dashboard.models import Study
    from dashboard.review.queries import WEEKS, Search, review_queue, search_past, spent_by_week

    studies = Study.objects.all()

    def search(**asked: Any) -> int:
        found = search_past(studies, Search(**asked))
        list(found[:PAGE])
        return found.count()

    year = timezone.now() - dt.timedelta(weeks=WEEKS)
    _time("queue", lambda: len(review_queue(studies)))
    _time("spent by week", lambda: len(spent_by_week(studies, year)))
    _time("name", lambda: search(text="wide"))
    _time("best value", lambda: search(best_to=0.001))
    _time("a param's range, few", lambda: search(param="learning_rate", param_from=0.0999))
    _time("a param's range, none", lambda: search(param="learning_rate", param_from=0.2))
    _time("a param's word, none", lambda: search(param="activation_1", param_is="no such word"))
    _time(
        "all at once",
        lambda: search(
            text="study", person="p1", best_from=0.0, best_to=1.0, param="units_3", param_from=511.0
        ),
    )


def _time(what: str, ask: Callable[[], int]) -> None:
    seconds = []
    for _ in range(N_RUNS):
        began = time.perf_counter()
        n = ask()
        seconds.append(time.perf_counter() - began)
    print(
        f"{what:24} {sorted(seconds)[N_RUNS // 2]:6.3f} s, longest {max(seconds):.3f} s, {n:,} found",
        flush=True,
    )


def _fill(rng: random.Random) -> None:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from dashboard.models import Study, Team, Trial
    from tests.builders import SPACE, study_fields

    now = timezone.now()
    people = [User.objects.create(username=f"p{n}") for n in range(20)]
    teams = [Team.objects.create(name=f"team {n}") for n in range(5)]
    for n in range(N_STUDIES):
        fields = study_fields(name=f"study {n} {rng.choice(['wide', 'deep', 'small'])}", space=SPACE)
        study = Study.objects.create(
            owner=rng.choice(people),
            team=rng.choice([None, *teams]),
            state=rng.choice(["finished", "stopped", "failed", "running"]),
            finished_at=now,
            **fields,
        )
        states = rng.choices(["complete", "failed", "pruned"], [8, 1, 1], k=N_TRIALS)
        Trial.objects.bulk_create(
            Trial(
                study=study,
                number=number,
                state=state,
                value=rng.random() if state == "complete" else None,
                params=_params(rng),
                finished_at=now - dt.timedelta(days=rng.uniform(0, 100)),
                seconds=rng.uniform(1, 9),
            )
            for number, state in enumerate(states)
        )


def _params(rng: random.Random) -> dict[str, Any]:
    units = {f"units_{n}": rng.randint(8, 512) for n in range(17)}
    return {
        "learning_rate": 10 ** rng.uniform(-4, -1),
        "activation_1": rng.choice(["relu", "tanh"]),
        "batch_size": 32,
        **units,
    }


if __name__ == "__main__":
    main()
