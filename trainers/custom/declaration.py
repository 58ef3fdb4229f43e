"""Runs a model file in a process of its own to learn what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trainers.custom.model_file import CodeInvalid
from trainers.subprocess_call import AnswerRefused, ask, serve

if TYPE_CHECKING:
    from trainers.job import Direction

MAX_SECONDS = 30
MAX_CODE = 100_000  # characters
_WHAT = "Running the model file"


@dataclass(frozen=True)
class Declared:
    """The search space as JSON, the objective, and whether the file wants rows to train on."""

    space: dict[str, Any]
    metric: str
    direction: Direction
    needs_data: bool


def declare(source: str, private: tuple[str, ...] = ()) -> Declared:
    """Return what a model file declares; CodeInvalid says in one sentence why it cannot be used."""
    if len(source) > MAX_CODE:
        raise CodeInvalid(f"A model file has at most {MAX_CODE:,} characters, this one has {len(source):,}.")
    request = {"source": source, "private": list(private)}
    try:
        return Declared(**ask("trainers.custom.declaration", request, what=_WHAT, seconds=MAX_SECONDS))
    except AnswerRefused as error:
        raise CodeInvalid(str(error)) from error


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    from trainers.custom.guard import guard  # noqa: PLC0415, who asks needs none of these
    from trainers.custom.model_file import read_model_file  # noqa: PLC0415

    guard(request["private"], [])
    found = read_model_file(request["source"])
    return {
        "space": found.search_space.to_json(),
        "metric": found.metric,
        "direction": found.direction,
        "needs_data": found.name == "build",
    }


if __name__ == "__main__":
    serve(_answer, what=_WHAT)
