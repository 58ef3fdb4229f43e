"""The fork server: imports Keras once, then forks one child per job or call.

Run as `-m trainers.processes.fork_server FD`.

`multiprocessing`'s own fork server is not used, because it hands the parent's whole environment down
(database and broker passwords too), imports the parent's main module again in every child, pickles, and
says nothing when a preload fails. For each job the parent sends one byte and two file descriptors: the
job's connection, and a status pipe to which 8-byte numbers are written: the child's process id (by the
child, once it leads its own process group), then its exit code (by the server; -9 for SIGKILL).
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

STATUS_NUMBER = struct.Struct("<q")
MAX_JOB_BYTES = 10_000_000


def main(descriptor: int) -> None:
    """Fork a child per job until the parent closes its socket."""
    import trainers.processes.preload  # noqa: F401, PLC0415, an error in here ends the server with a traceback

    gc.collect()
    gc.freeze()  # the collector must not touch, and so copy, the pages that children share
    with socket.socket(fileno=descriptor) as parent:
        _serve(parent)


def _serve(parent: socket.socket) -> None:
    wake_read, wake_write = os.pipe()
    for end in (wake_read, wake_write):
        os.set_blocking(end, False)
    # A signal without a handler writes nothing into the wake-up pipe, and select would sleep on.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which then closes the socket
    signal.set_wakeup_fd(wake_write)
    statuses: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(parent, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if wake_read in ready:
                with suppress(BlockingIOError):
                    os.read(wake_read, 4096)
                _reap(statuses)
            if parent.fileno() in ready:
                data, descriptors, _, _ = socket.recv_fds(parent, 1, 2)
                if not data:
                    return
                connection, status = descriptors
                _fork(connection, status, statuses, (parent.fileno(), wake_read, wake_write))


def _fork(connection: int, status: int, statuses: dict[int, int], servers: tuple[int, ...]) -> None:
    pid = os.fork()
    if pid == 0:
        _run_child(connection, status, [*servers, *statuses.values()])
    statuses[pid] = status
    os.close(connection)


def _run_child(descriptor: int, status: int, inherited: list[int]) -> None:
    """Become the job's process; never returns into the server's loop."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        # Or this child would hold open what its siblings' supervisors wait to see closed.
        for other in inherited:
            os.close(other)
        os.write(status, STATUS_NUMBER.pack(os.getpid()))
        os.close(status)
        connection = Connection(descriptor)
        text = connection.recv_bytes(MAX_JOB_BYTES).decode()
        from trainers.processes.called import answer_call, is_call  # noqa: PLC0415
        from trainers.processes.child import child_main  # noqa: PLC0415

        if is_call(text):
            answer_call(connection, text)
        child_main(connection, text)
    except EOFError:
        pass  # the supervisor closed the connection before it sent the job
    except BaseException:  # noqa: BLE001, nothing may return into the server's loop
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _reap(statuses: dict[int, int]) -> None:
    """Report every child that ended, after killing what it left running in its process group."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None:
            return
        pid = ended.si_pid
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # not yet waited for, so the number is still this child's
        _, wait_status = os.waitpid(pid, 0)
        status = statuses.pop(pid, None)
        if status is not None:
            with suppress(OSError):  # the supervisor may have closed its end
                os.write(status, STATUS_NUMBER.pack(os.waitstatus_to_exitcode(wait_status)))
            os.close(status)


if __name__ == "__main__":
    main(int(sys.argv[1]))
