"""Calls modules in processes that have Keras from their first moment: children of a fork server."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from trainers.errors import HostFailed
from trainers.processes.called import CALL
from trainers.processes.host import TrainerHost
from trainers.subprocess_call import (
    CPU_LIMIT,
    WAITING,
    SubprocessFailed,
    answer_in,
    how_it_died,
    took_too_long,
)

IDLE_SECONDS = 600  # the server has some hundred megabytes
MAX_START_SECONDS = 180  # until Keras is loaded, on a machine that is busy


class CallHost:
    """Does what `subprocess_call.call_module` does. The fork server starts with a call and ends when idle."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._host = TrainerHost()
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._n_open = 0
        self._timer: threading.Timer | None = None

    @property
    def server_pid(self) -> int | None:
        """The fork server's process id, None where none is running."""
        return self._host.server_pid

    def call(
        self,
        module: str,
        request: Mapping[str, Any],
        *,
        task: str,
        seconds: float,
        cpu_seconds: float | None = None,
    ) -> Any:
        """Return what `module.handle` answers; SubprocessFailed as `call_module`. Loading Keras is free."""
        sys.audit(WAITING, task)
        text = json.dumps({CALL: module, "task": task, "request": {**request, CPU_LIMIT: cpu_seconds}})
        self._open(1)
        try:
            return self._answer(text.encode(), task, seconds, cpu_seconds)
        except (HostFailed, OSError) as error:
            raise SubprocessFailed(f"{task} failed: {error}") from error
        finally:
            self._open(-1)

    def close(self) -> None:
        """End the fork server."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
        self._host.close()

    def _answer(self, text: bytes, task: str, seconds: float, cpu_seconds: float | None) -> Any:
        with self._host.start_text(text) as process:
            began, limit = time.monotonic(), float(MAX_START_SECONDS)
            has_begun = False
            while True:
                message = process.poll(0.1)
                if not has_begun and process.pid is not None:
                    has_begun, began, limit = True, time.monotonic(), seconds
                if message and message["type"] == "response":
                    return answer_in(message)
                if message and process.pid is None:
                    raise SubprocessFailed(f"{task} failed: Keras could not be loaded. See the server's log.")
                if message:
                    raise SubprocessFailed(how_it_died(task, message["exit_code"], cpu_seconds))
                if time.monotonic() - began > limit:
                    late = took_too_long(task, limit)
                    raise SubprocessFailed(
                        late if has_begun else f"Keras is still being loaded. {late} Try again."
                    )

    def _open(self, change: int) -> None:
        """Count calls; the server ends some time after the last one."""
        with self._lock:
            self._n_open += change
            if self._timer:
                self._timer.cancel()
            self._timer = None
            if not self._n_open:
                self._timer = threading.Timer(self._idle_seconds, self._end_if_idle)
                self._timer.daemon = True
                self._timer.start()

    def _end_if_idle(self) -> None:
        with self._lock:
            if not self._n_open:
                self._host.close()
