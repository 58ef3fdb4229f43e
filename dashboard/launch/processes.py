"""The processes of one machine and their commands."""

import sys

from django.conf import settings

from dashboard.launch.broker import embedded_broker

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


def worker_command() -> list[str]:
    """Trains: one thread per slot, each supervising one training process."""
    return [
        *(sys.executable, "-m", "celery", "-A", "dashboard", "worker", "-P", "threads"),
        *("-c", str(settings.SLOTS), "-Q", "trials", "-n", "trials@%h", *QUIET),
    ]


def housekeeping_command() -> list[str]:
    """Periodic work, apart from the slots, so that it also runs while all of them train."""
    return [
        *(sys.executable, "-m", "celery", "-A", "dashboard", "worker", "-P", "solo"),
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
    ]


def all_commands() -> dict[str, list[str]]:
    commands = {"worker": worker_command(), "housekeeping": housekeeping_command(), "web": web_command()}
    broker = embedded_broker()
    return {"broker": broker, **commands} if broker else commands
