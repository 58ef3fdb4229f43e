"""Restrictions on a model file, which runs as the worker's user: against accidents, not against attackers.

Python calls audit hooks (PEP 578) before it opens a file, a connection or a process, and a hook cannot be
removed. Native code can bypass them: do not give the permission to people whom you do not trust with the
machine.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainers.custom.user_code import CodeInvalid

_CONNECTION_EVENTS = {
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
}
_PROCESS_EVENTS = {
    *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("os.kill", "os.killpg", "pty.spawn"),
}
_CHANGE_EVENTS = {
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
}
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_READABLE_PROC = ("/proc/self/", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat")


def restrict_process(private_folders: Sequence[str], writable_folders: Sequence[str]) -> None:
    """Forbid this process, for the rest of its life, to open connections or start processes.

    It may not read files in `private_folders`, and may write in `writable_folders` and the temporary folder
    only. A forbidden call raises CodeInvalid.
    """
    os.chdir(tempfile.gettempdir())  # relative paths of the file are in the one folder where it may write
    platform.processor()  # starts a process the first time it is called, and libraries call it
    rules = _FileRules(
        writable=_resolved(writable_folders),
        private=_resolved(private_folders),
        temporary=_resolved([tempfile.gettempdir(), "/dev"]),
    )

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            rules.check(args[0], is_change=bool((args[2] or 0) & _WRITE_FLAGS))
        elif event in _CHANGE_EVENTS:
            rules.check(args[0], is_change=True)
        elif event in _CONNECTION_EVENTS:
            raise CodeInvalid(f"A model file may not open connections ({event}). Upload data as a dataset.")
        elif event in _PROCESS_EVENTS:
            raise CodeInvalid(f"A model file may not start or end processes ({event}).")

    sys.dont_write_bytecode = True  # or what is imported from here on would be written beside its source
    sys.addaudithook(hook)


@dataclass(frozen=True)
class _FileRules:
    """Folders, the first match counts: Parzen's private folders may be inside the temporary folder."""

    writable: tuple[str, ...]
    private: tuple[str, ...]
    temporary: tuple[str, ...]

    def check(self, path: object, *, is_change: bool) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a descriptor of a file that is already open
        named = os.fsdecode(path)
        place = os.path.realpath(named)  # links must not lead around the rules
        if _is_in(place, self.writable):
            return
        if _is_in(place, self.private) or (
            place.startswith("/proc/") and not place.startswith(_readable_proc())
        ):
            raise CodeInvalid(f"A model file may not read {named[:200]}, because it belongs to Parzen.")
        if is_change and not _is_in(place, self.temporary):
            raise CodeInvalid(
                f"A model file may only write files in {tempfile.gettempdir()}, not {named[:200]}."
            )


def _resolved(places: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(Path(place).resolve()) for place in places if place)


def _readable_proc() -> tuple[str, ...]:
    return (*_READABLE_PROC, f"/proc/{os.getpid()}/")


def _is_in(place: str, folders: tuple[str, ...]) -> bool:
    return any(place == folder or place.startswith(folder + os.sep) for folder in folders)
