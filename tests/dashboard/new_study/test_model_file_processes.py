"""Model files are read in other processes: what that costs the person, and that it costs nobody else."""

import sqlite3
import time

import pytest
from django.db import connection, transaction

from dashboard.new_study import actions, model_files
from dashboard.new_study.actions import make_custom_study
from tests.builders import actor
from trainers.custom import declaration
from trainers.custom.user_code import CodeInvalid
from trainers.processes.call_host import CallHost

SPACE = "from optimizer import hp\nspace = {'x': hp.uniform('x', 0, 1)}\ndef objective(p): return 1\n"


def make(code, root):
    return make_custom_study(
        code=code,
        dataset="",
        is_draft=True,
        by=actor(root),
        name="mine",
        sampler="random",
        max_trials=1,
        max_epochs=1,
    )


@pytest.mark.django_db(transaction=True)
def test_others_can_write_while_a_model_file_is_read(root, monkeypatch):
    """Another connection writes at once, in the middle of the call that waits for the file's process."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite lets one write at a time")
    real, wrote = model_files.read_declaration, []

    def read(*args):
        with sqlite3.connect(connection.settings_dict["NAME"], timeout=0) as other:
            other.execute("BEGIN IMMEDIATE")
            wrote.append(other.execute("UPDATE auth_user SET last_name = 'written'").rowcount)
        return real(*args)

    monkeypatch.setattr(actions, "read_declaration", read)
    make(SPACE, root)
    assert wrote == [1]


@pytest.mark.django_db
def test_a_process_inside_a_transaction_is_noticed():
    from tests.dashboard import conftest

    with transaction.atomic(), pytest.raises(CodeInvalid):
        declaration.read_declaration("x = 1 / 0")
    assert conftest._waits_inside
    conftest._waits_inside.clear()


@pytest.fixture
def host(monkeypatch):
    host = CallHost()
    monkeypatch.setattr(model_files, "call_host", lambda: host)
    yield host
    host.close()


@pytest.mark.slow
def test_loading_keras_is_not_counted(host, monkeypatch):
    """However long it takes on a busy machine: a fork of a process that has it runs the file."""
    monkeypatch.setattr(declaration, "MAX_SECONDS", 1.0)
    code = "import keras\n" + SPACE

    found = model_files.read_declaration(code, ())

    assert found.metric == "loss"
    server = host.server_pid
    with pytest.raises(CodeInvalid, match="more than 1 s of computing time"):
        model_files.read_declaration(code + "while True: pass", ())
    with pytest.raises(CodeInvalid, match=r"Line 5: ZeroDivisionError: division by zero\."):
        model_files.read_declaration(code + "1 / 0", ())
    with pytest.raises(CodeInvalid, match=r"exit code 7\."):
        model_files.read_declaration(code + "import os; os._exit(7)", ())
    with pytest.raises(CodeInvalid, match="may not open connections"):
        model_files.read_declaration(code + "import socket; socket.create_connection(('127.0.0.1', 9))", ())
    monkeypatch.setattr(declaration, "MAX_WAIT_SECONDS", 2.0)
    with pytest.raises(CodeInvalid, match=r"took more than 2 s\."):
        model_files.read_declaration(code + "import time; time.sleep(60)", ())
    assert host.server_pid == server


@pytest.mark.slow
def test_an_idle_server_ends(monkeypatch):
    host = CallHost(idle_seconds=0.1)
    declaration.read_declaration("import keras\n" + SPACE, (), call=host.call)
    end = time.monotonic() + 30
    while host.server_pid is not None and time.monotonic() < end:
        time.sleep(0.1)
    assert host.server_pid is None
