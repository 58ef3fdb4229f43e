"""The supervisor's side: starts trainings in child processes.

One `TrainerHost` per worker process; it may be used from several threads. The children come from a
fork server (`fork_server.py`) that has imported Keras once, in an environment without the worker's secrets.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Self

from trainers.environment import clean_environment
from trainers.errors import HostFailed
from trainers.processes.training_process import TrainerProcess

if TYPE_CHECKING:
    from trainers.base import Job

MESSAGE_SECONDS = 5  # a message that stops half-way must not hold the supervisor for longer


class TrainerHost:
    """Starts trainings. The fork server starts with the first one, and again whenever it has died.

    `server` is the module that is run as fork server.
    """

    def __init__(self, server: str = "trainers.processes.fork_server") -> None:
        self._module = server
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, job: Job) -> TrainerProcess:
        """Start a training and return at once; the first one takes some seconds until Keras is loaded.

        Raises HostFailed where the fork server cannot be reached.
        """
        return self.start_text(job.to_json().encode())

    def start_text(self, text: bytes) -> TrainerProcess:
        """Start a process for what the fork server's child understands: a job, or a call."""
        ours, theirs = socket.socketpair()
        status_read, status_write = os.pipe()
        try:
            self._send_descriptors(theirs.fileno(), status_write)
        except BaseException:
            ours.close()
            os.close(status_read)
            raise
        finally:
            theirs.close()
            os.close(status_write)
        # of the socket itself: Connection has no time-outs
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", MESSAGE_SECONDS, 0))
        connection = Connection(ours.detach())
        return TrainerProcess(connection, status_read, text)

    def warm_up(self) -> None:
        """Start the fork server, so that the first training does not wait until Keras is loaded."""
        with self._lock:
            self._running_server()

    @property
    def server_pid(self) -> int | None:
        """The fork server's process id, None where none is running."""
        with self._lock:
            return self._server.pid if self._server and self._server.poll() is None else None

    def close(self) -> None:
        """End the fork server. Trainings that still run keep running until they are closed."""
        with self._lock:
            self._stop_server()

    def _send_descriptors(self, connection: int, status: int) -> None:
        """Send a job's two descriptors to the fork server; try again once if it died at that moment."""
        with self._lock:
            # the server may have died since the last job
            for is_last in (False, True):
                server = self._running_server()
                try:
                    # The byte carries the descriptors: a message of none would look like the end.
                    socket.send_fds(server, [b"j"], [connection, status])
                except OSError as error:
                    self._stop_server()
                    if is_last:
                        raise HostFailed(f"The training fork server is not responding: {error}.") from error
                else:
                    return

    def _running_server(self) -> socket.socket:
        if self._socket and self._server and self._server.poll() is None:
            return self._socket
        self._stop_server()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._server = subprocess.Popen(
                    # -P: a file in the working folder must not stand in for a module
                    [sys.executable, "-P", "-m", self._module, str(theirs.fileno())],
                    env=clean_environment(os.environ),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C in the terminal is for the worker alone
                )
            except OSError as error:
                ours.close()
                raise HostFailed(f"The training fork server could not be started: {error}.") from error
        self._socket = ours
        return ours

    def _stop_server(self) -> None:
        if self._socket:
            self._socket.close()  # the server ends when it sees this
            self._socket = None
        if self._server:
            try:
                self._server.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
