"""Every attempt of a study by the slot that made it."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.utils import timezone

from dashboard.charts.panels.panel import Picture
from dashboard.charts.panels.timeline import Bar, busy_share, timeline_panel
from dashboard.models import Attempt, AttemptState, FailureKind
from dashboard.models.worker import slot_words, split_slot_name
from dashboard.studies.explore.axes import Subject
from dashboard.wording import all_of, count_noun, duration, percent, thousands

# The latest ones; earlier attempts of a long study are left out, and the page says so.
MAX_ATTEMPTS = 2_000
# Seconds by which clocks of two machines may differ.
OVERLAP = 1.0
PAUSED, RESUMED = "paused the study", ("resumed the study", "started the study")
FIELDS = ("trial__number", "number", "worker", "state", "failure_kind", "started_at", "finished_at")


def timeline_picture(subject: Subject) -> Picture:
    study = subject.study
    attempts = Attempt.objects.filter(trial__study=study).order_by("-pk")
    rows = list(attempts.values_list(*FIELDS)[:MAX_ATTEMPTS])[::-1]
    if not rows or study.started_at is None:
        return Picture("", [], empty="No attempt yet.")
    now = timezone.now()
    bars = _bars(rows, study.started_at, now)
    end = max(bar.end for bar in bars)
    first = min(bar.start for bar in bars)
    pauses = [(a, b) for a, b in _pauses(subject, study.started_at, now) if b > first and a < end]
    pauses = [(max(a, 0.0), min(b, end)) for a, b in pauses]
    n_all = len(rows) if len(rows) < MAX_ATTEMPTS else attempts.count()
    return Picture(
        "",
        [timeline_panel(bars, pauses, subject.results.best_number, end)],
        _sub(rows, bars, pauses, end - first, n_all),
        f"Green: complete, amber: pruned, red: failed. {_spent(bars)} "
        "Gaps are times in which a slot waited or worked for another study.",
        header=["trial", "attempt", "slot", "outcome", "start_seconds", "end_seconds"],
        rows=[[b.trial, b.attempt, b.slot, b.outcome, round(b.start, 2), round(b.end, 2)] for b in bars],
    )


def _spent(bars: list[Bar]) -> str:
    """Where the training time went, by outcome, the largest part first."""
    seconds: dict[str, float] = {}
    for bar in bars:
        seconds[bar.outcome] = seconds.get(bar.outcome, 0.0) + bar.end - bar.start
    total = sum(seconds.values())
    if not total:
        return ""
    parts = sorted(seconds.items(), key=lambda part: -part[1])
    words = [f"{percent(each / total, 0)} {outcome}" for outcome, each in parts]
    return f"Training time, {duration(total)} in all: {all_of(words)}."


def _bars(rows: list[tuple[Any, ...]], start: dt.datetime, now: dt.datetime) -> list[Bar]:
    bars = [
        Bar(
            trial,
            number,
            worker,
            (begun - start).total_seconds(),
            ((ended or now) - start).total_seconds(),
            "infeasible" if kind == FailureKind.INFEASIBLE else state,
            _words(trial, number, state, kind),
        )
        for trial, number, worker, state, kind, begun, ended in rows
    ]
    names = _slot_names(bars)
    return [replace(bar, slot=names[bar.slot]) for bar in bars]


def _words(trial: int, number: int, state: str, kind: str) -> str:
    is_failed = state == AttemptState.FAILED and kind
    outcome = str(FailureKind(kind).label if is_failed else AttemptState(state).label).lower()
    return f"#{trial} {outcome}" + (f", attempt {number}" if number > 1 else "")


def _slot_names(bars: list[Bar]) -> dict[str, str]:
    """Host and slot, which a worker that was started anew keeps; with its process where two work at once."""
    short = {}
    for worker in {bar.slot for bar in bars}:
        name, slot = split_slot_name(worker)
        host = name.rpartition(":")[0] or name
        short[worker] = host if slot is None else f"{host}, slot {slot}"
    until: dict[str, float] = {}
    for bar in sorted(bars, key=lambda bar: bar.start):
        if bar.start < until.get(short[bar.slot], 0.0) - OVERLAP:
            return {worker: slot_words(worker) for worker in short}
        until[short[bar.slot]] = bar.end
    return short


def _pauses(subject: Subject, start: dt.datetime, now: dt.datetime) -> list[tuple[float, float]]:
    events = subject.study.events.filter(what__in=(PAUSED, *RESUMED)).order_by("pk")
    pauses: list[tuple[float, float]] = []
    since: float | None = None
    for at, what in events.values_list("at", "what"):
        seconds = (at - start).total_seconds()
        if what == PAUSED:
            since = seconds
        elif since is not None:
            pauses.append((since, seconds))
            since = None
    if since is not None:
        pauses.append((since, (now - start).total_seconds()))
    return pauses


def _sub(
    rows: list[tuple[Any, ...]],
    bars: list[Bar],
    pauses: list[tuple[float, float]],
    seconds: float,
    n_all: int,
) -> str:
    n_retries = sum(row[1] > 1 for row in rows)
    n_lost = sum(row[3] == AttemptState.LOST for row in rows)
    of = f"The last {thousands(len(rows))} of " if n_all > len(rows) else ""
    parts = [
        f"{of}{count_noun(n_all, 'attempt')}",
        f"slots busy {percent(busy_share(bars, pauses, seconds), 0)} of the time",
    ]
    if n_retries:
        parts.append(count_noun(n_retries, "retry,retries"))
    if n_lost:
        parts.append(f"{thousands(n_lost)} lost")
    return ", ".join(parts)
