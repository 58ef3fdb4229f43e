"""One call in a fresh process, for what people bring: with limits of memory and time, and without secrets.

`call_module` starts a module that ends with `serve_request`. Request and answer are JSON, on standard input
and output.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from optimizer.wording import duration, memory
from trainers.environment import clean_environment
from trainers.errors import TrainerError, error_text

MAX_MEMORY_BYTES = 12 * 2**30
CPU_LIMIT = "cpu_seconds"  # in a request
MEMORY_LIMIT = "memory_bytes"  # in a request that needs less than the others
WAITING = "parzen.wait_for_process"  # an audit event (PEP 578); tests hold that no transaction is open then
MAX_PROBLEM = 1_000  # characters
MAX_ANSWER_BYTES = 50 * 2**20


class SubprocessFailed(TrainerError):  # noqa: N818 (says what happened)
    """The sentence that the other process answered with, or one about how it ended."""


def call_module(
    module: str,
    request: Mapping[str, Any],
    *,
    task: str,
    seconds: float,
    cpu_seconds: float | None = None,
) -> Any:
    """Return the answer of `module`. Messages name the `task`, as in "The prediction took more than ...".

    SubprocessFailed where it says why it cannot answer, takes more than `seconds` or more computing time than
    `cpu_seconds`, or dies.
    """
    request = {**request, CPU_LIMIT: cpu_seconds}
    sys.audit(WAITING, task)
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
        raise SubprocessFailed(took_too_long(task, seconds)) from error
    try:
        # the answer is the last line: libraries and people's files may have printed before it
        answer = json.loads(done.stdout[-MAX_ANSWER_BYTES:].rpartition(b"\n")[2])
    except ValueError as error:
        last_line = done.stderr[-2000:].decode(errors="replace").strip().rpartition("\n")[2]
        raise SubprocessFailed(
            how_it_died(task, done.returncode, cpu_seconds, last_line=last_line[:200])
        ) from error
    return answer_in(answer)


def took_too_long(task: str, seconds: float) -> str:
    """Return the sentence about a time that is over."""
    return f"{task} took more than {duration(seconds)}."


def how_it_died(task: str, code: int | None, cpu_seconds: float | None, *, last_line: str = "") -> str:
    """Return the sentence about a process that gave no answer."""
    if code == -signal.SIGXCPU and cpu_seconds:
        return f"{task} took more than {duration(cpu_seconds)} of computing time."
    reason = f"killed by signal {-code}" if code and code < 0 else last_line
    return f"{task} failed: {reason or f'exit code {code}'}."


def answer_in(response: Mapping[str, Any]) -> Any:
    """Return the answer of a response; SubprocessFailed where it says why there is none."""
    if "problem" in response:
        raise SubprocessFailed(response["problem"])
    return response["answer"]


def serve_request(handle: Callable[[Mapping[str, Any]], Any], *, task: str) -> None:
    """Read one request, write what `handle` returns or why it cannot, and end the process."""
    request = json.load(sys.stdin)
    # whatever a person's file makes of sys.stdout, the answer is written
    with os.fdopen(os.dup(1), "wb") as out:
        out.write(b"\n" + json.dumps(respond(handle, request, task=task)).encode())
    os._exit(0)  # threads that a library left behind must not keep the process


def respond(
    handle: Callable[[Mapping[str, Any]], Any], request: Mapping[str, Any], *, task: str
) -> dict[str, Any]:
    """Return {"answer"} of `handle`, or {"problem"}: a sentence. From here on, this process has limits."""
    most = min(MAX_MEMORY_BYTES, request.get(MEMORY_LIMIT, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    if cpu_seconds := request.get(CPU_LIMIT):
        # not what starting has taken; the second limit is for who ignores the signal of the first
        soft = math.ceil(time.process_time() + cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 5))
    response: dict[str, Any]
    try:
        response = {"answer": handle(request)}
    except TrainerError as error:
        response = {"problem": error_text(error, MAX_PROBLEM)}
    except MemoryError:
        response = {"problem": f"{task} needs more than {memory(most)} of memory."}
    except OSError as error:
        response = {"problem": f"{task} failed: {error.strerror or error}."}
    return response
