"""A whole study as JSON, and back: exact, complete, and wrong files are told from right ones."""

import dataclasses
import datetime as dt
import io
import json

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.engine.steering.judging import judge_trial
from dashboard.engine.steering.spaces import change_space
from dashboard.export.study_format import (
    LEFT_OUT,
    SETTINGS,
    AttemptRecord,
    CommentRecord,
    EventRecord,
    ReportRecord,
    SpaceVersionRecord,
    StudyRecord,
    TrialRecord,
)
from dashboard.export.study_json import study_json
from dashboard.export.study_reader import StudyFileInvalid, read_study
from dashboard.models import (
    Attempt,
    AuditEntry,
    Comment,
    FailureKind,
    Report,
    SpaceVersion,
    Study,
    StudyEvent,
    Tag,
    Trial,
)
from dashboard.people.actions import create_team
from tests.builders import SPACE, actor, add_trials, make_study, running_study

RECORDS = {
    Study: StudyRecord,
    Trial: TrialRecord,
    Attempt: AttemptRecord,
    Report: ReportRecord,
    Comment: CommentRecord,
    StudyEvent: EventRecord,
    SpaceVersion: SpaceVersionRecord,
}


def exported(study):
    return read_study(io.StringIO("".join(study_json(Study.objects.get(pk=study.pk)))))


def plain(record, *but):
    names = [field.name for field in dataclasses.fields(record)]
    return {name: getattr(record, name) for name in names if name not in but}


@pytest.fixture
def study(user):
    """One with everything: retries, reports, comments, a winner, odd texts and numbers."""
    team = create_team(name="Vision", by=actor(user))
    study = running_study(owner=user, team=team, name="Zürich „α“", note="é\n\u2028 <b>", target_value=1e-300)
    add_trials(study, 3, n_reports=4, explanation={"text": "☃", "near": [0.1 + 0.2, None]})
    add_trials(study, 2, state="failed", failure_message='"\\ \n')
    add_trials(study, state="waiting")
    first = study.trials.get(number=0)
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    again = Attempt.objects.create(trial=first, number=2, worker="b / 2", started_at=at, peak_memory=2**40)
    Report.objects.create(attempt=again, step=1, metrics={"val_loss": None, "x y": -0.0}, seconds=1 / 3)
    Comment.objects.create(study=study, trial=first, author=user, text="why?")
    Comment.objects.create(study=study, author=user, text="done")
    Tag.objects.bulk_create([Tag(study=study, name=name) for name in ("paper", "älter")])
    Study.objects.filter(pk=study.pk).update(winner=first, started_at=at)
    judge_trial(study_id=study.pk, number=1, kind=FailureKind.LEFT_OUT, reason="ä", by="Ada")
    narrow = SPACE | {"params": [{**SPACE["params"][0], "low": 1e-3}, *SPACE["params"][1:]]}
    change_space(study_id=study.pk, space=narrow, by="Ada")
    return study


def test_everything_comes_back_as_it_is_in_the_database(study):
    found = exported(study)

    stored = Study.objects.get(pk=study.pk)
    head = found.study
    named = {"settings", "owner", "team", "confirms", "winner", "seconds", "tags", "events", "comments"}
    named |= {"space_versions"}
    assert plain(head, *named) == {name: getattr(stored, name) for name in plain(head, *named)}
    assert head.settings == {name: getattr(stored, name) for name in SETTINGS}
    assert (head.owner, head.team, head.confirms, head.winner) == ("ada", "Vision", "", 0)
    assert head.seconds == stored.seconds_at(found.exported_at)
    assert head.tags == [tag.name for tag in stored.tags.all()]
    assert [(c.at, c.author, c.text, c.trial) for c in head.comments] == [
        (c.at, c.author.username, c.text, c.trial and c.trial.number) for c in stored.comments.all()
    ]
    versions = SpaceVersion.objects.filter(study=study).order_by("number")
    assert [plain(version) for version in head.space_versions] == list(
        versions.values("number", "space", "defaults", "from_trial", "by", "at")
    )
    assert len(head.space_versions) == 2
    events = StudyEvent.objects.filter(study=study).order_by("pk")
    assert [plain(event) for event in head.events] == list(events.values("at", "by", "what"))
    assert_trials_are_exact(found, stored)


def assert_trials_are_exact(found, study):
    trials = list(study.trials.order_by("number"))
    assert len(found.trials) == len(trials)
    for record, trial in zip(found.trials, trials, strict=True):
        own = plain(record, "attempts", "copy_of")
        assert repr(own) == repr({name: getattr(trial, name) for name in own})
        attempts = list(trial.attempts.order_by("number"))
        assert len(record.attempts) == len(attempts)
        for attempt, row in zip(record.attempts, attempts, strict=True):
            own = plain(attempt, "reports")
            assert repr(own) == repr({name: getattr(row, name) for name in own})
            reports = [plain(report) for report in attempt.reports]
            assert repr(reports) == repr(list(row.reports.values("step", "seconds", "metrics")))


