"""What is kept between benchmark runs: traces, evaluations of costly problems, the best values ever seen.

Everything lies under ``benchmarks/.cache`` in JSON lines. A line is appended when its work is done, so a
killed benchmark loses at most the run it was in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent / ".cache"


def cache_file(*parts: str) -> Path:
    """A path below the cache, whose folders exist and which Git does not see."""
    path = FOLDER.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    return path


def append_line(path: Path, obj: Any) -> None:
    """Add one JSON line in a single write, which other processes appending to the file do not tear."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(obj, separators=(",", ":")) + "\n")


def read_lines(path: Path) -> list[Any]:
    """The JSON lines of a file; none when it does not exist. A line cut off by a crash is left out."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:  # the writer was killed in this line; its run will be done again
            continue
    return found


class BestSeen:
    """The lowest value that any optimizer ever reached, per problem whose optimum is not known."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_file("best_seen.jsonl")
        self._best: dict[str, float] = {}
        for line in read_lines(self._path):
            self._best[line["problem"]] = min(line["value"], self._best.get(line["problem"], line["value"]))

    def note(self, problem: str, value: float) -> None:
        """Remember a value if none was as low."""
        if problem not in self._best or value < self._best[problem]:
            self._best[problem] = value
            append_line(self._path, {"problem": problem, "value": value})

    def __getitem__(self, problem: str) -> float:
        return self._best[problem]


class CachedValues:
    """Values of one costly function by its params, shared by all runs and processes."""

    def __init__(self, name: str, path: Path | None = None) -> None:
        self._path = path or cache_file("evaluations", f"{name}.jsonl")
        self._values: dict[str, float] | None = None

    def get(self, params: dict[str, Any]) -> float | None:
        """The known value, or None."""
        if self._values is None:
            self._values = {line["params"]: line["value"] for line in read_lines(self._path)}
        return self._values.get(_key(params))

    def put(self, params: dict[str, Any], value: float) -> None:
        """Keep a value. Call after ``get``."""
        if self._values is not None:
            self._values[_key(params)] = value
        append_line(self._path, {"params": _key(params), "value": value})


def _key(params: dict[str, Any]) -> str:
    return json.dumps(params, sort_keys=True)
