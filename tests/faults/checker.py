"""Reads the database and the journal after a run, and nothing else, and says what should not be.

Each invariant has a name and a function that returns its broken cases, each with the evidence. The rows of
the database say what is; the events, written by its triggers, what was; the journal, what trainings did.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from dashboard.models import Attempt, AttemptState, Study, StudyState, Trial, TrialState
from tests.faults.databases import Database
from tests.faults.events import Event, events
from tests.faults.fake import journal
from tests.faults.replay import differing_suggestions

ENDED = {TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED, TrialState.CANCELLED}
STUDY_ENDED = {StudyState.FINISHED, StudyState.STOPPED, StudyState.FAILED}
MAX_SHOWN = 10
# A lease is renewed by the statement before the one that reads the clock again.
TICK = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Finding:
    invariant: str
    kind: str  # lost, doubled, changed, over_budget or other: what the last line counts
    evidence: str

    def __str__(self) -> str:
        return f"BROKEN {self.invariant}: {self.evidence}"


@dataclass(frozen=True)
class Record:
    """Everything that is known after a run."""

    studies: dict[int, Study]
    trials: dict[int, Trial]
    attempts: list[Attempt]
    events: list[Event]
    journal: list[dict[str, Any]]
    database: Database | None = None
    remains: tuple[str, ...] = ()
    is_stalled: bool = False

    def attempts_of(self, trial: Trial) -> list[Attempt]:
        return self._attempts[trial.pk]

    def trials_of(self, study: Study) -> list[Trial]:
        return self._trials[study.pk]

    def events_of(self, kind: str) -> dict[int, list[Event]]:
        by_pk: dict[int, list[Event]] = defaultdict(list)
        for event in self.events:
            if event.kind == kind:
                by_pk[event.pk].append(event)
        return by_pk

    def lines(self, what: str) -> list[dict[str, Any]]:
        return [line for line in self.journal if line["what"] == what]

    @cached_property
    def _attempts(self) -> dict[int, list[Attempt]]:
        by_trial: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            by_trial[attempt.trial_id].append(attempt)
        return by_trial

    @cached_property
    def _trials(self) -> dict[int, list[Trial]]:
        by_study: dict[int, list[Trial]] = defaultdict(list)
        for trial in self.trials.values():
            by_study[trial.study_id].append(trial)
        return by_study


Broken = Iterator[tuple[str, str]]


def one_terminal_state(record: Record) -> Broken:
    if record.is_stalled:
        yield "other", "nothing moved any more although work was left and workers were up"
    for study in record.studies.values():
        trials = record.trials_of(study)
        if study.state not in STUDY_ENDED:
            yield "other", f"study {study.pk} {study.name!r} is {study.state}"
        if study.state_reason.startswith("Budget") and len(trials) != study.max_trials:
            yield "lost", f"study {study.pk} has {len(trials)} trials and says {study.state_reason!r}"
    for trial in record.trials.values():
        if trial.state not in ENDED:
            yield "lost", f"{_name(trial)} is {trial.state} in attempt {trial.attempt}"
    endings = {pk: [e for e in es if e.new_state in ENDED] for pk, es in record.events_of("trial").items()}
    for pk, trial in record.trials.items():
        if trial.state in ENDED and len(endings.get(pk, [])) != 1:
            yield "doubled", f"{_name(trial)} ended {len(endings.get(pk, []))} times"


def one_result(record: Record) -> Broken:
    for trial in record.trials.values():
        complete = [a.number for a in record.attempts_of(trial) if a.state == AttemptState.COMPLETE]
        expected = [trial.attempt] if trial.state == TrialState.COMPLETE else []
        if complete != expected:
            yield (
                "doubled",
                f"{_name(trial)} is {trial.state} in {trial.attempt}; complete attempts: {complete}",
            )
    accepted = Counter(
        w["trial_id"] for w in record.lines("write") if w["is_accepted"] and w["verb"] == "finish_trial"
    )
    for pk, n in accepted.items():
        if n > 1:
            yield "doubled", f"{n} executions of trial {pk} were told that they had recorded its result"


def nothing_ended_changes(record: Record) -> Broken:
    ended = {"trial": ENDED, "study": STUDY_ENDED, "attempt": set(AttemptState) - {AttemptState.RUNNING}}
    for line in record.lines("late"):
        if line["is_accepted"]:
            yield "changed", f"a late {line['verb']} was accepted for an attempt that was over: {line}"
    for event in record.events:
        if event.old_state in ended[event.kind]:
            yield "changed", f"{event.kind} {event.pk} changed after its end: {event}"
        if event.new_state is None:
            yield "lost", f"{event.kind} {event.pk} was deleted: {event}"


def recorded_value_is_the_trained_one(record: Record) -> Broken:
    ends = {(e["study"], e["trial"], e["attempt"]): e["value"] for e in record.lines("end")}
    starts = Counter((s["study"], s["trial"], s["attempt"]) for s in record.lines("start"))
    for key, n in starts.items():
        if n > 1:
            yield "doubled", f"study, trial, attempt {key} was trained {n} times"
    for trial in record.trials.values():
        key = (record.studies[trial.study_id].seed, trial.number, trial.attempt)
        if trial.state == TrialState.COMPLETE and (key not in ends or ends[key] != trial.value):
            yield "doubled", f"{_name(trial)} has {trial.value}; its training said {ends.get(key, 'nothing')}"


def attempts_within_limits(record: Record) -> Broken:
    for trial in record.trials.values():
        attempts = record.attempts_of(trial)
        n_lost = sum(a.state == AttemptState.LOST for a in attempts)
        limit = record.studies[trial.study_id].lost_retries + 1
        if n_lost > limit:
            yield "over_budget", f"{_name(trial)} was lost {n_lost} times; the limit is {limit}"
        if trial.failure_kind in {"lost", "died"} and n_lost != limit:
            yield "lost", f"{_name(trial)} was given up after {n_lost} of {limit} losses"
        if sorted(a.number for a in attempts) != list(range(1, trial.attempt + 1)):
            yield (
                "other",
                f"{_name(trial)} is in attempt {trial.attempt}; there are {[a.number for a in attempts]}",
            )


def leases_never_overlap(record: Record) -> Broken:
    """Only its own supervisor, or its end, takes a trial from a live lease."""
    reaped = {(a.trial_id, a.number) for a in record.attempts if "did not respond" in a.reason}
    for event in record.events:
        if event.kind != "trial" or event.old_state != TrialState.RUNNING:
            continue
        is_reaped = (event.pk, event.old_attempt) in reaped
        if is_reaped and event.old_lease and event.old_lease > event.at + TICK:
            yield "other", f"trial {event.pk} was taken away before its lease was over: {event}"
        if event.new_state == TrialState.RUNNING and event.new_attempt != event.old_attempt:
            yield "doubled", f"trial {event.pk} was claimed while it ran: {event}"


def numbers_and_budgets(record: Record) -> Broken:
    for study in record.studies.values():
        numbers = sorted(trial.number for trial in record.trials_of(study))
        if numbers != list(range(len(numbers))):
            yield "other", f"study {study.pk} has the trial numbers {numbers}"
        if len(numbers) > study.max_trials:
            yield "over_budget", f"study {study.pk} has {len(numbers)} trials of {study.max_trials}"
    running: Counter[int] = Counter()
    for event in record.events:
        if event.kind != "trial" or event.parent is None:
            continue
        running[event.parent] += (event.new_state == "running") - (event.old_state == "running")
        study = record.studies[event.parent]
        if event.new_state == "running" and running[event.parent] > study.n_parallel:
            yield (
                "over_budget",
                f"study {study.pk} ran {running[study.pk]} of {study.n_parallel} at once: {event}",
            )


def nothing_is_left(record: Record) -> Broken:
    for text in record.remains:
        yield "other", text
    for trial in record.trials.values():
        if trial.lease_until is not None and trial.state != TrialState.RUNNING:
            yield "other", f"{_name(trial)} is {trial.state} and has a lease until {trial.lease_until}"
    for attempt in record.attempts:
        if (
            attempt.state == AttemptState.RUNNING
            and record.trials[attempt.trial_id].state != TrialState.RUNNING
        ):
            yield "other", f"attempt {attempt.number} of trial {attempt.trial_id} still says that it runs"


def suggestions_are_repeatable(record: Record) -> Broken:
    for text in differing_suggestions(record.studies.values()):
        yield "other", text


def database_is_sound(record: Record) -> Broken:
    for text in record.database.problems() if record.database else ():
        yield "other", text


INVARIANTS: dict[str, Callable[[Record], Broken]] = {
    "I1 every trial reaches one terminal state": one_terminal_state,
    "I2 every complete trial has one result, of its current attempt": one_result,
    "I3 nothing that has ended changes": nothing_ended_changes,
    "I4 the recorded value is the one that was trained": recorded_value_is_the_trained_one,
    "I5 attempts stay within their limit": attempts_within_limits,
    "I6 leases of one trial never overlap": leases_never_overlap,
    "I7 numbers have no gap, budgets are never passed": numbers_and_budgets,
    "I8 no process, file or lease is left": nothing_is_left,
    "I9 the next suggestion is that of a clean replay": suggestions_are_repeatable,
    "I10 the database is sound": database_is_sound,
}


def check(path: Path, database: Database | None, remains: list[str], is_stalled: bool) -> list[Finding]:
    return broken(
        Record(
            studies=Study.objects.in_bulk(),
            trials=Trial.objects.in_bulk(),
            attempts=list(Attempt.objects.defer("log")),
            events=events(),
            journal=journal.read(path),
            database=database,
            remains=tuple(remains),
            is_stalled=is_stalled,
        )
    )


def broken(record: Record) -> list[Finding]:
    return [
        Finding(name, kind, evidence)
        for name, invariant in INVARIANTS.items()
        for kind, evidence in invariant(record)
    ]


def _name(trial: Trial) -> str:
    return f"trial {trial.pk} (study {trial.study_id} #{trial.number})"
