"""Actions check who asks and record the attempt, whichever door it came by."""

import ast
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse

from dashboard.access.actor import Actor
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import AuditEntry, Door, Membership, Quota, Role, StudyState, Trial
from dashboard.people.actions import create_team
from dashboard.studies import actions
from dashboard.trials.actions import retry
from tests.builders import OPERATOR, actor, everything, make_study, make_user, running_study

ROOMS = Path(__file__).resolve().parents[3] / "dashboard"


@pytest.fixture
def study(user):
    team = create_team(name="Vision", by=actor(user))
    for role in (Role.VIEWER, Role.EDITOR):
        Membership.objects.create(team=team, user=make_user(role.value), role=role)
    AuditEntry.objects.all().delete()
    return running_study(owner=user, team=team)


def entries():
    return list(AuditEntry.objects.order_by("pk").values_list("who", "action", "is_refused", "door"))


@pytest.mark.parametrize(
    ("act", "enough"),
    [
        (actions.pause, {"editor", "ada", "root"}),
        (actions.stop, {"editor", "ada", "root"}),
        (actions.delete_study, {"ada", "root"}),
        (actions.purge_study, {"root"}),
    ],
)
def test_role_is_asked_for_in_the_action_itself(study, act, enough):
    make_user("root", is_superuser=True)
    make_user("staff", is_staff=True)
    for name in ("stranger", "viewer", "staff", "editor", "ada", "root"):
        before = everything()
        try:
            act(study, by=actor(make_user(name)))
        except PermissionDenied:
            assert name not in enough
            assert everything() == before
        else:
            assert name in enough
    refused = dict(AuditEntry.objects.values_list("who", "is_refused"))
    assert {name for name, is_refused in refused.items() if not is_refused} == enough


def test_commands_are_in_the_audit_log_beside_pages(study, page, monkeypatch):
    monkeypatch.setattr("sys.argv", ["manage.py", "study", "stop", str(study.pk)])
    page.post(reverse("study-pause", args=[study.pk]))
    call_command("study", "stop", study.pk, by="night shift")

    assert entries() == [
        ("ada", "study-pause", False, Door.WEB),
        ("night shift", "study-stop", False, Door.SHELL),
    ]
    last = AuditEntry.objects.latest("pk")
    assert (last.path, last.study_id, last.address) == (f"manage.py study stop {study.pk}", study.pk, None)


def test_what_changes_nothing_says_so(study):
    call_command("study", "stop", study.pk)
    with pytest.raises(CommandError):
        call_command("study", "stop", study.pk)

    assert list(AuditEntry.objects.order_by("pk").values_list("is_refused", "reason")) == [
        (False, ""),
        (False, "Nothing to change."),
    ]


def test_refusal_is_recorded_with_its_reason_and_a_fault_without_its_text(user, monkeypatch):
    study = make_study(owner=user, max_trials=10)
    Quota.objects.create(user=user, n_trials=3)
    with pytest.raises(QuotaRefused) as refusal:
        actions.start(study, by=actor(user))
    assert AuditEntry.objects.get().reason == str(refusal.value)[:300]

    def fail(**_arguments):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("dashboard.engine.lifecycle.start_study", fail)
    with pytest.raises(RuntimeError):
        actions.start(study, by=actor(user))
    assert AuditEntry.objects.latest("pk").reason == "Failed: RuntimeError"
    study.refresh_from_db()
    assert study.state == StudyState.DRAFT


def test_a_trial_counts_as_part_of_its_study(study):
    trial = Trial(study=study, number=0)
    with pytest.raises(PermissionDenied):
        retry(trial, by=actor(make_user("viewer")))

    assert AuditEntry.objects.get().study_id == study.pk


def test_what_belongs_to_a_person_needs_an_account(db):
    with pytest.raises(PermissionDenied, match="needs a user account"):
        create_team(name="Vision", by=OPERATOR)


def test_actor_is_called_by_name_in_histories_and_by_login_in_the_audit_log(study):
    grace = make_user("grace", first_name="Grace", last_name="Hopper", is_superuser=True)
    actions.pause(study, by=Actor.of(grace))

    assert study.events.latest("pk").by == "Grace Hopper"
    assert entries() == [("grace", "study-pause", False, Door.WEB)]


def test_views_and_commands_write_through_actions_only():
    """A view that calls the engine's writes itself would leave out the check and the record."""
    writes = {"lifecycle", "retries", "budgets"}
    found = [
        f"{path.relative_to(ROOMS)}: {name}"
        for path in [*ROOMS.glob("*/**/*views.py"), *(ROOMS / "management" / "commands").glob("*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in [f"{node.module}.{alias.name}" for alias in node.names]
        if (node.module == "dashboard.engine" and name.rpartition(".")[2] in writes)
        or ((node.module or "").removeprefix("dashboard.engine.") in writes and not name.endswith("Refused"))
    ]

    assert found == []
    # Nor does it write rows of its own.
    rows = (".objects.create(", ".save(", ".delete()", ".update(", ".update_or_create(", ".bulk_create(")
    own = {
        str(path.relative_to(ROOMS)): [write for write in rows if write in path.read_text()]
        for path in ROOMS.glob("*/**/*views.py")
    }
    assert {file: found for file, found in own.items() if found} == {
        "people/views.py": [".save("]
    }  # a new account
