"""The list of guards in `guards.toml`, as mutants."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    database: str = "sqlite"


def mutants() -> list[Mutant]:
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    tests = raw.pop("tests")
    return [
        Mutant(file=file, **{"tests": tests[file], **fields})
        for file, entries in raw.items()
        for fields in entries
    ]
