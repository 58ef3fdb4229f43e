"""The checker sees each broken invariant, and nothing in a run that was good."""

import dataclasses
import datetime as dt

import pytest

from dashboard.models import Attempt, Study, Trial
from tests.faults.checker import Record, broken
from tests.faults.events import Event

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def event(n, kind, pk, old, new, attempt=1, **fields):
    """The n-th change; of trial 1 of study 1 unless said otherwise."""
    known = {"parent": 1, "old_value": None, "new_value": None, "old_lease": None} | fields
    return Event(
        id=n, at=NOW + n * SECOND, kind=kind, pk=pk, old_state=old, new_state=new, old_attempt=attempt,
        new_attempt=attempt, **known,
    )  # fmt: skip


def good_record():
    """One study of one trial: lost with its worker at first, complete in the second attempt."""
    study = Study(
        pk=1, seed=5, name="plain 0", state="finished", state_reason="Budget reached: 1 trial", max_trials=1
    )
    trial = Trial(pk=1, study_id=1, number=0, state="complete", attempt=2, value=0.5)
    lost = Attempt(trial_id=1, number=1, state="lost", reason="The worker did not respond for 4 s.")
    complete = Attempt(trial_id=1, number=2, state="complete")
    return Record(
        studies={1: study},
        trials={1: trial},
        attempts=[lost, complete],
        events=[
            event(1, "study", 1, "draft", "running"),
            event(2, "trial", 1, None, "running"),
            event(3, "attempt", 1, "running", "lost"),
            event(4, "trial", 1, "running", "waiting", old_lease=NOW + 3 * SECOND),
            event(5, "trial", 1, "waiting", "running", attempt=2),
            event(6, "trial", 1, "running", "complete", attempt=2),
            event(7, "attempt", 2, "running", "complete", attempt=2),
            event(8, "study", 1, "running", "finished"),
        ],
        journal=[
            {"what": "start", "study": 5, "trial": 0, "attempt": 1},
            {"what": "start", "study": 5, "trial": 0, "attempt": 2},
            {"what": "end", "study": 5, "trial": 0, "attempt": 2, "value": 0.5},
            {"what": "write", "verb": "finish_trial", "trial_id": 1, "attempt": 2, "is_accepted": True},
            {"what": "late", "verb": "finish_trial", "trial_id": 1, "attempt": 1, "is_accepted": False},
        ],
    )


def changed(**fields):
    return lambda record: dataclasses.replace(record, **fields)


def trial_with(**fields):
    def change(record):
        for name, value in fields.items():
            setattr(record.trials[1], name, value)
        return record

    return change


def study_with(**fields):
    def change(record):
        for name, value in fields.items():
            setattr(record.studies[1], name, value)
        return record

    return change


def more(**rows):
    """The record with more events, attempts or journal lines."""
    return lambda record: dataclasses.replace(
        record, **{name: getattr(record, name) + added for name, added in rows.items()}
    )


@pytest.fixture(autouse=True)
def _no_replay(monkeypatch):
    monkeypatch.setattr("tests.faults.checker.differing_suggestions", lambda studies: [])


def test_good_run_has_no_findings():
    assert broken(good_record()) == []


SECOND_END = {"what": "write", "verb": "finish_trial", "trial_id": 1, "attempt": 1, "is_accepted": True}


@pytest.mark.parametrize(
    ("invariant", "kind", "change"),
    [
        ("I1", "other", changed(is_stalled=True)),
        ("I1", "other", study_with(state="running")),
        ("I1", "lost", study_with(max_trials=2)),
        ("I1", "lost", trial_with(state="waiting")),
        ("I1", "doubled", more(events=[event(9, "trial", 1, "running", "failed")])),
        ("I2", "doubled", more(attempts=[Attempt(trial_id=1, number=3, state="complete")])),
        ("I2", "doubled", trial_with(attempt=1)),
        ("I2", "doubled", more(journal=[SECOND_END])),
        ("I3", "changed", more(events=[event(9, "trial", 1, "complete", "waiting")])),
        ("I3", "changed", more(events=[event(9, "attempt", 1, "lost", "complete")])),
        ("I3", "changed", more(events=[event(9, "study", 1, "finished", "running")])),
        ("I3", "lost", more(events=[event(9, "trial", 7, "waiting", None)])),
        ("I3", "changed", more(journal=[SECOND_END | {"what": "late"}])),
        ("I4", "doubled", trial_with(value=0.25)),
        ("I4", "doubled", more(journal=[{"what": "start", "study": 5, "trial": 0, "attempt": 1}])),
        ("I5", "over_budget", study_with(lost_retries=-1)),
        ("I5", "lost", trial_with(state="failed", failure_kind="lost")),
        ("I5", "other", trial_with(attempt=3)),
        ("I6", "other", more(events=[
            event(9, "trial", 1, "running", "waiting", old_lease=NOW + 20 * SECOND)])),
        ("I6", "doubled", more(events=[
            dataclasses.replace(event(9, "trial", 1, "running", "running"), new_attempt=2)])),
        ("I7", "other", trial_with(number=1)),
        ("I7", "over_budget", study_with(max_trials=0)),
        ("I7", "over_budget", study_with(n_parallel=0)),
        ("I8", "other", changed(remains=("process 7 is left",))),
        ("I8", "other", trial_with(lease_until=NOW)),
        ("I8", "other", more(attempts=[Attempt(trial_id=1, number=3, state="running")])),
    ],
)  # fmt: skip
def test_checker_sees_what_is_broken(invariant, kind, change):
    findings = broken(change(good_record()))

    assert (invariant, kind) in {(f.invariant.split()[0], f.kind) for f in findings}


@pytest.mark.parametrize("name", ["I9", "I10"])
def test_checker_passes_on_what_replay_and_database_say(name, monkeypatch):
    class Broken:
        def problems(self):
            return ["row 7 missing from index"]

    monkeypatch.setattr("tests.faults.checker.differing_suggestions", lambda studies: ["study 1 would try x"])

    findings = broken(dataclasses.replace(good_record(), database=Broken()))

    assert name in {f.invariant.split()[0] for f in findings}
