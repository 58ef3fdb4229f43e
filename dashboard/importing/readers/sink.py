"""Takes the trials of one study as a reader finds them: a line each on disk, and what they have in common."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.importing.readers.branches import find_branches
from dashboard.importing.readers.facts import Facts, united
from dashboard.importing.readers.form import (
    COMPLETE,
    FAILED,
    MAX_COLUMNS,
    MAX_NAME,
    MAX_TEXT,
    MAX_TRIALS,
    PRUNED,
    Column,
    FileRefused,
    FoundStudy,
    Part,
    Skipped,
)
from optimizer.wording import param, thousands

SCALARS = (str, int, float, type(None))
N_NUMBERS = 1_000
# What a column of the database has room for.
LARGEST_STEP = 2**31 - 2
UNSTARTED = "Skipped: not finished"
NOT_FINITE = "Its result was not a finite number."


class Sink:
    def __init__(self, folder: Path, place: int, name: str) -> None:
        self.name = clean(name, MAX_NAME) or "imported study"
        self.lines = f"trials-{place}.jsonl"
        self._folder = folder
        self._file = (folder / self.lines).open("w", encoding="utf-8")
        self.columns: dict[str, Column] = {}
        self._facts: dict[str, Facts] = {}
        self._skipped: dict[str, Skipped] = {}
        self._counts: Counter[str] = Counter()
        self._steps = [math.inf, 0.0]
        self._n = 0

    def column(self, part: Part, label: str, **known: Any) -> str:
        """The key of a column; one that is not known yet is added."""
        label = clean(label, MAX_NAME)
        key = f"{part}.{label}"
        if key not in self.columns:
            if len(self.columns) >= MAX_COLUMNS:
                raise FileRefused(
                    f"A study can have at most {thousands(MAX_COLUMNS)} columns, but {self.name} has more. "
                    "Leave some out of the file."
                )
            self.columns[key] = Column(key=key, part=part, label=label, **known)
            self._facts[key] = Facts()
        return key

    def declare(self, label: str, distribution: dict[str, Any], when: dict[str, Any] | None = None) -> str:
        """A param whose distribution the file says; one that changes is widened."""
        key = self.column("params", label)
        column = self.columns[key]
        column.distribution = united(column.distribution, distribution)
        column.when = when or column.when
        return key

    def skip(self, words: str, detail: str, number: int) -> None:
        """A trial without a line."""
        self._count()
        self._note(words, detail, number)

    def assume(self, words: str, detail: str, number: int) -> None:
        self._note(words, detail, number)

    def add(
        self,
        number: int,
        state: str,
        values: Mapping[str, Any],
        *,
        steps: Sequence[Sequence[Any]] = (),
        began: str | None = None,
        ended: str | None = None,
        seconds: float | None = None,
        failure: str = "",
        traceback: str = "",
    ) -> None:
        self._count()
        kept = {key: value for key, value in values.items() if self._is_kept(key, value)}
        steps = [[step, _finite(metrics), at] for step, metrics, at in steps if 0 <= step < LARGEST_STEP]
        line: dict[str, Any] = {"n": number, "s": state, "c": kept}
        times = (("e", steps), ("a", began), ("z", ended), ("t", seconds))
        line |= {name: value for name, value in times if value}
        if state == FAILED:
            line["f"] = clean(failure, MAX_TEXT) or "It failed; the file does not say why."
            if traceback:
                line["b"] = clean_lines(traceback, 20_000)
        for step, metrics, _ in steps:
            self._steps = [min(self._steps[0], step), max(self._steps[1], step)]
            for key in metrics:
                self.columns[key].n += 1
        self._write(line, state)

    def add_record(self, record: dict[str, Any], state: str, number: int) -> None:
        """A trial as Parzen exported it."""
        self._count()
        self._write({"n": number, "s": state, "r": record}, state)

    def finish(self, *, is_branched: bool = True, **rest: Any) -> FoundStudy:
        """`is_branched`: which params switch others on is to be found out from the trials."""
        self._file.close()
        for key, facts in self._facts.items():
            column = self.columns[key]
            column.kind, column.n = facts.kind if facts.n else "number", facts.n or column.n
            if facts.kind == "number" and facts.n:
                column.low, column.high = float(facts.low), float(facts.high)
            column.examples = [show(value) for value in facts.examples]
            if column.distribution is None and column.part != "steps":
                column.distribution = facts.distribution()
        found = FoundStudy(
            name=self.name,
            lines=self.lines,
            columns=list(self.columns.values()),
            counts={state: self._counts[state] for state in (COMPLETE, PRUNED, FAILED)},
            n_trials=self._n,
            skipped=list(self._skipped.values()),
            first_step=1 if math.isinf(self._steps[0]) else int(self._steps[0]),
            last_step=int(self._steps[1]),
            **rest,
        )
        if is_branched:
            find_branches(found, self._folder / self.lines, self._counts.total())
        return found

    def _count(self) -> None:
        self._n += 1
        if self._n > MAX_TRIALS:
            raise FileRefused(
                f"A study can have at most {thousands(MAX_TRIALS)} trials, but the file has more. "
                "Import a part of it, such as its latest trials."
            )

    def _note(self, words: str, detail: str, number: int) -> None:
        entry = self._skipped.setdefault(words, Skipped(words=words, detail=detail))
        entry.n += 1
        if len(entry.numbers) < N_NUMBERS:
            entry.numbers.append(number)

    def _is_kept(self, key: str, value: Any) -> bool:
        is_scalar = isinstance(value, SCALARS) and not (isinstance(value, float) and not math.isfinite(value))
        if not is_scalar or (isinstance(value, str) and len(value) > MAX_TEXT):
            return False
        self._facts[key].add(value)
        return True

    def _write(self, line: dict[str, Any], state: str) -> None:
        self._counts[state] += 1
        self._file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")


def _finite(metrics: Mapping[str, Any]) -> dict[str, float | None]:
    return {
        key: float(value) if isinstance(value, int | float) and math.isfinite(value) else None
        for key, value in metrics.items()
    }


def clean(text: Any, limit: int) -> str:
    """One line that every database keeps."""
    line = " ".join(str(text).split())
    return "".join(c for c in line if c.isprintable() and not "\ud800" <= c <= "\udfff")[:limit]


def clean_lines(text: str, limit: int) -> str:
    kept = (c for c in text if (c.isprintable() or c in "\n\t") and not "\ud800" <= c <= "\udfff")
    return "".join(kept)[-limit:]


def show(value: Any) -> str:
    return str(value)[:40] if isinstance(value, bool | str) or value is None else param(value)
