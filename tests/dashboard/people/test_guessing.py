"""Passwords cannot be guessed by trying, and nobody can lock somebody else out."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.models import AuditEntry
from tests.builders import PASSWORD, make_user

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def ada(db):
    return make_user("ada")


def try_in(password, address=HERE, name="ada"):
    return Client().post(reverse("account_login"), {"login": name, "password": password}, REMOTE_ADDR=address)


def test_ten_wrong_passwords_close_the_door_for_a_while(ada):
    assert [try_in(f"guess {n}").status_code for n in range(9)] == [200] * 9

    answer = try_in("guess 10")

    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()
    assert try_in(PASSWORD).status_code == 429
    assert AuditEntry.objects.filter(is_refused=True, who="ada").count() == 11


def test_owner_of_the_name_comes_in_from_elsewhere(ada):
    for n in range(12):
        try_in(f"guess {n}")

    assert try_in(PASSWORD, ELSEWHERE).status_code == 302


def test_other_names_at_the_same_address_are_not_touched(ada):
    make_user("grace")
    for n in range(12):
        try_in(f"guess {n}")

    assert try_in(PASSWORD, name="grace").status_code == 302


def test_right_password_forgets_the_wrong_ones(ada):
    for _ in range(3):
        for n in range(8):
            try_in(f"guess {n}")
        assert try_in(PASSWORD).status_code == 302


def test_names_that_nobody_has_are_closed_alike(ada):
    answers = [try_in("guess", name="nobody").status_code for _ in range(10)]

    assert answers == [200] * 9 + [429]
