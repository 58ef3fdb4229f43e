"""What a model file may not do. It runs as the worker's user: this keeps accidents and the curious out.

Python tells audit hooks before it opens a file, a connection or a process, and a hook cannot be taken away.
Native code can go around it: who may not be trusted with the machine may not be given the permission.
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

from trainers.own.model_file import CodeInvalid

_CONNECTIONS = {
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
}
_PROCESSES = {
    *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("os.kill", "os.killpg", "pty.spawn"),
}
_CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link", "os.symlink"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_OPEN_PROC = ("/proc/self/", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat")


def guard(private: Sequence[str], open_folders: Sequence[str]) -> None:
    """From now on this process opens no connection and starts no process.

    Nothing under the folders `private` is read; files are written in `open_folders` and in the temporary
    folder only. What is refused raises CodeInvalid.
    """
    os.chdir(tempfile.gettempdir())  # where names without a folder lead
    platform.processor()  # asked by a process the first time, and libraries ask
    places = _Places(
        own=_resolved(open_folders),
        closed=_resolved(private),
        common=_resolved([tempfile.gettempdir(), "/dev"]),
    )

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            places.check(args[0], is_change=bool((args[2] or 0) & _WRITES))
        elif event in _CHANGES:
            places.check(args[0], is_change=True)
        elif event in _CONNECTIONS:
            raise CodeInvalid(f"A model file may not open connections ({event}); bring data as a dataset.")
        elif event in _PROCESSES:
            raise CodeInvalid(f"A model file may not start or end processes ({event}).")

    sys.dont_write_bytecode = True  # or what is imported from here on would be written beside its source
    sys.addaudithook(hook)


@dataclass(frozen=True)
class _Places:
    """In the order in which they count: what Parzen keeps may lie in the temporary folder."""

    own: tuple[str, ...]
    closed: tuple[str, ...]
    common: tuple[str, ...]

    def check(self, path: object, *, is_change: bool) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a descriptor that is open already
        named = os.fsdecode(path)
        place = os.path.realpath(named)
        if _is_in(place, self.own):
            return
        if _is_in(place, self.closed) or (
            place.startswith("/proc/") and not place.startswith(_proc_of_own())
        ):
            raise CodeInvalid(f"A model file may not read {named[:200]}: it is Parzen's own.")
        if is_change and not _is_in(place, self.common):
            raise CodeInvalid(f"A model file may not write {named[:200]}; it may in {tempfile.gettempdir()}.")


def _resolved(places: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(Path(place).resolve()) for place in places if place)


def _proc_of_own() -> tuple[str, ...]:
    return (*_OPEN_PROC, f"/proc/{os.getpid()}/")


def _is_in(place: str, folders: tuple[str, ...]) -> bool:
    return any(place == folder or place.startswith(folder + os.sep) for folder in folders)
