"""Passwords cannot be guessed by trying, and nobody can lock somebody else out."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.models import AuditEntry
from tests.builders import PASSWORD, make_user
from tests.dashboard.restarts import forget_memory

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def ada(db):
    return make_user("ada")


def try_in(password, address=HERE, name="ada", **headers):
    client = Client(REMOTE_ADDR=address, headers=headers)
    return client.post(reverse("account_login"), {"login": name, "password": password})


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


def test_count_is_in_the_database_for_all_processes(ada):
    for n in range(10):
        try_in(f"guess {n}")

    forget_memory()

    assert try_in(PASSWORD).status_code == 429


def test_administrator_opens_the_door_at_once(ada):
    for n in range(10):
        try_in(f"guess {n}")

    call_command("axes_reset_username", "ada")

    assert try_in(PASSWORD).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(ada, settings):
    settings.HTTPS = True
    for n in range(10):  # what is further left was said by the browser
        try_in(f"guess {n}", address="127.0.0.1", x_forwarded_for=f"192.0.2.{n}, {HERE}")

    assert try_in(PASSWORD, address="127.0.0.1", x_forwarded_for=HERE).status_code == 429
    assert try_in(PASSWORD, address="127.0.0.1", x_forwarded_for=ELSEWHERE).status_code == 302


def test_ten_wrong_codes_close_the_second_factor_for_a_while(ada):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(ada, secret)
    client = Client()
    client.post(reverse("account_login"), {"login": "ada", "password": PASSWORD})
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    wrong = f"{(int(code) + 500_000) % 1_000_000:06}"
    for _ in range(10):
        client.post(reverse("mfa_authenticate"), {"code": wrong})

    forget_memory()
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(reverse("study-list")).status_code == 302

    cache.clear()  # as after a quarter of an hour
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(reverse("study-list")).status_code == 200


def test_a_code_is_taken_once_whichever_process_sees_it(ada):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(ada, secret)
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    let_in = []
    for _ in range(2):
        client = Client()
        client.post(reverse("account_login"), {"login": "ada", "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        let_in.append(client.get(reverse("study-list")).status_code == 200)
        forget_memory()

    assert let_in == [True, False]


def test_pages_never_look_into_the_counts(page):
    with CaptureQueriesContext(connection) as captured:
        assert page.get(reverse("study-list")).status_code == 200
    assert captured
    assert not [query for query in captured if "dashboard_cache" in query["sql"]]


def test_one_password_cannot_be_tried_on_many_names_quickly(db):
    answers = [try_in("guess", name=f"name {n}") for n in range(20)]
    forget_memory()
    answers += [try_in("guess", name=f"name {n}") for n in range(20, 31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "Wait a minute" in answers[-1].content.decode()
