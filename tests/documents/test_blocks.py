"""Every code block of every document does what it says: each is run, or held against what it speaks of."""

import importlib.metadata
import json
import logging
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from django.core.management import CommandError
from django.http import Http404
from django.test import Client

from dashboard.engine.counters import count
from dashboard.logs import ContextFilter, log_context
from dashboard.models import CountedEvent, FailureKind, TrialState
from dashboard.operations import readiness
from dashboard.settings import LOGGING
from dashboard.trials.selection import Field, parse
from tests import test_docs
from tests.documents.blocks import BLOCKS, ROOT, Block
from tests.documents.shell import hold_lines, is_read

# Pages whose blocks of Python need more than themselves: data, or a look at what they define. These tests
# run them, and fail where a block is added.
RUN_BY = {
    "CONTRIBUTING.md": "tests/optimizer/samplers/test_contract.py",
    "docs/custom-models.md": "tests/trainers/test_docs.py",
    "docs/keras-tuner.md": "tests/trainers/test_docs.py",
    "docs/optuna-objectives.md": "tests/trainers/test_docs.py",
    "docs/hyperopt.md": "tests/optimizer/compat/test_blog_example.py",
    "docs/trainers.md": "tests/trainers/test_docs.py",
}


def hold_python(block: Block, tmp_path, **_):
    if block.page in RUN_BY:
        assert block.page.rpartition("/")[2] in (ROOT / RUN_BY[block.page]).read_text()
        return
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", block.code], cwd=tmp_path, env=environment, check=True, timeout=300)


def hold_shell(block: Block, **_):
    assert hold_lines(block.code)


def hold_cron(block: Block, **_):
    for line in block.code.splitlines():
        *times, user, command = line.split(maxsplit=6)
        assert all(re.fullmatch(r"[\d*,/-]+", time) for time in times)
        assert user == "parzen"
        # For cron a % ends the command, unless it is escaped.
        assert not re.search(r"(?<!\\)%", command)
        assert hold_lines(command.replace("\\%", "%"))


def hold_settings(block: Block, tmp_path, **_):
    """The settings take these values."""
    values = dict(line.split("=", 1) for line in block.code.splitlines())
    assert [name for name in values if not is_read(name)] == []
    environment = {**os.environ, "PARZEN_VAR_DIR": str(tmp_path), **values}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def hold_entry_points(block: Block, **_):
    """An entry point that is found: in a group of ours, and of the form that Python reads."""
    ours = {
        group
        for path in (ROOT / "trainers/registry.py", *(ROOT / "optimizer").rglob("*.py"))
        for group in re.findall(r'"(parzen\.\w+)"', path.read_text())
    }
    groups = tomllib.loads(block.code)["project"]["entry-points"]
    assert groups.keys() <= ours
    for group, entries in groups.items():
        for name, value in entries.items():
            assert importlib.metadata.EntryPoint(name, value, group).attr


def hold_answer(block: Block, monkeypatch, **_):
    """What /readyz answers while the broker is down."""
    monkeypatch.setattr(readiness, "is_broker_up", lambda: False)
    count(CountedEvent.HOUSEKEEPING)
    assert Client().get("/readyz").json() == json.loads(block.code)


def hold_scraper(block: Block, settings, **_):
    """Prometheus reads `/metrics` with the token, unless its file says otherwise."""
    (job,) = yaml.safe_load(block.code)["scrape_configs"]
    settings.METRICS_TOKEN = job["authorization"]["credentials"]
    (settings.ALLOWED_HOSTS,) = (each["targets"] for each in job["static_configs"])
    asked = {"authorization": f"Bearer {settings.METRICS_TOKEN}", "host": settings.ALLOWED_HOSTS[0]}
    assert Client().get("/metrics", headers=asked).status_code == 200
    assert job.keys() == {"job_name", "authorization", "static_configs"}


# What the filters of a document can name, as a study has it.
FILTERED = [
    *[
        Field(name, "number")
        for name in ("trial", "learning_rate", "dropout", "val_loss", "hidden layers", "units")
    ],
    Field("momentum", "number"),
    Field("val_accuracy", "number", is_percent=True),
    Field("duration", "duration"),
    Field("state", "text", choices=tuple(TrialState.values)),
    Field("failed", "text", choices=tuple(FailureKind.labels)),
    Field("optimizer", "text", choices=("adam", "sgd")),
]


def hold_filter(block: Block, **_):
    for line in block.code.splitlines():
        assert parse(line, FILTERED).names


def hold_text(block: Block, **_):
    if block.code.startswith("dashboard/"):
        assert len(test_docs.tree()) > 40  # whose tests hold each line of it
        return
    (line,) = block.code.splitlines()
    found = re.fullmatch(r"(\S+ \S+) (\w+) ([\w.]+) (\w+) (.*)", line)
    assert found, line
    context = {name: eval(value) for name, value in re.findall(r"(\w+)=('[^']*'|\d+)", found[5])}
    record = logging.LogRecord(found[3], getattr(logging, found[2]), "", 0, found[4], (), None)
    with log_context(**context):
        ContextFilter().filter(record)
    written = logging.Formatter(LOGGING["formatters"]["line"]["format"]).format(record)
    assert written.split(" ", 2)[2] == line.split(" ", 2)[2]


# By make and the shell; Django's parsers; argparse; and what the checks themselves look up.
REFUSALS = (subprocess.CalledProcessError, CommandError, SystemExit, AssertionError, LookupError, Http404)

# Language of a block -> how it is held. There is no other way to write one.
HELD = {
    "cron": hold_cron,
    "filter": hold_filter,
    "ini": hold_settings,
    "json": hold_answer,
    "python": hold_python,
    "sh": hold_shell,
    "text": hold_text,
    "toml": hold_entry_points,
    "yaml": hold_scraper,
}


@pytest.mark.django_db
@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_does_what_it_says(block, tmp_path, monkeypatch, settings):
    assert block.language in HELD, (
        f"{block} is of {block.language or 'no language'}; held are {', '.join(HELD)}"
    )

    HELD[block.language](block, tmp_path=tmp_path, monkeypatch=monkeypatch, settings=settings)


def test_no_way_is_left_over():
    assert {block.language for block in BLOCKS} == set(HELD)
    assert set(RUN_BY) <= {block.page for block in BLOCKS if block.language == "python"}


@pytest.mark.parametrize(
    "wrong",
    [
        "make nothing",
        "manage.py study pause --nothing",
        "manage.py nothing",
        "PARZEN_NOTHING=1 make run",
        "sudo cp deploy/nothing /etc/",
        "sudo systemctl start parzen-nothing",
        "docker compose --file deploy/compose/compose.yaml exec nothing true",
        ".venv/bin/uv pip install --nothing -r deploy/requirements-s3.txt",
        "$PY -m benchmarks.optimizer regret --suite nothing",
        "curl http://127.0.0.1:8000/nothing",
        "nothing --at-all",
        "echo 'unfinished",
    ],
)
def test_a_command_that_would_not_work_is_found(wrong):
    with pytest.raises(REFUSALS):
        hold_lines(wrong)
