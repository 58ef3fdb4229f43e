"""Whatever somebody tries to change is written down, refused or not, and never by reading."""

import csv
import re
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from dashboard.access.audit import record_attempt
from dashboard.models import AuditEntry
from dashboard.review.audit_words import WORDS
from dashboard.web.middleware import ASKING
from dashboard.web.requests import address_of
from tests.builders import PASSWORD, make_study, make_user, running_study
from tests.dashboard.access.matrix import MATRIX, NO_SUCH_METHOD, READ_ONLY, UNSEEN
from tests.dashboard.posted import posted_fields

ROOMS = Path(__file__).resolve().parents[3] / "dashboard"


@pytest.fixture
def staff(db):
    client = Client()
    client.force_login(make_user("root", is_staff=True))
    return client


def entry():
    return AuditEntry.objects.latest("pk")


def test_change_is_written_down_with_person_study_and_address(page, user):
    study = running_study(owner=user)

    page.post(reverse("study-pause", args=[study.pk]), REMOTE_ADDR="192.0.2.7")

    found = entry()
    assert (found.who, found.action, found.study_id) == ("ada", "study-pause", study.pk)
    assert found.address == "192.0.2.7"
    assert (found.is_refused, found.reason, found.path) == (False, "", f"/studies/{study.pk}/pause/")


def test_refused_attempts_are_written_down_too(page, user):
    foreign = running_study(owner=make_user("grace"), is_open=True)
    hidden = running_study(owner=make_user("grace"))

    page.post(reverse("study-stop", args=[foreign.pk]))
    page.post(reverse("study-stop", args=[hidden.pk]))
    Client().post(reverse("study-stop", args=[hidden.pk]))
    Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "eve"})

    found = AuditEntry.objects.order_by("pk").values_list("who", "status", "is_refused")
    assert list(found) == [("ada", None, True), ("ada", 404, True), ("", 302, True), ("eve", 403, True)]
    assert "Ask grace" in AuditEntry.objects.earliest("pk").reason  # it reached the action, which says why


def test_sign_ins_are_written_down_and_no_password_is(db):
    make_user("ada")
    for password in ("a wrong secret", PASSWORD):
        Client().post(reverse("account_login"), {"login": "ada", "password": password})

    assert list(AuditEntry.objects.order_by("pk").values_list("who", "is_refused")) == [
        ("ada", True),
        ("ada", False),
    ]
    assert "secret" not in str(list(AuditEntry.objects.values()))
    assert PASSWORD not in str(list(AuditEntry.objects.values()))


def test_reading_writes_nothing(page, user):
    study = make_study(owner=user)
    for path in (study.get_absolute_url(), "/studies/", "/teams/", "/studies/99/"):
        page.get(path)

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["a\x00b", "x" * 5_000, "<script>"])
def test_hostile_name_is_written_down_as_text(db, name):
    assert Client().post(reverse("account_login"), {"login": name, "password": "x"}).status_code == 200

    assert entry().is_refused
    assert all(
        len(kept.username) <= 255 and "\0" not in kept.username for kept in AccessAttempt.objects.all()
    )


def test_address_is_what_the_proxy_says_only_behind_one(rf, settings):
    request = rf.post("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.9.9.9, 192.0.2.7")
    assert address_of(request) == "127.0.0.1"
    settings.HTTPS = True
    assert address_of(request) == "192.0.2.7"
    assert address_of(rf.post("/", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="nonsense")) is None


def test_staff_find_and_export_it(staff, page, user):
    study = running_study(owner=user)
    page.post(reverse("study-pause", args=[study.pk]))
    Client().post(reverse("account_login"), {"login": '=HYPERLINK("evil")', "password": "x"})

    body = staff.get(reverse("audit-list")).content.decode()
    assert "Pause study" in body
    assert f'<a href="{study.get_absolute_url()}">{study.name}</a>' in body
    assert "=HYPERLINK" in body
    only = staff.get(reverse("audit-list"), {"refused": "1"}).content.decode()
    assert "Pause study" not in only
    for asked in (f"ada {study.pk}", "pause study", "study-pause"):
        assert "Pause study" in staff.get(reverse("audit-list"), {"q": asked}).content.decode()
    rows = list(csv.DictReader(staff.get(reverse("audit-export")).getvalue().decode().splitlines()))
    assert [row["words"] for row in rows] == ["Sign in", "Pause study"]
    assert [row["action"] for row in rows] == ["account_login", "study-pause"]
    assert rows[0]["who"] == '\'=HYPERLINK("evil")'


@pytest.mark.parametrize(
    "name", ["study-cost", "sampler-note", "study-samples", "knobs-below", "knob-layers"]
)
def test_what_a_page_asks_while_one_types_is_not_in_it(page, name):
    for _ in range(3):
        assert page.post(reverse(name, args=["mlp"]), posted_fields()).status_code == 200

    assert not AuditEntry.objects.exists()


def test_everything_that_is_recorded_has_words(db):
    """Of actions and of addresses that can be posted to; those of libraries included."""
    actions = {
        name
        for path in ROOMS.rglob("*.py")
        for name in re.findall(r'^@action\("([\w-]+)"', path.read_text(), re.MULTILINE)
    }
    posted = {name for name, row in MATRIX.items() if row.post not in {READ_ONLY, NO_SUCH_METHOD, UNSEEN}}
    assert actions
    assert (actions | posted) - {*ASKING, *NOT_RECORDED} <= WORDS.keys()


# A redirect, which changes nothing.
NOT_RECORDED = {"home"}


def test_study_that_is_deleted_is_named_without_a_link(staff, page, user):
    study = make_study(owner=user, name="gone soon")
    page.post(reverse("study-delete", args=[study.pk]))

    body = staff.get(reverse("audit-list")).content.decode()
    assert "gone soon" in body
    assert study.get_absolute_url() not in body.replace(reverse("study-delete", args=[study.pk]), "")


def test_others_do_not_find_it(page):
    assert page.get(reverse("audit-list")).status_code == 404
    assert page.get(reverse("audit-export")).status_code == 404


def test_page_is_quick_beside_many_entries(staff, django_assert_max_num_queries):
    entries = [AuditEntry(who="ada", action="study-stop", path="/", status=302, is_refused=False)] * 2_000
    AuditEntry.objects.bulk_create([AuditEntry(**{f: getattr(e, f) for f in FIELDS}) for e in entries])

    with django_assert_max_num_queries(8):
        body = staff.get(reverse("audit-list"), {"page": 2}).content.decode()
    assert "51 to 100 of 2,000" in body


FIELDS = ("who", "action", "path", "status", "is_refused")


def test_database_that_is_away_does_not_undo_an_answer(db, monkeypatch, caplog):
    from django.db import OperationalError

    def fail(**_fields):
        raise OperationalError("away")

    monkeypatch.setattr(AuditEntry.objects, "create", fail)
    record_attempt(who="ada", action="a", path="/", study_id=None, status=302, is_refused=False, address=None)
    assert "not in the audit log: ada a /" in caplog.text
