"""Secrets given to Parzen turn up nowhere: on no page, in no export, in no log line, in no training."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainers.environment import clean_environment

ROOT = Path(__file__).resolve().parents[1]
CANARIES = {
    "PARZEN_SECRET_KEY": "canary-key-0123456789-0123456789-0123456789-0123456789",
    "PARZEN_METRICS_TOKEN": "canary-token",
    "PARZEN_OIDC_SECRET": "canary-oidc",
    "PARZEN_SMTP_PASSWORD": "canary-smtp",
    "REDIS_URL": "redis://:canary-redis@127.0.0.1:1/0",  # nothing answers there, so errors are logged
    "AWS_SECRET_ACCESS_KEY": "canary-aws",
}
ASK = """
import django, json, logging, sys
django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.core.management import call_command
call_command("migrate", verbosity=0)
from unittest import mock
from django.test import Client
from django.urls import reverse

from dashboard.engine.lifecycle import start_study
from tests.builders import add_trials, make_dataset, make_study, make_user
from tests.dashboard.access.matrix import MATRIX
root = make_user("root", is_staff=True, is_superuser=True)
study = make_study(owner=root)
start_study(study_id=study.pk, by="root")  # the broker is not responding
add_trials(study, 2, n_reports=2)
places = {"study": study.pk, "trial": 0, "gone": study.pk, "team": 1, "member": root.pk, "comment": 1}
places["dataset"] = make_dataset(owner=root).name
client = Client(raise_request_exception=False, headers={"host": "localhost"})
client.force_login(root)
answers = {}
for name, row in MATRIX.items():
    answer = client.get(reverse(name, args=[places.get(arg, arg) for arg in row.args]))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answers[name] = [answer.status_code, body.decode("utf-8", "replace") + str(dict(answer.headers))]
with mock.patch("dashboard.studies.views.studies_page", side_effect=RuntimeError("broken")):
    answer = client.get("/studies/")
answers["error"] = [answer.status_code, answer.content.decode()]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def asked(make_var_dir):
    var = make_var_dir("canary")
    environment = {
        **os.environ,
        **CANARIES,
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "PARZEN_VAR_DIR": str(var),
        "PARZEN_OIDC_URL": "http://127.0.0.1:1",
        "PARZEN_OIDC_CLIENT_ID": "parzen",
        "PARZEN_SMTP_HOST": "127.0.0.1",
        "PARZEN_LOG_LEVEL": "DEBUG",
        "DATABASE_URL": "",
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )


def test_no_page_and_no_header_holds_a_secret(asked):
    answers = json.loads(asked.stdout)

    assert sum(status == 200 for status, _ in answers.values()) > 25
    assert answers["error"][0] == 500
    assert [name for name, (_, text) in answers.items() if "canary" in text] == []


def test_no_log_line_holds_a_secret(asked):
    assert "broker is not responding" in asked.stderr
    assert "RuntimeError: broken" in asked.stderr
    assert "canary" not in asked.stderr


def test_no_training_gets_a_secret():
    given = {**CANARIES, "DATABASE_URL": "postgresql://parzen:canary@db/parzen", "PATH": "/usr/bin"}

    kept = clean_environment(given)

    assert "PATH" in kept
    assert not [name for name, value in kept.items() if "canary" in value]
