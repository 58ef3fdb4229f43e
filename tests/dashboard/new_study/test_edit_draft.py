"""A draft is changed in place until it starts; after that it is left alone."""

import pytest
from django.urls import reverse

from dashboard.engine.lifecycle import start_study
from dashboard.models import AuditEntry, Membership, Role, Study, StudyState, Team
from dashboard.new_study.page import start_from_draft
from tests.builders import everything, make_study, make_user
from tests.dashboard.posted import keep_few_knobs, posted_fields, shown_fields

pytestmark = pytest.mark.usefixtures("few_knobs")


@pytest.fixture
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


@pytest.fixture
def draft(user):
    return make_study(owner=user, name="careful", seed=11, max_trials=7, max_seconds=600, error_retries=3)


def address(study):
    return reverse("study-edit", args=[study.pk])


def fields_of(study):
    return {f.attname: getattr(study, f.attname) for f in Study._meta.concrete_fields}


def test_saving_the_form_as_it_opens_changes_no_setting(page, draft):
    before = fields_of(draft)
    page.post(address(draft), {**posted_fields(start_from_draft(draft)), "action": "draft"})
    draft.refresh_from_db()

    after = fields_of(draft)
    assert after.pop("version") == before.pop("version") + 1
    # The knobs of the trainer that the space of the builder leaves out are fixed to their defaults.
    spaces = after.pop("space"), before.pop("space")
    assert after == before
    searched = [{p["name"] for p in s["params"] if p["type"] != "constant"} for s in spaces]
    assert searched[0] == searched[1]


def test_page_shows_the_draft_and_no_other_starting_points(page, draft):
    answer = page.get(address(draft))
    shown = shown_fields(answer)

    assert (shown["name"], shown["max_trials"], shown["seed"]) == ("careful", "7", "11")
    assert float(shown["max_minutes"]) == 10
    assert "place" not in shown
    assert b"?preset=" not in answer.content


def test_change_is_saved_and_told(page, draft):
    answer = page.post(
        address(draft),
        {**posted_fields(start_from_draft(draft)), "name": "bolder", "max_trials": "9", "action": "draft"},
    )
    draft.refresh_from_db()

    assert answer.url == draft.get_absolute_url()
    assert (draft.name, draft.max_trials, draft.state) == ("bolder", 9, "draft")
    assert draft.events.first().what == "changed the draft"
    assert AuditEntry.objects.get().action == "study-edit"
    assert address(draft) in page.get(draft.get_absolute_url()).content.decode()


def test_it_can_be_started_from_the_form(page, draft):
    page.post(address(draft), {**posted_fields(start_from_draft(draft)), "action": "start"})
    draft.refresh_from_db()

    assert draft.state == "running"


def test_another_trainer_keeps_name_and_budget(page, draft):
    shown = shown_fields(page.get(address(draft) + "?trainer=cnn"))

    assert (shown["name"], shown["max_trials"]) == ("careful", "7")
    assert "knob-filters_all_1-mode" in shown


def test_wrong_form_changes_nothing(page, draft):
    fields = {**posted_fields(start_from_draft(draft)), "max_trials": "0", "action": "start"}
    before = everything()

    assert page.post(address(draft), fields).status_code == 422
    assert {k: v for k, v in everything().items() if k != "auditentry"} == {
        k: v for k, v in before.items() if k != "auditentry"
    }


def test_study_that_has_started_is_left_alone(page, draft):
    fields = {**posted_fields(start_from_draft(draft)), "name": "too late", "action": "draft"}
    start_study(study_id=draft.pk, by="ada")

    assert page.get(address(draft)).url == draft.get_absolute_url()
    assert page.post(address(draft), fields).url == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.name, draft.state) == ("careful", StudyState.RUNNING)
    assert address(draft) not in page.get(draft.get_absolute_url()).content.decode()


def test_editor_of_the_team_changes_it_and_it_stays_in_the_team(client, user, draft):
    team = Team.objects.create(name="Vision")
    editor = make_user("eve")
    Membership.objects.create(team=team, user=editor, role=Role.EDITOR)
    Study.objects.filter(pk=draft.pk).update(team=team)
    client.force_login(editor)
    client.post(address(draft), {**posted_fields(start_from_draft(draft)), "name": "ours", "action": "draft"})
    draft.refresh_from_db()

    assert (draft.name, draft.team_id, draft.owner) == ("ours", team.pk, user)
