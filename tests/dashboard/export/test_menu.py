"""The menu leads to every file, and takes the choice of the table along."""

import re
from html import unescape

import pytest
from django.urls import reverse

from dashboard.models import Membership, Role
from dashboard.people.actions import create_team
from tests.builders import actor, add_trials, make_user, running_study


def links_of(page, study, query=""):
    """Those of the overview and of the table of trials."""
    addresses = (study.get_absolute_url(), reverse("study-trials", args=[study.pk]) + query)
    body = "".join(page.get(address).content.decode() for address in addresses)
    return [unescape(url) for url in re.findall(r'href="([^"]*/export/[^"]*)"', body)]


def test_every_file_is_in_the_menu_and_there(user, page):
    study = running_study(owner=user)
    add_trials(study, 3)
    links = links_of(page, study)

    assert {link.partition("?")[0].rpartition("/")[2] for link in links} == {
        *("trials.csv", "trials.parquet", "trials.json", "study.json"),
        *("optuna.py", "hyperopt.py", "keras_tuner.py", "keras.py", "optuna.db", "best.svg", "best.csv"),
    }
    for link in links:
        assert page.get(link).status_code == (302 if "keras.py" in link else 200)


def test_a_custom_model_has_no_keras_file(user, page):
    study = running_study(owner=user, code="space = {}")
    assert not [link for link in links_of(page, study) if "keras.py" in link]


def test_the_table_exports_what_it_shows(user, page):
    study = running_study(owner=user)
    add_trials(study, 3)
    add_trials(study, 2, state="failed")
    links = links_of(page, study, "?q=state%3Dfailed&column=params.units_1")

    (shown,) = [link for link in links if "column" in link]
    lines = page.get(shown).getvalue().decode().splitlines()
    assert (lines[0], len(lines)) == ("number,state,val_loss,params.units_1,proposed_by,seconds", 3)
    assert len([link for link in links if "q=state%20%3D%20failed" in link]) == 4


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_who_sees_the_study_takes_it_away(user, role, client):
    team = create_team(name="Vision", by=actor(user))
    study, other = running_study(owner=user, team=team), make_user("other")
    if role:
        Membership.objects.create(team=team, user=other, role=role)
    client.force_login(other)
    for name in ("trials.csv", "trials.parquet", "study.json", "optuna.py"):
        answer = client.get(f"{study.get_absolute_url()}export/{name}")
        assert answer.status_code == (200 if role else 404)
