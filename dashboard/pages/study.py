"""The study page: state and reason, budgets, best value, charts, table of trials."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone

from dashboard.charts.best import best_chart
from dashboard.charts.epochs import MAX_CURVES, epochs_chart
from dashboard.charts.points import TrialPoint
from dashboard.charts.small import CountBar, count_bar
from dashboard.models import FailureKind, Study, StudyState, Trial, TrialState
from dashboard.pages.metrics import Goal, goal_of, is_percent
from dashboard.pages.params import ParamRow, param_rows, params_in_words
from dashboard.queries import trials as queries
from dashboard.queries.work import n_slots
from dashboard.templatetags.format import count_noun, duration, metric, percent, thousands
from optimizer import SearchSpace
from optimizer.samplers import SAMPLERS

SEGMENTS = ("complete", "pruned", "failed", "running", "waiting", "cancelled")
# Columns of searched params that the table shows; the trial page shows all.
MAX_COLUMNS = 8


@dataclass(frozen=True)
class Budget:
    label: str
    aside: str
    value: str
    of: str
    percent: float = 0.0
    meter: str = ""
    counts: CountBar | None = None
    is_soft: bool = False


@dataclass(frozen=True)
class Best:
    trial: Trial
    value: str
    second: str
    params: list[ParamRow]


@dataclass(frozen=True)
class TableRow:
    trial: Trial
    value: float | None
    words: str
    cells: list[tuple[Any, bool]]
    seconds: float | None


@dataclass(frozen=True)
class Table:
    # Searched params, and whether their values are numbers.
    columns: list[tuple[str, bool]]
    rows: list[TableRow]
    page: Page[Trial]
    states: list[tuple[str, str, int]]
    state: str
    sort: str


@dataclass(frozen=True)
class StudyPage:
    study: Study
    goal: Goal
    sentence: str
    trouble: str
    budgets: list[Budget]
    best: Best | None
    table: Table
    charts: dict[str, Any]
    n_clipped: int
    at: int


def study_page(study: Study, query: Mapping[str, str]) -> StudyPage:
    """Everything on the page, in a number of queries that does not depend on the number of trials."""
    space, goal, now = study.search_space, goal_of(study), timezone.now()
    rows = queries.chart_rows(study)
    counts = queries.counts_by_state(study)
    best = queries.best_trial(study)
    seconds = study.seconds_at(now)
    chart = _best_chart(study, space, goal, rows)
    return StudyPage(
        study=study,
        goal=goal,
        sentence=_sentence(study, counts, seconds),
        trouble=_trouble(study, counts),
        budgets=_budgets(study, counts, rows, seconds),
        best=_best(study, space, goal, best),
        table=_table(study, space, counts, query),
        charts={"best": chart.to_json(), "epochs": _epochs_chart(study, goal, rows)},
        n_clipped=chart.n_clipped,
        at=int(now.timestamp()),
    )


def _sentence(study: Study, counts: Mapping[str, int], seconds: float) -> str:
    """Who, and what comes next."""
    owner = study.owner.get_full_name() or study.owner.get_username()
    if study.state == StudyState.DRAFT:
        return f"Made by {owner}. It has not been started."
    if study.state != StudyState.RUNNING:
        return f"{study.state_reason}. {_spent(counts, seconds)}"
    n_running = counts.get("running", 0)
    doing = (
        f"{count_noun(n_running, 'trial')} {'is' if n_running == 1 else 'are'} training"
        if n_running
        else "No trial is training yet"
    )
    n_done = sum(counts.get(s, 0) for s in ("complete", "pruned", "failed"))
    ahead = ""
    if n_done >= 2 and seconds > 0:
        left = (study.max_trials - n_done) * seconds / n_done
        ahead = f"; at this pace the trial budget is used up in {duration(max(1, round(left)))}"
    return f"Started by {owner}. {doing}{ahead}."


def _spent(counts: Mapping[str, int], seconds: float) -> str:
    n = sum(counts.values())
    return f"{count_noun(n, 'trial')} in {duration(round(seconds, 1))}."


def _trouble(study: Study, counts: Mapping[str, int]) -> str:
    """What keeps a running study from making progress, and the remedy."""
    if study.state != StudyState.RUNNING or counts.get("running") or n_slots():
        return ""
    return (
        "No worker is there, so nothing trains. Start one with `make run`, or "
        "`celery -A dashboard worker -P threads`; the study goes on by itself."
    )


def _budgets(
    study: Study, counts: Mapping[str, int], rows: Sequence[dict[str, Any]], seconds: float
) -> list[Budget]:
    n = sum(counts.values())
    n_left = max(0, study.max_trials - n)
    budgets = [
        Budget(
            "Trials",
            f"{thousands(n_left)} left",
            thousands(n),
            f"of {thousands(study.max_trials)}",
            counts=count_bar(counts, study.max_trials),
        )
    ]
    if study.max_seconds:
        share = min(100.0, 100 * seconds / study.max_seconds)
        aside = f"{duration(max(0, round(study.max_seconds - seconds)))} left"
        label = f"{share:.0f} percent of the study time is used"
        budgets.append(
            Budget(
                "Study time",
                aside,
                duration(round(seconds)),
                f"of {duration(study.max_seconds)}",
                share,
                label,
            )
        )
    else:
        budgets.append(
            Budget("Study time", "no limit", duration(round(seconds)), "", 0.0, "no limit", is_soft=True)
        )
    budgets.append(_epochs_budget(study, rows))
    budgets.append(_failures_budget(study, counts, rows))
    return budgets


def _epochs_budget(study: Study, rows: Sequence[dict[str, Any]]) -> Budget:
    done = [row["seconds"] for row in rows if row["seconds"] is not None]
    mean = duration(round(sum(done) / len(done), 1)) if done else "–"
    limit = (
        f"at most {duration(study.max_trial_seconds)}"
        if study.max_trial_seconds
        else f"{study.max_epochs:,} epochs each"
    )
    return Budget("Training time", limit, mean, "a trial" if done else "no trial yet", 0.0, "", is_soft=True)


def _failures_budget(study: Study, counts: Mapping[str, int], rows: Sequence[dict[str, Any]]) -> Budget:
    ended = sorted(
        (r for r in rows if r["state"] in {"complete", "pruned", "failed"} and r["finished_at"]),
        key=lambda r: r["finished_at"],
        reverse=True,
    )
    in_row = next((i for i, r in enumerate(ended) if r["state"] != "failed"), len(ended))
    share = min(100.0, 100 * in_row / study.max_failures)
    n_failed = counts.get("failed", 0)
    label = f"{in_row} of {study.max_failures} failures in a row"
    return Budget(
        "Failed",
        f"stops at {study.max_failures} in a row",
        thousands(n_failed),
        f"{in_row} in a row" if n_failed else "trials",
        share,
        label,
        is_soft=True,
    )


def _best(study: Study, space: SearchSpace, goal: Goal, trial: Trial | None) -> Best | None:
    if trial is None:
        return None
    others = [
        f"{name} {percent(v) if is_percent(study, name) else metric(v)}"
        for name, v in trial.metrics.items()
        if name.startswith("val_") and name != study.objective
    ]
    second = " · ".join([*others, f"epoch {trial.best_step} of {study.max_epochs}"])
    return Best(trial, goal.show(trial.value), second, param_rows(space, trial.params, only_searched=True))


def _best_chart(study: Study, space: SearchSpace, goal: Goal, rows: Sequence[dict[str, Any]]) -> Any:
    return best_chart(
        _points(study, space, rows),
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_trials=study.max_trials,
        n_startup=queries.first_modelled_number(study),
        sampler=SAMPLERS[study.sampler].label if study.sampler in SAMPLERS else study.sampler,
    )


def _points(study: Study, space: SearchSpace, rows: Sequence[dict[str, Any]]) -> list[TrialPoint]:
    searched, points, training = list(space.searched), [], _training_until(rows)
    for row in rows:
        value = row["value"] if row["state"] == TrialState.COMPLETE else row["step_value"]
        points.append(
            TrialPoint(
                n=row["number"],
                state=row["state"],
                value=value if row["state"] in {"complete", "pruned", "running"} else None,
                wall=_since(study.started_at, row["finished_at"]),
                training=training.get(row["number"]),
                kind=FailureKind(row["failure_kind"]).label if row["failure_kind"] else None,
                params=params_in_words(searched, row["params"]),
                url=reverse("trial-detail", args=[study.pk, row["number"]]),
            )
        )
    return points


def _training_until(rows: Sequence[dict[str, Any]]) -> dict[int, float]:
    """Trial number to the seconds that all trainings together had taken when it ended."""
    spent, until = 0.0, {}
    for row in sorted((r for r in rows if r["finished_at"]), key=lambda r: r["finished_at"]):
        spent += row["seconds"] or 0.0
        until[row["number"]] = round(spent, 2)
    return until


def _since(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    return round((end - start).total_seconds(), 2) if start and end else None


def _epochs_chart(study: Study, goal: Goal, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Curves of the best trials, best first, and of those that train now."""
    complete = [row for row in rows if row["state"] == TrialState.COMPLETE]
    complete.sort(key=lambda row: row["value"], reverse=goal.direction == "maximize")
    running = [row for row in rows if row["state"] == TrialState.RUNNING]
    running = running[-MAX_CURVES // 3 :]
    shown = complete[: MAX_CURVES - len(running)] + running
    points = queries.curves([row["pk"] for row in shown], study.objective)
    chart = epochs_chart(
        [(row["number"], row["state"], points.get(row["pk"], [])) for row in shown],
        metric=goal.name,
        direction=goal.direction,
        is_percent=goal.is_percent,
        max_step=study.max_epochs,
    )
    return chart.to_json()


def _table(study: Study, space: SearchSpace, counts: Mapping[str, int], query: Mapping[str, str]) -> Table:
    searched = list(space.searched)
    state = query.get("state", "all")
    state = state if state in SEGMENTS else "all"
    sort = query.get("sort", "-number")
    order = queries.TableOrder.parse(sort, searched)
    n_all = sum(counts.values())
    trials = queries.trial_table(study, state=state, order=order)
    paginator = Paginator(trials, queries.PAGE_SIZE)
    paginator.count = n_all if state == "all" else counts.get(state, 0)  # known already: spare a query
    page = paginator.get_page(query.get("page"))
    columns = [(name, hasattr(space[name].distribution, "low")) for name in searched[:MAX_COLUMNS]]
    now = timezone.now()
    return Table(
        columns=columns,
        rows=[_table_row(study, trial, columns, now) for trial in page],
        page=page,
        states=[
            ("all", "All", n_all),
            *((s, TrialState(s).label, counts[s]) for s in SEGMENTS if counts.get(s)),
        ],
        state=state,
        sort=f"{'-' if order.is_descending else ''}{order.column}",
    )


def _table_row(study: Study, trial: Trial, columns: list[tuple[str, bool]], now: dt.datetime) -> TableRow:
    words, seconds = "", trial.seconds
    if trial.state == TrialState.RUNNING:
        words = f"Epoch {trial.step} of {study.max_epochs}" if trial.step else "Setting up"
        seconds = (now - trial.started_at).total_seconds() if trial.started_at else None
    elif trial.state == TrialState.FAILED:
        words = f"Failed: {trial.get_failure_kind_display()}"
    elif trial.state == TrialState.WAITING and trial.attempt:
        words = "Waiting for another attempt"
    value = trial.value if trial.state == TrialState.COMPLETE else None
    return TableRow(
        trial, value, words, [(trial.params.get(name), is_number) for name, is_number in columns], seconds
    )
