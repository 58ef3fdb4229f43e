"""Reads model files in forks of a small process, in place of one new process, with NumPy and SciPy, each.

Limits, guard and answers are those of the product, which calls forks of a process with Keras in the same way.
Run as `-m ... FD`: that process.
"""

import atexit
import socket
import sys
from functools import cache

from trainers.custom.declaration import Call
from trainers.processes import fork_server
from trainers.processes.call_host import CallHost
from trainers.processes.host import TrainerHost


@cache
def forked_host() -> CallHost:
    """Return a host without Keras; one for the whole test process."""
    host = CallHost()
    host._host = TrainerHost(server=__spec__.name)
    atexit.register(host.close)
    return host


def forked_call() -> Call:
    """Return what `read_declaration` takes as `call`."""
    return forked_host().call


if __name__ == "__main__":
    import trainers.custom.guard
    import trainers.custom.model_file
    import trainers.processes.child  # noqa: F401, all three: loaded once, and not in every fork

    with socket.socket(fileno=int(sys.argv[1])) as parent:
        fork_server._serve(parent)
