"""A study can be put away and deleted, and comes back whole."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.engine.claims import claim_trial
from dashboard.models import Artifact, Membership, Role, Study
from dashboard.people.actions import create_team
from dashboard.sharing.actions import find_link, make_link
from dashboard.studies import views
from dashboard.studies.actions import delete_study, restore_study
from tests.builders import OPERATOR, WORKER, actor, add_trials, complete, make_study, make_user, running_study


def listed(page, state="all"):
    return page.get(reverse("study-list"), {"state": state}).content.decode()


def test_archived_study_is_out_of_the_way_and_there(page, user):
    study = make_study("finished", name="digits of may", owner=user)

    page.post(reverse("study-archive", args=[study.pk]))

    assert "digits of may" not in listed(page)
    assert "digits of may" in listed(page, "archived")
    assert page.get(study.get_absolute_url()).status_code == 200
    page.post(reverse("study-archive", args=[study.pk]))
    assert "digits of may" in listed(page)


def test_study_at_work_is_not_archived(page, user):
    study = running_study(owner=user)

    page.post(reverse("study-archive", args=[study.pk]))

    study.refresh_from_db()
    assert not study.is_archived


def test_deleted_study_is_gone_for_everybody_and_comes_back_whole(page, user):
    team = create_team(name="Vision", by=actor(user))
    member = make_user("grace")
    Membership.objects.create(team=team, user=member, role=Role.EDITOR)
    study = running_study(owner=user, name="digits of may", team=team)
    add_trials(study, 3)
    grace = Client()
    grace.force_login(member)
    secret = make_link(study, days=7, password="", by=actor(user))
    asked = page.get(reverse("study-delete", args=[study.pk])).content.decode()
    assert "its 3 trials will be hidden" in asked

    said = page.post(reverse("study-delete", args=[study.pk]), follow=True).content.decode()
    assert "digits of may was deleted. You can restore it" in said

    for client in (page, grace):
        assert client.get(study.get_absolute_url()).status_code == 404
        assert "digits of may" not in listed(client)
        assert "digits of may" not in client.get(team.get_absolute_url()).content.decode()
    assert find_link(secret) is None
    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    assert "digits of may" in page.get(reverse("study-deleted")).content.decode()
    assert "digits of may" not in grace.get(reverse("study-deleted")).content.decode()

    page.post(reverse("study-restore", args=[study.pk]))

    assert grace.get(study.get_absolute_url()).status_code == 200
    study.refresh_from_db()
    assert (study.state, study.trials.count()) == ("stopped", 3)
    assert [event.what for event in study.events.all()][:3] == [
        "restored the study",
        "deleted the study",
        "stopped the study",
    ]


def test_deleting_and_bringing_back_twice_does_it_once(db):
    study = make_study()
    assert [delete_study(study, by=OPERATOR) for _ in range(2)] == [True, False]
    assert [restore_study(study, by=OPERATOR) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("is_sure", [False, True])
def test_purge_throws_away_what_was_deleted_long_ago(
    user, is_sure, capsys, django_capture_on_commit_callbacks
):
    old, young, kept = (make_study(name=name, owner=user) for name in ("old", "young", "kept"))
    running = running_study(name="of may", owner=user)
    name = storages["artifacts"].save("network.keras", ContentFile(b"network"))
    Artifact.objects.create(trial=complete(running), name=name, size=7)
    for study in (old, young, running):
        delete_study(study, by=OPERATOR)
    Study.objects.filter(pk__in=(old.pk, running.pk)).update(deleted_at=F("deleted_at") - timedelta(days=31))

    with django_capture_on_commit_callbacks(execute=True):
        call_command("study", "purge", *(["--yes"] if is_sure else []))

    said = capsys.readouterr().out
    assert ("2 studies purged" in said) is is_sure
    assert ("2 studies would be purged" in said) is not is_sure
    left = {young.pk, kept.pk} if is_sure else {old.pk, young.pk, kept.pk, running.pk}
    assert set(Study.objects.values_list("pk", flat=True)) == left
    assert storages["artifacts"].exists(name) is not is_sure


def test_many_deleted_studies_come_in_pages_without_their_search_spaces(page, user, monkeypatch):
    monkeypatch.setattr(views, "DELETED_SIZE", 2)
    for number in range(5):
        delete_study(make_study("finished", owner=user, name=f"study {number}"), by=actor(user))

    with CaptureQueriesContext(connection) as captured:
        shown = [page.get(reverse("study-deleted"), {"page": n}).content.decode() for n in (1, 2, 3)]

    found = [[n for n in range(5) if f"study {n}" in html] for html in shown]
    assert found == [[3, 4], [1, 2], [0]]
    assert "3 to 4 of 5" in shown[1]
    assert not [query for query in captured.captured_queries if '"space"' in query["sql"]]
