"""Start everything that Parzen is made of on this machine, and end it all on Ctrl-C."""

import fcntl
import shlex
import socket
import threading
import time
import urllib.error
import urllib.request
from typing import Any, TextIO

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from honcho.manager import Manager
from honcho.printer import Printer

from dashboard.launch import first_start
from dashboard.launch.processes import all_commands

READY_SECONDS = 90
# Exit codes of the process manager after Ctrl-C and after `kill`.
ENDED_BY_HAND = {None, 0, 130, 143}


class Command(BaseCommand):
    help = "Start broker, worker, periodic work and web server; Ctrl-C ends them all."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.VAR_DIR / "lock").open("w") as lock:
            self._lock(lock)
            self._check_port()
            self._check_front_end()
            first_start.write_secret_key()
            call_command("migrate", verbosity=0, interactive=False)
            call_command("collectstatic", verbosity=0, interactive=False)
            self._run(first_start.sign_in_words())

    def _lock(self, lock: TextIO) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                f"Parzen is running from {settings.VAR_DIR} already. End it there with Ctrl-C, or give "
                "this one a folder of its own: PARZEN_VAR_DIR=other make run."
            ) from None

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError:
                raise CommandError(
                    f"Port {settings.PORT} is taken by another program. Choose another one: "
                    f"PARZEN_PORT={settings.PORT + 1} make run."
                ) from None

    def _check_front_end(self) -> None:
        if not (settings.BASE_DIR / "static" / "vendor" / "htmx.min.js").is_file():
            raise CommandError("The browser libraries are not installed. Run `make install` first.")

    def _run(self, sign_in: str) -> None:
        with (settings.VAR_DIR / "parzen.log").open("a") as log:
            manager = Manager(Printer(output=log, colour=False))
            manager.KILL_WAIT = 10  # a worker hands its trials back first
            for name, command in all_commands().items():
                manager.add_process(name, "exec " + shlex.join(command))
            threading.Thread(target=self._say_when_ready, args=(sign_in,), daemon=True).start()
            manager.loop()
        if manager.returncode not in ENDED_BY_HAND:
            raise CommandError(f"A part of Parzen has ended, so all of it has. Its last words: {log.name}.")
        self.stdout.write("\nParzen has ended; everything is saved. `make run` goes on where it stopped.")

    def _say_when_ready(self, sign_in: str) -> None:
        address = f"http://{settings.HOST}:{settings.PORT}/"
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(address, timeout=5).close()
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
            else:
                break
        first_start.make_first_study()
        self.stdout.write(
            f"\n  Parzen is up\n"
            f"    address   {address}\n"
            f"    sign in   {sign_in}\n"
            f"    slots     {settings.SLOTS}, with {settings.THREADS_PER_TRIAL} thread(s) each\n"
            f"    files     {settings.VAR_DIR}\n"
            f"    stop      Ctrl-C\n"
        )
