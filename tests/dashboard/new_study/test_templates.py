"""Studies that are offered as the beginning of new ones, to whoever sees them."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.engine.lifecycle import end_study
from dashboard.models import Role, StudyEvent
from dashboard.people.actions import create_team
from dashboard.studies.actions import offer_as_template
from dashboard.winners.actions import confirm_best
from tests.builders import OPERATOR, actor, complete, make_study, make_user, running_study
from tests.dashboard.posted import keep_few_knobs


@pytest.fixture(autouse=True)
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


def offered(client):
    return client.get("/studies/new/").content.decode().partition("Templates:")[2].partition("</p>")[0]


def test_a_template_of_a_team_is_offered_to_its_members(page, user):
    team = create_team(name="Vision", by=actor(user))
    team.memberships.create(user=make_user("grace"), role=Role.VIEWER)
    study = make_study(owner=user, name="our usual search", team=team)
    page.post(reverse("study-template", args=[study.pk]))
    theirs, stranger = Client(), Client()
    theirs.force_login(make_user("grace"))
    stranger.force_login(make_user("eve"))

    assert f'href="?from={study.pk}"' in offered(page)
    assert "our usual search" in offered(theirs)
    assert offered(stranger) == ""
    assert theirs.post(reverse("study-template", args=[study.pk])).status_code == 403
    assert 'value="our usual search (copy)"' in theirs.get(f"/studies/new/?from={study.pk}").content.decode()

    page.post(reverse("study-template", args=[study.pk]))
    assert offered(theirs) == ""
    words = list(StudyEvent.objects.filter(study=study).values_list("what", flat=True))
    assert {"made the study a template", "stopped using the study as a template"} <= set(words)


def test_what_confirms_another_study_is_no_template(user):
    study = running_study(owner=user)
    complete(study)
    end_study(study_id=study.pk, state="finished", reason="enough")
    runs = confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    assert not offer_as_template(runs, is_template=True, by=OPERATOR)
    assert offer_as_template(study, is_template=True, by=OPERATOR)
    assert not offer_as_template(study, is_template=True, by=OPERATOR)
