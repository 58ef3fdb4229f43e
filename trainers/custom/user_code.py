"""Runs code of a model file: whatever it raises becomes one sentence that names the line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from typing import Any

from trainers.errors import TrainerError, error_text

FILE_NAME = "<model file>"  # of the first file; others have theirs as in "<model file: layers.py>"
SERIES_REFUSED = (
    "build(params) is fitted to single rows, and a row of a series holds the value to predict. "
    "Use objective(params, data) for a series."
)
# each has deploy/requirements-NAME.txt
OPTIONAL_PACKAGES = frozenset({"pandas"})
# their search is Parzen's work
_TUNERS = frozenset({"hyperas", "talos", "ray", "skopt", "nni"})
# kinds of their own, which studies may retry
_OUT_OF_MEMORY = {"MemoryError", "ResourceExhaustedError"}
_OUR_FILE = re.compile(r"<model file(?:: (?P<name>[^>]*))?>")


class CodeInvalid(TrainerError):  # noqa: N818 (says what happened)
    """The model file breaks a rule or raises an error; the message names the rule or the line."""


def frame_name(name: str) -> str:
    """Return how a traceback calls a further file of a model."""
    return f"<model file: {name}>"


def shown(value: object) -> str:
    """Return a value as a sentence may show it, whatever its class says of it."""
    try:
        text = repr(value)
    except BaseException:  # noqa: BLE001, a person's class may raise anything
        text = f"a {type(value).__name__}"
    return error_text(Exception(text), 100)


def run_user_code(function: Callable[[], Any], *, called: Callable[..., Any] | None = None) -> Any:
    """Return what a function of the file returns; CodeInvalid names the line and the error it raised.

    That is any exception, KeyboardInterrupt and SystemExit too: none of them may end Parzen's process.
    `called` is the file's function that the work is for: it is named where no line of the file was running.
    """
    try:
        return function()
    # of Parzen's own functions that the file calls, such as a refused access
    except TrainerError:
        raise
    except BaseException as error:
        if {kind.__name__ for kind in type(error).__mro__} & _OUT_OF_MEMORY:
            raise
        raise CodeInvalid(f"{_where(error, called)}{_what(error)}") from error


def _what(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int | None) else error_text(error, 100)
        return f"The model file exited the process (exit code {code})."
    if isinstance(error, SyntaxError) and _is_in_file(error):
        return f"{error.msg[:300]}."
    if isinstance(error, ModuleNotFoundError) and error.name in OPTIONAL_PACKAGES:
        return (
            f"{error.name} is not installed. An administrator can add it: set PARZEN_PACKAGES={error.name} "
            "in .env and run `make install`."
        )
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in _TUNERS:
        return (
            f"{error.name} is not installed, because Parzen searches itself. Declare space = {{...}} with "
            "hp.* nodes and read the values from params instead. For Hyperas and Talos, "
            "`manage.py convert_tuning_file` writes such a file."
        )
    name, reason = type(error).__name__[:100], error_text(error, 300)
    return f"{name}: {reason.rstrip('.')}." if reason else f"{name}."


def _is_in_file(error: SyntaxError) -> bool:
    return isinstance(error.lineno, int) and bool(_OUR_FILE.fullmatch(str(error.filename)))


def _where(error: BaseException, called: Callable[..., Any] | None) -> str:
    """Return the last place in the person's files, not in a library that they called."""
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _OUR_FILE.fullmatch(frame.f_code.co_filename)
    ]
    if isinstance(error, SyntaxError) and _is_in_file(error):
        places.append((str(error.filename), int(error.lineno or 0)))
    code = getattr(called, "__code__", None)
    if not places and code is not None and _OUR_FILE.fullmatch(code.co_filename):
        return f"{place(code.co_filename, code.co_firstlineno)}, {code.co_name}: "
    return f"{place(*places[-1])}: " if places else ""


def place(file_name: str, line: int) -> str:
    """Return a line of a file that a traceback names, as in "Line 3" or "layers.py, line 3"."""
    match = _OUR_FILE.fullmatch(file_name)
    name = match and match["name"]
    return f"{name}, line {line}" if name else f"Line {line}"
