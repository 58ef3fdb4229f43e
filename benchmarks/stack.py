"""A whole Parzen of its own in a temporary folder: broker, worker, housekeeping and web server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_stack(n_slots: int) -> Iterator[str]:
    """The address of a running Parzen; Django in this process uses the same database and broker."""
    with tempfile.TemporaryDirectory(prefix="parzen-bench-") as folder:
        port = free_port()
        os.environ |= {
            "PARZEN_VAR_DIR": folder,
            "PARZEN_PORT": str(port),
            "PARZEN_SLOTS": str(n_slots),
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }
        process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_up(address)
            _set_up_django()
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_up(address: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address + "/account/login/", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise SystemExit("Parzen did not come up within two minutes.")


def _set_up_django() -> None:
    import django

    django.setup()
    from dashboard.engine.lifecycle import stop_study
    from dashboard.models import Study, StudyState

    end = time.monotonic() + 30
    while not Study.objects.exists() and time.monotonic() < end:
        time.sleep(0.2)  # the first start makes a study to look at
    for study in Study.objects.filter(state=StudyState.RUNNING):
        stop_study(study_id=study.pk, by="the benchmark")
