"""The review page: what waits for a look, and what teams spent."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from dashboard.charts.team_hours import HoursChart, hours_chart
from dashboard.models import Study, searches
from dashboard.review.queries import WEEKS, Spent, Waiting, review_queue, spent_by_week
from dashboard.wording import count_noun, duration, thousands

NOBODY = "No team"
# The first ones of the queue that the page lists.
N_WAITING = 50


@dataclass(frozen=True)
class TeamRow:
    team: str
    n_trials: int
    n_failed: int
    seconds: float


@dataclass(frozen=True)
class ReviewPage:
    sentence: str
    waiting: list[Waiting]
    n_waiting: int
    compute: HoursChart
    trials: HoursChart
    teams: list[TeamRow]


def review_page(studies: QuerySet[Study]) -> ReviewPage:
    monday = timezone.now().date() - dt.timedelta(days=timezone.now().weekday())
    weeks = [monday - dt.timedelta(weeks=n) for n in range(WEEKS - 1, -1, -1)]
    since = dt.datetime.combine(weeks[0], dt.time(), dt.UTC)
    spent = spent_by_week(studies, since)
    waiting = review_queue(studies)
    n_studies = searches(studies).count()
    return ReviewPage(
        sentence=f"{count_noun(n_studies, 'study,studies')}, {thousands(len(waiting))} to review.",
        waiting=waiting[:N_WAITING],
        n_waiting=len(waiting),
        compute=hours_chart(weeks, _amounts(spent, lambda s: s.seconds), _training_time),
        trials=hours_chart(weeks, _amounts(spent, lambda s: s.n_trials), _trials),
        teams=_team_rows(spent),
    )


def _training_time(seconds: float) -> str:
    return f"{duration(seconds)} of training"


def _trials(n: float) -> str:
    return count_noun(int(n), "trial")


def _amounts(spent: list[Spent], amount: Callable[[Spent], float]) -> dict[tuple[str, dt.date], float]:
    return {(s.team or NOBODY, s.week): amount(s) for s in spent}


def _team_rows(spent: list[Spent]) -> list[TeamRow]:
    by_team: dict[str, list[Spent]] = defaultdict(list)
    for row in spent:
        by_team[row.team or NOBODY].append(row)
    rows = [
        TeamRow(team, sum(s.n_trials for s in of), sum(s.n_failed for s in of), sum(s.seconds for s in of))
        for team, of in by_team.items()
    ]
    return sorted(rows, key=lambda row: -row.seconds)
