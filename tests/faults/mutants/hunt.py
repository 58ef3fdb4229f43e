"""`python -m tests.faults mutants`: remove each guard, one at a time; the tests have to notice.

Each mutant is one replacement in a copy of the tree, and the tests that should fail with it. `python -m
tests.faults mutants lease pipe` runs those with one of the words in their names.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.databases import has_postgresql
from tests.faults.mutants.guards import Mutant, mutants
from tests.faults.rig import MARK, ROOT, database_in, kill_left_behind

SKIPPED = (
    ".git",
    ".venv*",
    "node_modules",
    "var",
    "data",
    "__pycache__",
    ".*_cache",
    "vendor",
    ".hypothesis",
)
# pytest's own: some test failed. Anything else is no verdict.
TESTS_FAILED, ALL_PASSED = 1, 0


@dataclass(frozen=True)
class Verdict:
    mutant: Mutant
    is_killed: bool
    words: str


def hunt(words: list[str]) -> bool:
    """True when every mutant was killed."""
    chosen = [m for m in mutants() if not words or any(word in m.name for word in words)]
    if not has_postgresql():
        print("Those that only PostgreSQL can see are left out: it is not installed.")
        chosen = [m for m in chosen if m.database != "postgresql"]
    with tempfile.TemporaryDirectory(prefix="parzen-mutants-") as folder:
        verdicts = [_try(mutant, Path(folder)) for mutant in chosen]
    for verdict in verdicts:
        if not verdict.is_killed:
            print(f"ALIVE {verdict.mutant.name}: {verdict.words}")
    n = sum(verdict.is_killed for verdict in verdicts)
    print(f"mutants={len(verdicts)} killed={n} alive={len(verdicts) - n}")
    return n == len(verdicts)


def mutate(text: str, mutant: Mutant) -> str:
    """The file without its guard. A guard that is no longer there is an error: this list has to follow."""
    n = text.count(mutant.old)
    if n != 1:
        raise SystemExit(f"{mutant.name}: {mutant.file} holds {mutant.old!r} {n} times, not once.")
    return text.replace(mutant.old, mutant.new)


def _try(mutant: Mutant, folder: Path) -> Verdict:
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*SKIPPED), symlinks=True)
    try:
        path = tree / mutant.file
        path.write_text(mutate(path.read_text(), mutant))
        if mutant.database == "postgresql":
            with database_in(folder, "postgresql") as database:
                done = _run_tests(mutant, folder, {"DATABASE_URL": database.url})
            shutil.rmtree(folder / "pg")
        else:
            done = _run_tests(mutant, folder, {"DATABASE_URL": ""})
    finally:
        kill_left_behind(folder)  # what a missing guard lets live
        shutil.rmtree(tree)
    if done.returncode not in {TESTS_FAILED, ALL_PASSED}:
        raise SystemExit(f"{mutant.name}: pytest gave no verdict.\n{done.stdout}{done.stderr}")
    is_killed = done.returncode == TESTS_FAILED
    words = next((line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    print(f"{'killed' if is_killed else 'ALIVE '}  {mutant.name}  {words[:150]}", flush=True)
    return Verdict(mutant, is_killed, f"nothing in {' '.join(mutant.tests)} fails without it")


def _run_tests(mutant: Mutant, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    tree = folder / "tree"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *mutant.tests],
        cwd=tree,
        env=os.environ
        | environment
        | {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tree), MARK: folder.name},
        capture_output=True,
        text=True,
        check=False,
    )
