"""A process of its own for what people bring: with limits of memory and time, and without secrets.

`ask` starts a module that calls `serve`. Request and answer are JSON, on standard input and output.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from trainers.environment import clean_environment
from trainers.errors import TrainerError

MAX_MEMORY = 12 * 2**30  # bytes
MAX_ANSWER = 50 * 2**20  # bytes


class AnswerRefused(TrainerError):  # noqa: N818 (says what happened)
    """The sentence that the other process answered with, or one about how it ended."""


def ask(module: str, request: Mapping[str, Any], *, what: str, seconds: float) -> Any:
    """Return what `module` answers; AnswerRefused, about `what`, where it does not."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=json.dumps(request).encode(),
            env=clean_environment(os.environ),
            capture_output=True,
            timeout=seconds,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        took = f"{seconds / 60:g} minutes" if seconds > 120 else f"{seconds:g} seconds"
        raise AnswerRefused(f"{what} took more than {took}.") from error
    try:
        answer = json.loads(done.stdout[-MAX_ANSWER:].rpartition(b"\n")[2])
    except ValueError as error:
        last = done.stderr[-2000:].decode(errors="replace").strip().rpartition("\n")[2]
        how = f"killed by signal {-done.returncode}" if done.returncode < 0 else last[:200]
        raise AnswerRefused(f"{what} broke off: {how or f'exit code {done.returncode}'}.") from error
    if "problem" in answer:
        raise AnswerRefused(answer["problem"])
    return answer["answer"]


def serve(answer: Callable[[Mapping[str, Any]], Any], *, what: str) -> None:
    """Answer one request; whatever else is printed stands on the lines before."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    request = json.load(sys.stdin)
    try:
        said = {"answer": answer(request)}
    except TrainerError as error:
        said = {"problem": str(error)}
    except MemoryError:
        said = {"problem": f"{what} takes more than {MAX_MEMORY / 2**30:g} GB of memory."}
    except OSError as error:
        said = {"problem": f"{what} failed: {error.strerror or error}."}
    sys.stdout.write("\n" + json.dumps(said))
    sys.stdout.flush()
    os._exit(0)
