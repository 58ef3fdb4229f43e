"""What stands in deploy/ and docs/deploy.md is there, and runs."""

import os
import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
# They are of the systems around Parzen.
FOREIGN = {"POSTGRES_USER", "POSTGRES_PASSWORD"}


def manage(*words, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "PARZEN_SECRET_KEY": "x" * 50, "DATABASE_URL": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def commands_of_units():
    for path in UNITS:
        unit = RawConfigParser(strict=False)
        unit.optionxform = str
        unit.read(path)
        yield path.name, unit["Service"]["ExecStart"].split("manage.py ")[1]


def commands_of_compose():
    for name, service in COMPOSE["services"].items():
        if service.get("image") == "parzen":
            yield name, " ".join(service["command"])


def commands_of_docs():
    text = (ROOT / "docs" / "deploy.md").read_text()
    for command in re.findall(r"manage\.py ([a-z]+)", text):
        yield "deploy.md", command


@pytest.mark.parametrize(
    ("where", "command"), [*commands_of_units(), *commands_of_compose(), *commands_of_docs()]
)
def test_every_command_is_one(where, command):
    name, *parts = command.split()
    assert name in get_commands(), where
    if name == "run" and parts:
        assert parts[0] in {"web", "worker", "housekeeping"}, where


def test_every_part_is_run_by_both():
    parts = {"run web", "run worker", "run housekeeping"}
    assert {command for _, command in commands_of_units()} == parts
    assert parts <= {command for _, command in commands_of_compose()}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path):
    for path in UNITS:
        text = path.read_text().replace("/opt/parzen/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text.replace("file:/opt/parzen", f"file:{ROOT}"))

    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in done.stderr.splitlines() if "parzen" in line]
    assert ours == []


def test_every_setting_in_the_files_is_one():
    known = set(re.findall(r"\b([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text()))
    texts = {path: path.read_text() for path in (*DEPLOY.glob("systemd/*"), *DEPLOY.glob("compose/*"))}
    texts[ROOT / "docs/deploy.md"] = (ROOT / "docs" / "deploy.md").read_text()
    for path, text in texts.items():
        used = set(re.findall(r"\b((?:PARZEN|DATABASE|REDIS)_[A-Z_]+)\b", text)) - FOREIGN
        assert used <= known, path


def test_part_does_not_start_on_a_database_of_another_version(tmp_path):
    done = manage("run", "worker", PARZEN_VAR_DIR=str(tmp_path))

    assert done.returncode
    assert "Run manage.py migrate once, on one machine" in done.stderr
    assert "Traceback" not in done.stderr


def test_part_does_not_start_without_the_common_key(tmp_path):
    done = manage("run", "web", PARZEN_VAR_DIR=str(tmp_path), PARZEN_SECRET_KEY="")

    assert "PARZEN_SECRET_KEY is not set" in done.stderr


def test_part_says_so_when_the_database_does_not_answer(tmp_path):
    url = "postgresql://parzen@127.0.0.1:1/parzen"
    done = manage("run", "housekeeping", PARZEN_VAR_DIR=str(tmp_path), DATABASE_URL=url)

    assert "The database in DATABASE_URL is not responding" in done.stderr
    assert "Traceback" not in done.stderr
