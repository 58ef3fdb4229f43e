"""Runs a model file in a process of its own to read its declaration: search space, metric, direction."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.wording import thousands
from trainers.custom.user_code import CodeInvalid, place
from trainers.errors import error_text
from trainers.subprocess_call import SubprocessFailed, call_module, serve_request

if TYPE_CHECKING:
    from optimizer.objective import Direction

MAX_SECONDS = 30  # of computing time: a busy machine takes no longer for the same file
MAX_WAIT_SECONDS = 120  # of a clock, for files that sleep
MAX_CODE_LENGTH = 100_000  # characters
Call = Callable[..., Any]  # `subprocess_call.call_module`, or one like it
_TASK = "Running the model file"


@dataclass(frozen=True)
class Declaration:
    """The search space as JSON, the objective, and whether the file needs a dataset.

    `fits_rows` says that Parzen fits its model to the rows of the dataset, as they are. `warnings` are
    sentences about what the file says and may not mean, such as bounds that are no logarithms.

    Examples:
        >>> declaration = read_declaration('''
        ... from optimizer import hp
        ... space = {"x": hp.uniform("x", -5, 5)}
        ... def objective(params):
        ...     return (params["x"] - 1) ** 2
        ... ''')
        >>> declaration.metric, declaration.direction, declaration.needs_data
        ('loss', 'minimize', False)

    """

    space: dict[str, Any]
    metric: str
    direction: Direction
    needs_data: bool
    fits_rows: bool = False
    warnings: Sequence[str] = ()


def loads_keras(source: str) -> bool:
    """Say whether a file probably imports Keras, which takes seconds where it is not loaded already."""
    return bool(re.search(r"\b(?:keras|keras_tuner|kerastuner|tensorflow|jax)\b", source))


def read_declaration(source: str, private: tuple[str, ...] = (), call: Call = call_module) -> Declaration:
    """Return what a model file declares; CodeInvalid says in one sentence why it cannot be used.

    The file may read nothing in the folders `private`. `call` runs it in another process.
    """
    if len(source) > MAX_CODE_LENGTH:
        raise CodeInvalid(
            f"A model file can have at most {thousands(MAX_CODE_LENGTH)} characters, but this "
            f"one has {thousands(len(source))}."
        )
    request = {"source": source, "private": list(private)}
    try:
        answer = call(
            "trainers.custom.declaration",
            request,
            task=_TASK,
            seconds=MAX_WAIT_SECONDS,
            cpu_seconds=MAX_SECONDS,
        )
    except SubprocessFailed as error:
        raise CodeInvalid(str(error)) from error
    return Declaration(**answer)


def handle(request: Mapping[str, Any]) -> dict[str, Any]:
    from trainers.custom.guard import restrict_process  # noqa: PLC0415, the caller needs none of these
    from trainers.custom.model_file import read_model_file  # noqa: PLC0415
    from trainers.custom.user_code import run_user_code  # noqa: PLC0415

    restrict_process(request["private"], [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read_model_file(request["source"])
        # what was declared may raise errors of its own when it is read
        goal = run_user_code(found.goal)
        space = found.search_space.to_json()
    if not _is_storable(space):
        raise CodeInvalid("The search space is invalid: a label or choice is not valid text.")
    return {
        "space": space,
        "metric": goal.metric,
        "direction": goal.direction,
        "needs_data": run_user_code(lambda: found.needs_data),
        "fits_rows": found.fits_rows,
        "warnings": [*_about_the_space(caught), *found.warnings],
    }


def _about_the_space(caught: Sequence[warnings.WarningMessage]) -> list[str]:
    """Return what hp.* warned of, with its line; libraries that the file uses warn of other things."""
    said = [
        f"{place(warning.filename, warning.lineno)}: {error_text(Exception(str(warning.message)), 300)}."
        for warning in caught
        if str(warning.message).startswith("hp.") and warning.category is UserWarning
    ]
    return list(dict.fromkeys(said))


def _is_storable(space: Mapping[str, Any]) -> bool:
    """Say whether every database can keep its labels and choices."""
    text = json.dumps(space, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text


if __name__ == "__main__":
    serve_request(handle, task=_TASK)
