"""Start everything that Parzen is made of on this machine, and end it all on Ctrl-C."""

import ctypes
import errno
import http.client
import signal
import socket
import subprocess
import sys
import time
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from dashboard.operations.launch import first_start
from dashboard.operations.launch.broker import BrokerMissing, embedded_broker
from dashboard.operations.launch.lock import FolderInUse, folder_lock
from dashboard.operations.launch.processes import STOP_SECONDS, log_dir, manager_command

READY_SECONDS = 60
LOG_LINES = 12
PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    help = "Start the broker, worker, housekeeping, and web server. Press Ctrl-C to stop."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database holds sessions
        log_dir().mkdir(exist_ok=True)
        try:
            with folder_lock():
                self._start()
        except FolderInUse:
            raise CommandError(
                f"Parzen is already running from {settings.VAR_DIR}. Stop it with Ctrl-C, or use another "
                "folder: PARZEN_VAR_DIR=other make run."
            ) from None

    def _start(self) -> None:
        self._check_port()
        self._check_front_end()
        self._check_broker()
        first_start.write_secret_key()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        self._run(first_start.sign_in_words())

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    where = f"{settings.HOST}:{settings.PORT}"
                    raise CommandError(f"Parzen cannot listen on {where}: {error.strerror}.") from None
                raise CommandError(
                    f"Port {settings.PORT} is used by another program. Choose another port: "
                    f"PARZEN_PORT={settings.PORT + 1} make run."
                ) from None

    def _check_front_end(self) -> None:
        if not (settings.BASE_DIR / "static" / "vendor" / "htmx.min.js").is_file():
            raise CommandError("The browser libraries are not installed. Run `make install` first.")

    def _check_broker(self) -> None:
        try:
            embedded_broker()
        except BrokerMissing as error:
            raise CommandError(str(error)) from None

    def _run(self, sign_in: str) -> None:
        # In a session of its own: Ctrl-C is for this process, which then ends the parts in order.
        manager = subprocess.Popen(manager_command(), start_new_session=True, preexec_fn=_end_with_parent)  # noqa: PLW1509 (no threads yet)
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _as_ctrl_c)
        try:
            self._wait_until_ready(manager)
            first_start.make_first_study()
            self._say_how(sign_in)
            manager.wait()
        except KeyboardInterrupt:
            self._say("\nStopping. Running trials return to the queue.")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            manager.terminate()
            manager.wait(STOP_SECONDS * 4)
        self._say("Parzen has stopped. Everything is saved. Use `make run` to continue.")

    def _wait_until_ready(self, manager: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and manager.poll() is None:
            if _answers():
                return
            time.sleep(0.1)
        words = (log_dir() / "web.log").read_text(errors="replace").splitlines()[-LOG_LINES:]
        raise CommandError("\n".join(["The web server did not start. Last lines of its log:", *words]))

    def _address(self) -> str:
        return f"http://{settings.HOST}:{settings.PORT}/"

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()  # also where it goes to a file or a pipe

    def _say_how(self, sign_in: str) -> None:
        self._say(
            "\n  Parzen is running\n"
            f"    address   {self._address()}\n"
            f"    sign in   {sign_in}\n"
            f"    slots     {settings.SLOTS}, threads per training: {settings.THREADS_PER_TRIAL}\n"
            f"    files     {settings.VAR_DIR}, logs in {log_dir().name}/\n"
            "    stop      Ctrl-C\n"
        )


def _answers() -> bool:
    """Any answer will do, a redirect to https included."""
    connection = http.client.HTTPConnection(settings.HOST, settings.PORT, timeout=5)
    try:
        connection.request("GET", "/account/login/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _end_with_parent() -> None:
    """On Linux the manager also ends when this process is killed and cannot say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _as_ctrl_c(_signal: int, _frame: Any) -> NoReturn:
    raise KeyboardInterrupt
