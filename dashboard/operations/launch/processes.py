"""The processes of one machine, and the process manager that keeps them up."""

import shlex
import sys
from configparser import RawConfigParser
from pathlib import Path

from django.conf import settings

from dashboard.engine.hints import hint_queue
from dashboard.operations.launch.broker import embedded_broker

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
# A worker hands its trials back before it ends.
STOP_SECONDS = 15


def worker_command() -> list[str]:
    """Trains: one thread per slot, each supervising one training process."""
    queues = ",".join(map(hint_queue, settings.QUEUES))
    return [
        *(sys.executable, "-m", "celery", "-A", "dashboard", "worker", "-P", "threads"),
        *("-c", str(settings.SLOTS), "-Q", queues, "-n", "trials@%h", *QUIET),
    ]


def housekeeping_command() -> list[str]:
    """Periodic work, apart from the slots, so that it also runs while all of them train.

    In threads: neither a slow mail server nor a large upload keeps it from bringing lost trials back.
    """
    return [
        *(sys.executable, "-m", "celery", "-A", "dashboard", "worker", "-P", "threads", "-c", "5"),
        *(
            "-B",
            "--scheduler",
            "celery.beat:Scheduler",
            "-Q",
            "housekeeping",
            "-n",
            "housekeeping@%h",
            *QUIET,
        ),
    ]


def web_command() -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "dashboard.wsgi", "--bind", f"{settings.HOST}:{settings.PORT}"),
        *("--workers", "1", "--threads", "8", "--graceful-timeout", "3", "--log-level", "warning"),
        "--no-control-socket",
    ]


def all_commands() -> dict[str, list[str]]:
    """In the order in which they start; they end the other way round."""
    commands = {"worker": worker_command(), "housekeeping": housekeeping_command(), "web": web_command()}
    broker = embedded_broker()
    return {"broker": broker, **commands} if broker else commands


def log_dir() -> Path:
    return Path(settings.VAR_DIR) / "log"


def manager_command() -> list[str]:
    """Supervisor in the foreground, with a configuration written for this start."""
    config = RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": _plain(log_dir() / "manager.log"),
        "pidfile": _plain(Path(settings.VAR_DIR) / "manager.pid"),
        "childlogdir": _plain(log_dir()),
        "directory": _plain(settings.BASE_DIR),
    }
    for priority, (name, command) in enumerate(all_commands().items()):
        config[f"program:{name}"] = {
            "command": _plain(shlex.join(command)),
            "priority": str(priority),
            "autorestart": "true",
            "startsecs": "2",
            "startretries": "5",
            "stopwaitsecs": str(STOP_SECONDS),
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": _plain(log_dir() / f"{name}.log"),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "2",
        }
    path = Path(settings.VAR_DIR) / "manager.conf"
    with path.open("w") as file:
        config.write(file)
    return [sys.executable, "-m", "supervisor.supervisord", "-c", str(path)]


def _plain(value: object) -> str:
    """Supervisor expands %(names)s in every value."""
    return str(value).replace("%", "%%")