def test_every_column_is_in_the_file_or_left_out_for_a_reason():
    for model, record in RECORDS.items():
        columns = {field.name for field in model._meta.fields}
        names = {field.name for field in dataclasses.fields(record)}
        names |= set(SETTINGS) if model is Study else set()
        left_out = LEFT_OUT[model.__name__]
        assert columns - names - {"owner", "team"} == left_out.keys() - {"owner", "team"}, model


def test_no_id_of_the_database_is_in_the_file(study):
    text = "".join(study_json(study))
    keys = set()
    json.loads(text, object_hook=lambda found: keys.update(found) or found)
    assert not {key for key in keys if key in {"id", "pk"} or key.endswith("_id")}


def test_a_confirmation_names_the_study_and_the_trials_that_it_trains_again(study):
    first = study.trials.get(number=2)
    runs = make_study(owner=study.owner, confirms=study)
    add_trials(runs, copy_of=first, seed=4)

    found = exported(runs)
    assert (found.study.confirms, found.trials[0].copy_of, found.trials[0].seed) == (study.name, 2, 4)


def test_pieces_join_to_the_same_file_however_small_they_are(study, monkeypatch):
    at_once = exported(study)
    for name, value in {"TRIALS_PER_PIECE": 2, "REPORTS_PER_READ": 1, "PIECE": 1}.items():
        monkeypatch.setattr(f"dashboard.export.study_json.{name}", value)
    in_pieces = exported(study)

    assert len(list(study_json(study))) > 40
    assert in_pieces.trials == at_once.trials
    assert dataclasses.replace(in_pieces.study, seconds=0) == dataclasses.replace(at_once.study, seconds=0)


def test_a_draft_without_trials_comes_back(user):
    draft = make_study(owner=user, dataset="", code="import keras\n")
    found = exported(draft)
    assert (found.trials, found.study.state, found.study.settings["code"]) == ([], "draft", draft.code)


# PostgreSQL has no NUL in texts, and Unicode no lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), numbers, texts)

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    params=st.dictionaries(texts, values),
    metrics=st.dictionaries(texts, st.none() | numbers),
    value=numbers,
    log=texts,
    microseconds=st.integers(0, 2**52),
)
def test_any_values_come_back(study, params, metrics, value, log, microseconds):
    at = EPOCH + dt.timedelta(microseconds=microseconds)
    Trial.objects.filter(study=study, number=1).update(
        params=params, metrics=metrics, value=value, finished_at=at
    )
    Attempt.objects.filter(trial__study=study).update(log=log, started_at=at)
    Report.objects.filter(attempt__trial__study=study).update(metrics=metrics)

    assert_trials_are_exact(exported(study), study)


def test_the_download_is_the_file_and_is_written_down(study, page):
    answer = page.get(reverse("study-export-json", args=[study.pk]))

    assert (
        answer["Content-Disposition"] == 'attachment; filename="zurich-α.json"'
        or "zurich" in (answer["Content-Disposition"])
    )
    assert len(read_study(io.BytesIO(answer.getvalue())).trials) == 6
    assert AuditEntry.objects.get(action="study-export-json").study_id == study.pk


def changed(study, *path, to):
    found = json.loads("".join(study_json(study)))
    place = found
    for step in path[:-1]:
        place = place[step]
    if to is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return io.StringIO(json.dumps(found))


@pytest.mark.parametrize(
    ("path", "to", "words"),
    [
        (["format"], "another", "format"),
        (["version"], 2, "version 2"),
        (["version"], True, "version True"),
        (["trials", 2, "number"], "two", "trials[2].number"),
        (["trials", 0, "number"], True, "trials[0].number"),
        (["trials", 0, "value"], "0.5", "trials[0].value"),
        (["trials", 0, "attempts", 0, "reports", 1, "step"], None, "trials[0].attempts[0].reports[1].step"),
        (["trials", 0, "attempts"], {}, "trials[0].attempts"),
        (["trials", 1, "params"], KeyError, "trials[1].params"),
        (["trials", 1, "more"], 1, "trials[1].more"),
        (["study", "created_at"], "yesterday", "study.created_at"),
        (["study", "created_at"], "2026-01-01T00:00:00", "zone"),
        (["study", "settings", "team_id"], 4, "study.settings.team_id"),
        (["exported_at"], 5, "exported_at"),
        (["trials", 0, "metrics"], {"x": float("nan")}, "NaN"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(study, path, to, words):
    with pytest.raises(StudyFileInvalid) as refusal:
        read_study(changed(study, *path, to=to))
    assert words in str(refusal.value)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"format": "parzen-study"', "[" * 100_000])
def test_what_is_no_such_file_is_refused(text):
    with pytest.raises(StudyFileInvalid):
        read_study(io.StringIO(text))


def test_a_file_that_was_cut_off_is_refused(study):
    text = "".join(study_json(study))
    with pytest.raises(StudyFileInvalid):
        read_study(io.StringIO(text[: len(text) // 2]))
