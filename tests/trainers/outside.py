"""Runs scripts in processes that know nothing of Parzen, and load Keras once for all of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Isolated (-I): neither the tests' folder nor PYTHONPATH is on the path. Each script is a child of its own.
SERVER = """
import json, os, runpy, sys
from pathlib import Path
import keras
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        for number, path in ((1, order["out"]), (2, order["err"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = order["argv"]
        sys.path.insert(0, str(Path(sys.argv[0]).parent))
        runpy.run_path(sys.argv[0], run_name="__main__")
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Outside:
    def __init__(self, server: "subprocess.Popen[str]", folder: Path) -> None:
        self.server = server
        self.out, self.err = folder / "out", folder / "err"

    def run(self, script: Path, *args: Path) -> "subprocess.CompletedProcess[str]":
        """As `python script args` from nowhere."""
        argv = [str(script), *map(str, args)]
        order = {"argv": argv, "out": str(self.out), "err": str(self.err)}
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(order) + "\n")
        self.server.stdin.flush()
        code = int(self.server.stdout.readline())
        return subprocess.CompletedProcess(argv, code, self.out.read_text(), self.err.read_text())


@contextmanager
def outside_of_parzen(folder: Path) -> Iterator[Outside]:
    server = subprocess.Popen(
        [sys.executable, "-I", "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    with server:  # it ends with its input
        yield Outside(server, folder)
