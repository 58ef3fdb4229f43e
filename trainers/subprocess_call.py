"""One call in a fresh process, for what people bring: with limits of memory and time, and without secrets.

`call_module` starts a module that ends with `serve_request`. Request and answer are JSON, on standard input
and output.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from optimizer.wording import duration, memory
from trainers.environment import clean_environment
from trainers.errors import TrainerError

MAX_MEMORY_BYTES = 12 * 2**30
MAX_ANSWER_BYTES = 50 * 2**20


class SubprocessFailed(TrainerError):  # noqa: N818 (says what happened)
    """The sentence that the other process answered with, or one about how it ended."""


def call_module(module: str, request: Mapping[str, Any], *, task: str, seconds: float) -> Any:
    """Return the answer of `module`. Messages name the `task`, as in "The prediction took more than ...".

    SubprocessFailed where it says why it cannot answer, takes more than `seconds`, or dies.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=json.dumps(request).encode(),
            env=clean_environment(os.environ),
            capture_output=True,
            timeout=seconds,
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal is for the caller, which then ends this one
        )
    except subprocess.TimeoutExpired as error:
        raise SubprocessFailed(f"{task} took more than {duration(seconds)}.") from error
    try:
        # the answer is the last line: libraries and people's files may have printed before it
        answer = json.loads(done.stdout[-MAX_ANSWER_BYTES:].rpartition(b"\n")[2])
    except ValueError as error:
        last_line = done.stderr[-2000:].decode(errors="replace").strip().rpartition("\n")[2]
        reason = f"killed by signal {-done.returncode}" if done.returncode < 0 else last_line[:200]
        raise SubprocessFailed(f"{task} failed: {reason or f'exit code {done.returncode}'}.") from error
    if "problem" in answer:
        raise SubprocessFailed(answer["problem"])
    return answer["answer"]


def serve_request(handle: Callable[[Mapping[str, Any]], Any], *, task: str) -> None:
    """Read one request, write what `handle` returns or why it cannot, and end the process."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    request = json.load(sys.stdin)
    try:
        response = {"answer": handle(request)}
    except TrainerError as error:
        response = {"problem": str(error)}
    except MemoryError:
        response = {"problem": f"{task} needs more than {memory(MAX_MEMORY_BYTES)} of memory."}
    except OSError as error:
        response = {"problem": f"{task} failed: {error.strerror or error}."}
    sys.stdout.write("\n" + json.dumps(response))
    sys.stdout.flush()
    os._exit(0)  # threads that a library left behind must not keep the process
