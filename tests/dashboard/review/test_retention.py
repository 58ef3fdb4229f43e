"""Retention: what is only said, and what is done, are the same studies."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dashboard.models import Attempt, Comment, Study, StudyEvent
from dashboard.studies.actions import archive_study, delete_study
from tests.builders import OPERATOR, add_trials, make_study, running_study

pytestmark = pytest.mark.django_db


def aged(study, days):
    """As if all of it had happened so many days ago."""
    at = timezone.now() - timedelta(days=days)
    Study.objects.filter(pk=study.pk).update(finished_at=at, created_at=at)
    Study.objects.filter(pk=study.pk, deleted_at__isnull=False).update(deleted_at=at)
    StudyEvent.objects.filter(study=study).update(at=at)
    Attempt.objects.filter(trial__study=study).update(finished_at=at)
    return study


def run(capsys, *args):
    call_command("retention", *args)
    return capsys.readouterr().out


def test_without_yes_it_is_only_said(capsys):
    study = aged(make_study("finished", name="old one"), 200)

    said = run(capsys, "--archive", "180")

    assert "archive" in said
    assert "old one (ada)" in said
    assert "archive 1 study: would be done; use --yes to apply." in said
    study.refresh_from_db()
    assert not study.is_archived


def test_old_studies_go_step_by_step(capsys):
    fresh, ended = aged(make_study("finished"), 10), aged(make_study("stopped"), 200)
    archived = make_study("finished")
    archive_study(archived, is_archived=True, by=OPERATOR)
    aged(archived, 400)
    gone = make_study("finished")
    delete_study(gone, by=OPERATOR)
    aged(gone, 40)

    run(capsys, "--archive", "180", "--delete", "365", "--purge", "30", "--yes")

    left = {s.pk: (s.is_archived, s.deleted_at is not None) for s in Study.objects.all()}
    assert left == {fresh.pk: (False, False), ended.pk: (True, False), archived.pk: (True, True)}
    assert StudyEvent.objects.filter(study=ended, what="archived the study", by="retention").exists()


def test_studies_that_run_or_that_somebody_uses_stay(capsys):
    running = aged(running_study(), 400)
    draft = aged(make_study(), 400)
    talked = aged(make_study("finished"), 400)
    Comment.objects.create(study=talked, author=talked.owner, text="still needed")

    said = run(capsys, "--archive", "30", "--delete", "30", "--yes")

    assert "archive 0 studies" in said
    assert not Study.objects.filter(is_archived=True).exists()
    assert {running.pk, draft.pk, talked.pk} == set(Study.objects.values_list("pk", flat=True))


def test_old_logs_are_emptied_and_results_stay(capsys):
    old, new = running_study(name="old"), running_study(name="new")
    for study in (old, new):
        add_trials(study, 2, n_reports=1)
    aged(old, 100)

    said = run(capsys, "--logs", "90", "--yes")

    assert "clear the logs of 1 study: done." in said
    assert set(Attempt.objects.filter(trial__study=old).values_list("log", flat=True)) == {""}
    assert "" not in Attempt.objects.filter(trial__study=new).values_list("log", flat=True)
    assert old.trials.filter(state="complete").count() == 2
    assert "clear the logs of 0 studies" in run(capsys, "--logs", "90")


@pytest.mark.parametrize(
    ("args", "words"), [((), "Set at least one rule"), (("--archive", "0"), "--archive is 0, but must be")]
)
def test_rules_that_make_no_sense_are_refused(args, words):
    with pytest.raises(CommandError, match=words):
        call_command("retention", *args)
