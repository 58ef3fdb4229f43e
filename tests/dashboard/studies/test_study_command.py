"""`manage.py study`: the buttons of the study page, from a shell."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dashboard.engine.fences import fail_trial, lose_trial
from dashboard.models import Study, Trial
from tests.builders import claim, fence_of, make_study, running_study

pytestmark = pytest.mark.django_db


def study_command(*words):
    out = StringIO()
    call_command("study", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("start", "draft", "running"),
        ("pause", "running", "paused"),
        ("resume", "paused", "running"),
        ("drain", "running", "stopped"),
        ("stop", "running", "stopped"),
        ("stop", "paused", "stopped"),
    ],
)
def test_verb_does_what_the_button_does_and_the_history_says_who(verb, before, after):
    study = make_study(before)

    said = study_command(verb, study.pk, "--by", "Grace")

    study.refresh_from_db()
    assert study.state == after
    assert study.events.latest("pk").by == "Grace"
    assert said.startswith(f"Study {study.pk} ")


def test_drained_study_lets_its_trials_end():
    study = running_study()
    trial = claim(study)

    said = study_command("drain", study.pk)

    assert said == f"Study {study.pk} will stop after its running trials.\n"
    study.refresh_from_db()
    trial.refresh_from_db()
    assert (study.is_draining, trial.state) == (True, "running")


@pytest.mark.parametrize(
    ("verb", "state"),
    [("start", "running"), ("pause", "paused"), ("resume", "running"), ("stop", "finished")],
)
def test_verb_that_does_not_fit_is_refused_with_the_reason(verb, state):
    study = make_study(state)

    with pytest.raises(CommandError, match=f"Study {study.pk} is {state}. To {verb} a study, it must be "):
        study_command(verb, study.pk)

    study.refresh_from_db()
    assert study.state == state


def test_nothing_is_done_when_one_of_several_studies_is_not_there():
    study = running_study()

    with pytest.raises(CommandError, match="Study 999"):
        study_command("stop", study.pk, 999)

    study.refresh_from_db()
    assert study.state == "running"


def test_several_studies_at_once():
    numbers = [running_study(name=name).pk for name in ("a", "b")]

    study_command("pause", *numbers)

    assert set(Study.objects.values_list("state", flat=True)) == {"paused"}


def test_lost_trials_are_retried():
    study = running_study(lost_retries=0)
    lost, broken = claim(study), claim(study)
    lose_trial(fence_of(lost), reason="gone")
    fail_trial(fence_of(broken), kind="error", message="broke")

    assert study_command("retry", study.pk) == f"Study {study.pk}: 1 lost trial will be retried.\n"
    assert list(Trial.objects.order_by("number").values_list("state", flat=True)) == ["waiting", "failed"]

    study_command("retry", study.pk, "--trial", broken.number)
    assert set(Trial.objects.values_list("state", flat=True)) == {"waiting"}

    with pytest.raises(CommandError, match="has no failed trial 0"):
        study_command("retry", study.pk, "--trial", 0)


def test_list_names_every_study_with_its_number():
    first, second = running_study(name="digits"), make_study("draft", name="letters")
    claim(first)

    lines = study_command("list").splitlines()

    assert [line.split() for line in lines] == [
        [str(first.pk), "1/10", "digits", "(Running)"],
        [str(second.pk), "0/10", "letters", "(Draft)"],
    ]
