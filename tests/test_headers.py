"""The headers of every kind of answer, scored by the rules that Mozilla's HTTP Observatory publishes.

A base of 100, points taken for what is missing, and a bonus for what is more than asked once the rest is good
(https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HALF_A_YEAR = 15_768_000
BONUS_FROM = 90

ASK = """
import django, json, sys
django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
client = Client(headers={"host": "localhost"}, raise_request_exception=False)
answers = {}
plain = client.get("/account/login/")
answers["plain http"] = [plain.status_code, plain["Location"], {}]
def ask(name, path):
    answer = client.get(path, secure=True)
    cookies = {key: {k: str(v) for k, v in morsel.items()} for key, morsel in answer.cookies.items()}
    answers[name] = [answer.status_code, dict(answer.headers), cookies]
ask("sign-in", "/account/login/")
ask("not found", "/nowhere/")
client.force_login(User.objects.create_superuser("ada", password="x"))
ask("list", "/studies/")
ask("form", "/studies/new/")
ask("teams", "/teams/")
ask("audit", "/audit/")
ask("shared", "/shared/secret/")
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(make_var_dir):
    """Under the settings of production."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "PARZEN_VAR_DIR": str(make_var_dir("var")),
        "PARZEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
        "PARZEN_HTTPS": "1",
        "PARZEN_LOG_LEVEL": "CRITICAL",
        "DATABASE_URL": "",
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


PAGES = ("sign-in", "not found", "list", "form", "teams", "audit", "shared")


def policy_of(headers):
    parts = [part.split() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip()]
    return {name: values for name, *values in parts}


def csp_points(headers):
    policy = policy_of(headers)
    if not policy:
        return -25, 0
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    if {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:", "http:"} & set(scripts):
        return -20, 0
    styles = policy.get("style-src", policy.get("default-src", ["*"]))
    if "'unsafe-inline'" in styles:
        return 0, 0
    return 0, 10 if policy.get("default-src") == ["'none'"] else 5


def cookie_points(cookies):
    points, bonus = 0, 5
    for name, cookie in cookies.items():
        is_session = name == "sessionid"
        if cookie["secure"] != "True":
            points -= 40 if is_session else 5
        if is_session and cookie["httponly"] != "True":
            points -= 30
        if cookie["samesite"] not in {"Lax", "Strict"}:
            bonus = 0
    return points, bonus


def hsts_points(headers):
    words = [word.strip() for word in headers.get("Strict-Transport-Security", "").split(";")]
    ages = [int(word.partition("=")[2]) for word in words if word.startswith("max-age=")]
    if not ages:
        return -20, 0
    return (0 if ages[0] >= HALF_A_YEAR else -10), 0


def referrer_points(headers):
    is_private = headers.get("Referrer-Policy") in {
        "no-referrer",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
    }
    return (0, 5) if is_private else (-5, 0)


def frame_points(headers):
    if policy_of(headers).get("frame-ancestors"):
        return 0, 5
    return (0, 0) if headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else (-20, 0)


def score_of(headers, cookies):
    parts = [
        csp_points(headers),
        cookie_points(cookies),
        hsts_points(headers),
        referrer_points(headers),
        frame_points(headers),
        (0 if headers.get("X-Content-Type-Options") == "nosniff" else -5, 0),
        (-50 if headers.get("Access-Control-Allow-Origin") == "*" else 0, 0),
    ]
    base = 100 + sum(points for points, _ in parts)
    return base + sum(bonus for _, bonus in parts) if base >= BONUS_FROM else base


@pytest.mark.parametrize("page", PAGES)
def test_page_scores_a_plus(answers, page):
    _, headers, cookies = answers[page]
    assert score_of(headers, cookies) >= 100, headers


def test_plain_http_leads_to_https(answers):
    status, location, _ = answers["plain http"]
    assert (status, location) == (301, "https://localhost/account/login/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Security-Policy", "default-src 'self' 'unsafe-inline'"),
        ("Content-Security-Policy", ""),
        ("Strict-Transport-Security", "max-age=60"),
        ("Strict-Transport-Security", ""),
        ("X-Content-Type-Options", ""),
        ("Referrer-Policy", "unsafe-url"),
    ],
)
def test_score_falls_when_a_header_is_weakened(answers, name, value):
    _, headers, cookies = answers["list"]
    assert score_of({**headers, name: value}, cookies) < score_of(headers, cookies)
