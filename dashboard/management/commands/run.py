"""Start one part of Parzen in this process's place: for systemd, containers, and hosts that only train."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection

from dashboard.operations.launch.processes import housekeeping_command, web_command, worker_command
from dashboard.operations.queries import is_migrated

PARTS = {"web": web_command, "worker": worker_command, "housekeeping": housekeeping_command}


class Command(BaseCommand):
    help = "Start the web server, this machine's worker, or housekeeping (run one for all machines)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=PARTS)

    def handle(self, *_args: Any, part: str, **_options: Any) -> None:
        settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.IS_SECRET_KEY_MISSING:
            raise CommandError("PARZEN_SECRET_KEY is not set. Set the same key on all machines.")
        _check_database()
        if part == "web":
            call_command("collectstatic", verbosity=0, interactive=False)
        command = PARTS[part]()
        connection.close()
        os.chdir(settings.BASE_DIR)
        os.execv(command[0], command)  # noqa: S606 (signals of whoever started this reach it directly)


def _check_database() -> None:
    try:
        is_ready = is_migrated()
    except DatabaseError as error:
        raise CommandError(f"The database in DATABASE_URL is not responding: {error}") from error
    if not is_ready:
        raise CommandError(
            "The database is from another version of Parzen. Run manage.py migrate once, on one machine."
        )
