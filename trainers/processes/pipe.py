"""The child's end of the pipe: JSON messages out, the stop flag in, printed text as log lines."""

from __future__ import annotations

import io
import json
import math
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from optimizer.wording import thousands

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MAX_LINE = 2_000  # characters of one log line
MAX_LINES = 5_000  # log lines of one attempt; a training that prints in a loop must not fill the database
MAX_MESSAGE_BYTES = 1_000_000


def to_json(value: object) -> bytes:
    """Return a message as JSON. NaN and infinities, which JSON does not have, become null."""
    return json.dumps(_finite(value), allow_nan=False, default=str).encode()


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


class Pipe:
    """A connection to the supervisor that several threads may send on.

    `on_lost` is called when the connection ends or breaks, from whichever thread notices.
    """

    def __init__(self, connection: Connection, on_lost: Callable[[], None]) -> None:
        self._connection = connection
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._n_lines = 0

    @property
    def is_stopped(self) -> bool:
        """Say whether stop has been received."""
        return self._stop.is_set()

    def start_reading(self) -> None:
        """Listen in a thread of its own: a training that computes cannot miss the end of the pipe."""
        threading.Thread(target=self._read, name="supervisor", daemon=True).start()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message."""
        self._send_bytes(to_json(message))

    def log(self, line: str) -> None:
        """Send one line for the log, cut at MAX_LINE; after MAX_LINES lines no more are sent."""
        self._n_lines += 1
        if self._n_lines > MAX_LINES + 1:
            return
        if self._n_lines > MAX_LINES:
            line = f"more than {thousands(MAX_LINES)} lines: the rest of the log is omitted"
        self.send({"type": "log", "line": line.rstrip()[:MAX_LINE]})

    def _send_bytes(self, data: bytes) -> None:
        try:
            # Messages of two threads must not be mixed up in the pipe.
            with self._lock:
                self._connection.send_bytes(data)
        # the supervisor is gone
        except OSError:
            self._on_lost()

    def _read(self) -> None:
        try:
            while True:
                message = json.loads(self._connection.recv_bytes(MAX_MESSAGE_BYTES))
                if message.get("type") == "stop":
                    self._stop.set()
        except (EOFError, OSError):
            self._on_lost()


class LineWriter(io.TextIOBase):
    """A text stream that passes each full line to a function; a carriage return restarts the line."""

    def __init__(self, write_line: Callable[[str], None]) -> None:
        self._write_line = write_line
        self._rest = ""

    def writable(self) -> bool:
        """Say that it is a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Take text; full lines are passed on, the rest is kept."""
        *lines, rest = (self._rest + text).split("\n")
        for line in lines:
            self._write_out(line)
        # a file that prints without line ends must not fill the memory
        self._rest = rest[-MAX_LINE:]
        return len(text)

    def flush(self) -> None:
        """Keep an unfinished line: progress bars flush all the time."""

    def close(self) -> None:
        """Pass on an unfinished line."""
        self._write_out(self._rest)
        self._rest = ""
        super().close()

    def _write_out(self, line: str) -> None:
        # of a progress bar, what a terminal would show in the end
        shown = line.rstrip("\r").rsplit("\r", 1)[-1]
        if shown.strip():
            self._write_line(shown)
