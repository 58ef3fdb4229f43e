"""The same questions to optuna-dashboard, as far as it has an answer."""

import datetime as dt
import sqlite3
import time
from pathlib import Path
from statistics import median

from benchmarks.pages.browser import LIMIT_SECONDS, PEER_DRAWN, Tab

# Where it shows which trial is the best one.
BEST = "Best Trial (number={})"


def page_of(study: int) -> str:
    return f"/dashboard/studies/{study}"


def study_of(database: Path, name: str) -> int:
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT study_id FROM studies WHERE study_name LIKE ?", [f"{name}%"])
        return int(found.fetchone()[0])


def finish_one(database: Path, study: int, value: float) -> int:
    with sqlite3.connect(database) as connection:
        pk, number = connection.execute(
            "SELECT trial_id, number FROM trials WHERE study_id = ? AND state = 'RUNNING' ORDER BY number",
            [study],
        ).fetchone()
        connection.execute(
            "UPDATE trials SET state = 'COMPLETE', datetime_complete = ? WHERE trial_id = ?",
            [str(dt.datetime.now()), pk],  # noqa: DTZ005 (as Optuna writes it)
        )
        connection.execute(
            "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, 0, ?, 'FINITE')",
            [pk, value],
        )
    return int(number)


def seconds_until_seen(tab: Tab, database: Path, study: int, n_runs: int = 3) -> float:
    tab.visit(page_of(study), PEER_DRAWN)
    seconds = []
    for run in range(n_runs):
        number = finish_one(database, study, 0.01 - run / 1000)
        began = time.perf_counter()
        tab.page.get_by_text(BEST.format(number)).first.wait_for(timeout=1000 * LIMIT_SECONDS)
        seconds.append(time.perf_counter() - began)
    return median(seconds)
