"""The broker that Parzen brings itself loses nothing and is nobody else's."""

from pathlib import Path

from dashboard.operations.launch import broker
from dashboard.operations.launch.broker import broker_command, embedded_broker
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


def test_server_of_the_machine_is_used_before_the_one_of_the_wheel(monkeypatch):
    monkeypatch.setattr(
        broker.shutil, "which", lambda name: f"/opt/{name}" if name == "redis-server" else None
    )
    assert broker.server_binary() == "/opt/redis-server"

    monkeypatch.setattr(broker.shutil, "which", lambda name: None)
    assert Path(broker.server_binary()).is_file()


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
