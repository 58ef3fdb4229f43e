"""One training that runs in a child process, as its supervisor sees it."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Self

import psutil

from trainers.processes.fork_server import STATUS_NUMBER

MAX_MESSAGE_BYTES = 4_000_000
_EXIT_GRACE_SECONDS = 5.0  # seconds between the end of the pipe and the exit code

Message = dict[str, Any]


class TrainerProcess:
    """A running training: poll its messages, ask it to stop, kill it, close it.

    One thread polls; `stop`, `kill` and `rss_bytes` may be called from others.
    """

    def __init__(self, connection: Connection, status: int, job: bytes) -> None:
        self._connection = connection
        self._status = status
        self._lock = threading.Lock()
        self._status_lock = threading.Lock()
        self._pid: int | None = None
        self._exit_code: int | None = None
        self._is_status_open = True
        self._is_pipe_open = True
        self._send(job)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, None as long as it has not been forked."""
        self._read_status()
        return self._pid

    @property
    def exit_code(self) -> int | None:
        """The child's exit code, -9 after SIGKILL; None while it runs or where nobody can know it."""
        self._read_status()
        return self._exit_code

    def poll(self, timeout: float) -> Message | None:
        """Return the next message, or None when there is none within `timeout` seconds.

        After the child's last message comes {"type": "exited", "exit_code": int | None}, on every call.
        It comes without a result or failure before it where the child was killed or crashed, and with `pid`
        still None where the fork server could not import Keras (its traceback is on the worker's stderr).
        """
        if self._is_pipe_open:
            try:
                if not self._connection.poll(timeout):
                    return None
                message: Message = json.loads(self._connection.recv_bytes(MAX_MESSAGE_BYTES))
            except (EOFError, OSError, ValueError):  # the end, or not a message: either way it is over
                self._is_pipe_open = False
                self._await_exit()
            else:
                return message
        return {"type": "exited", "exit_code": self.exit_code}

    def stop(self) -> None:
        """Ask the training to stop after the current batch; it then reports that it was stopped."""
        self._send(b'{"type": "stop"}')

    def kill(self) -> None:
        """End the child and all processes of its group at once (SIGKILL)."""
        self._read_status()
        with self._status_lock:
            if self._pid is None:
                self._close_connection()  # not forked yet: it will find the pipe closed and exit
            elif self._is_running():
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._pid, signal.SIGKILL)

    def rss_bytes(self) -> int:
        """Return the resident memory of the child and its own children, in bytes; 0 where it is gone."""
        pid = self.pid
        if pid is None or not self._is_running():
            return 0
        total = 0
        with suppress(psutil.Error):
            child = psutil.Process(pid)
            # processes that the training has started count, too
            for process in [child, *child.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
        return total

    def close(self) -> None:
        """Kill what still runs and close all descriptors; safe to call twice."""
        self.kill()
        self._close_connection()
        self._await_exit()
        with self._status_lock:
            if self._status >= 0:
                os.close(self._status)
                self._status = -1
                self._is_status_open = False

    def _is_running(self) -> bool:
        """Say whether the process id is still the child's own: its exit was not reported yet.

        Where the fork server died, nobody reports it; then the open pipe says that the child is there.
        """
        return self._is_status_open or (self._exit_code is None and self._is_pipe_open)

    def _send(self, data: bytes) -> None:
        """Send; a child that is gone is noticed by `poll`."""
        with self._lock, suppress(OSError):
            self._connection.send_bytes(data)

    def _close_connection(self) -> None:
        with self._lock, suppress(OSError):
            self._is_pipe_open = False
            self._connection.close()

    def _read_status(self) -> None:
        """Take what has arrived on the status pipe: the process id, then the exit code."""
        with self._status_lock:
            while self._is_status_open and wait([self._status], timeout=0):
                data = os.read(self._status, STATUS_NUMBER.size)
                if not data:  # the fork server died before it could tell
                    self._is_status_open = False
                elif self._pid is None:
                    self._pid = STATUS_NUMBER.unpack(data)[0]
                else:
                    self._exit_code = STATUS_NUMBER.unpack(data)[0]
                    self._is_status_open = False

    def _await_exit(self) -> None:
        """Wait for the exit code, a moment only; a child that closed its pipe and still runs is killed."""
        deadline = time.monotonic() + _EXIT_GRACE_SECONDS
        while True:
            self._read_status()
            with self._status_lock:
                left = deadline - time.monotonic()
                if not self._is_status_open:
                    return
                if left <= 0:
                    break
                wait([self._status], timeout=min(left, 0.1))
        self.kill()
