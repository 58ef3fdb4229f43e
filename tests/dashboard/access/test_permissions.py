"""Every address, every kind of person, both methods: as `tests/dashboard/access/matrix.py` says."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.access.secret_links import digest_of
from dashboard.models import Artifact, Comment, Invitation, Membership, Role, ShareLink, Study
from dashboard.people.actions import create_team
from dashboard.studies.actions import delete_study
from tests.builders import OPERATOR, actor, add_trials, everything, make_dataset, make_user, running_study
from tests.dashboard.access.matrix import MATRIX, PEOPLE, SIGN_IN, names
from tests.dashboard.posted import keep_few_knobs

NAMES = names()
READS = ("SELECT ", "SAVEPOINT ", "RELEASE SAVEPOINT ")
CELLS = [(name, method, person) for name in NAMES for method in ("GET", "POST") for person in PEOPLE]


@pytest.fixture(autouse=True)
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


@pytest.fixture(scope="module")
def world(kept_rows):
    """A study of a team, with a trial; its owner is the team's. And all of its rows."""
    with kept_rows():
        return make_world(), everything()


@pytest.fixture(scope="module")
def member(world, kept_rows):
    with kept_rows():
        return make_user("viewer").pk


@pytest.fixture(scope="module")
def sessions(world, kept_rows):
    """A session for each person who is known here."""
    found = {}
    with kept_rows():
        for person in PEOPLE[1:]:
            client = Client()
            client.force_login(make_user(person))
            found[person] = client.cookies["sessionid"].value
    return found


@pytest.fixture
def study(world, db):
    """As it was made: no test here changes it but in the database."""
    return world[0]


# Ids that no sequence of a database gives to a row of these tests.
FIRST, GONE = 1_000_001, 1_000_002


def make_world():
    owner = make_user("owner")
    make_user("stranger")
    make_user("staff", is_staff=True)
    team = create_team(name="Vision", by=actor(owner))
    for role in (Role.VIEWER, Role.EDITOR):
        Membership.objects.create(team=team, user=make_user(role.value), role=role)
    Membership.objects.create(team=team, user=make_user("second owner"), role=Role.OWNER)
    study = running_study(pk=FIRST, name="secret-plan", owner=owner, team=team)
    add_trials(study, 1, n_reports=2)
    name = storages["artifacts"].save("network.keras", ContentFile(b"network"))
    Artifact.objects.create(
        trial=study.trials.get(), name=name, size=7, reading={"kind": "images", "shape": [8, 8]}
    )
    Invitation.objects.create(
        team=team,
        digest=digest_of("secret"),
        created_by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )
    delete_study(running_study(pk=GONE, name="gone", owner=owner, team=team), by=OPERATOR)
    Comment.objects.create(pk=FIRST, study=study, author=owner, text="what the owner thinks")
    ShareLink.objects.create(study=study, digest=digest_of("open"), created_by=owner)
    make_dataset(owner=owner, team=team, label="secret-data")
    return study


@pytest.fixture
def client_of(sessions, db):
    def client(person):
        client = Client(raise_request_exception=False)
        if person != "anonymous":
            client.cookies["sessionid"] = sessions[person]
        return client

    return client


def url_of(name, study, member):
    places = {
        "study": study.pk,
        "trial": 0,
        "gone": GONE,
        "comment": FIRST,
        "dataset": "plants-0a1b2c3d",
        "team": study.team_id,
        "member": member,
    }
    return reverse(name, args=[places.get(arg, arg) for arg in MATRIX[name].args])


def word_for(response):
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return SIGN_IN
    return "ok" if response.status_code in {200, 204, 302, 422} else str(response.status_code)


def test_every_address_is_listed():
    assert [name for name in NAMES if name not in MATRIX] == []
    assert [name for name in MATRIX if name not in NAMES] == []


class Writes:
    """Notes every statement that may change rows: where there is none, no row has to be read again."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        if not sql.lstrip().upper().startswith(READS):
            self.statements.append(sql)
        return execute(sql, params, many, context)


@pytest.mark.parametrize(("name", "method", "person"), CELLS)
def test_cell(world, study, member, client_of, name, method, person):
    client, expected = client_of(person), MATRIX[name].cell(method, person)

    with connection.execute_wrapper(writes := Writes()):
        response = client.generic(method, url_of(name, study, member))

    word = word_for(response)
    if (
        person != "anonymous"
        and name in {"account_login", "account_logout", "socialaccount_signup"}
        and word == SIGN_IN
    ):
        word = "ok"  # it is where they lead
    assert word == expected
    if (method == "GET" or expected != "ok") and writes.statements:
        assert everything() == world[1]


def test_a_change_is_noted_as_a_write(study):
    with connection.execute_wrapper(writes := Writes()):
        assert everything()
        assert not writes.statements
        Study.objects.filter(pk=study.pk).update(name="another")
        study.trials.all().delete()
    assert [sql.partition(" ")[0] for sql in writes.statements if "INSERT" not in sql][:1] == ["UPDATE"]
    assert any(sql.startswith("DELETE") for sql in writes.statements)


def test_what_one_may_not_see_is_named_nowhere(study, client_of):
    """A stranger finds neither the study nor its team by looking around."""
    page = client_of("stranger")
    for name in ("study-list", "team-list", "worker-list", "study-new", "dataset-list"):
        body = page.get(reverse(name)).content.decode()
        assert study.name not in body, name
        assert "secret-data" not in body, name
        assert "Vision" not in body, name
    assert page.get(reverse("study-new"), {"from": study.pk}).status_code == 404
