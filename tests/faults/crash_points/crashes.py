"""Kills a process between any two statements of what it does, at one point after another.

Nothing in the product knows of these points: they are what passes through Django's connection. So a statement
that is added tomorrow is a point that is covered tomorrow.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, connections

from dashboard.engine import hints

UNEXPECTED = 3


def crash_points(prepare: Callable[[], Callable[[], Any]]) -> Iterator[str | None]:
    """Yield the name of each point after a process has died there, and None when one has come to its end.

    `prepare` makes a new situation for each of them and returns what the process has to do.
    """
    point: str | None = ""
    n = 0
    while point is not None:
        act = prepare()
        point = _die_at(n, act)
        yield point
        n += 1


def _die_at(n: int, act: Callable[[], Any]) -> str | None:
    """Do it in a process of its own, which dies at its n-th point; None where it has fewer."""
    connections.close_all()  # a connection cannot be shared
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_victim(n, act, write)
    os.close(write)
    with os.fdopen(read) as pipe:
        words = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in {0, -signal.SIGKILL}, words
    return words if code else None


def _become_victim(n: int, act: Callable[[], Any], pipe: int) -> None:
    left = n

    def reach(point: str) -> None:
        nonlocal left
        if not left:
            os.write(pipe, point.encode())
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def before_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        reach("before " + " ".join(sql.split()[:3]).replace('"', ""))
        return execute(sql, params, many, context)

    def commit(real: Callable[[], None] = connection._commit) -> None:
        reach("before COMMIT")
        real()
        reach("after COMMIT")

    try:
        connection._commit = commit  # type: ignore[method-assign]
        hints._send_hints = lambda n_slots, queue: reach("before the hint")  # type: ignore[assignment]
        with connection.execute_wrapper(before_statement):
            act()
        os._exit(0)
    except BaseException:  # noqa: BLE001 (nothing may climb into the tests' stack)
        os.write(pipe, traceback.format_exc().encode())
    finally:
        os._exit(UNEXPECTED)
