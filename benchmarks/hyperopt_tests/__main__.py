"""Runs Hyperopt's own tests against the face of Hyperopt, with only the import mapped.

The argument is the folder `hyperopt` of an installation or a checkout of Hyperopt 0.3.0, tests included.
Nothing is fetched: its test files are copied into a temporary folder and deleted again. `public_tests.tsv`
has the tests that concern what users call, and a reason for each that does not pass.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.hyperopt_tests.names import OUTCOMES_VARIABLE, TESTS_VARIABLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Libraries that are not installed with Parzen: tests of these files are left out without them.
NEEDS: Final = {"test_plotting.py": "matplotlib", "test_progress.py": "tqdm"}
FOLDER: Final = "hyperopt_tests_copy"  # no name of ours: relative imports go through it


def public_tests() -> dict[str, str]:
    """The reason for which each test does not pass, by its name; empty for those that must."""
    with (HERE / "public_tests.tsv").open(encoding="utf-8", newline="") as file:
        return {row["test"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}


def run_tests(package: Path, files: set[str]) -> dict[str, str]:
    """What came of each test in these files of `package`."""
    with tempfile.TemporaryDirectory() as name:
        copy, outcomes = Path(name) / FOLDER, Path(name) / "outcomes.json"
        shutil.copytree(package / "tests", copy, ignore=shutil.ignore_patterns("__pycache__", "integration"))
        (Path(name) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        paths = [path for path in sorted(copy.rglob("test_*.py")) if path.name in files]
        subprocess.run(
            [sys.executable, "-m", "pytest", "-c", f"{name}/pytest.ini", "-q", "--tb=short",
             "--continue-on-collection-errors", "-p", "no:django",
             "-p", "no:cacheprovider", "-p", "benchmarks.hyperopt_tests.plugin", *map(str, paths)],
            env=os.environ
            | {TESTS_VARIABLE: str(copy), OUTCOMES_VARIABLE: str(outcomes), "PYTHONPATH": str(ROOT)},
            cwd=name,
            check=False,
            stdout=None if os.environ.get("VERBOSE") else subprocess.DEVNULL,
        )  # fmt: skip
        found: dict[str, str] = json.loads(outcomes.read_text(encoding="utf-8")) if outcomes.exists() else {}
    return found


def main(package: Path) -> int:
    """Print how many pass, and why the others do not; 1 when one fails that must pass."""
    if not (package / "tests" / "unit").is_dir():
        print(f"HYPEROPT must be the folder hyperopt of a checkout or installation, got {package}")
        return 2
    reasons = public_tests()
    outcomes = run_tests(package, {file_of(test) for test in reasons})
    n_passed, is_wrong = 0, False
    for test, reason in reasons.items():
        outcome = outcomes.get(test) or outcomes.get(file_of(test), "not found")
        library = NEEDS.get(file_of(test), "json")
        if outcome == "passed":
            n_passed += 1
        elif find_spec(library) is None:
            print(f"{test}\n    not run: needs {library}")
        else:
            is_wrong |= not reason
            print(f"{test}\n    {outcome}\n    {'reason: ' + reason if reason else 'must pass'}")
    print(f"{n_passed} of {len(reasons)} passed")
    return int(is_wrong)


def file_of(test: str) -> str:
    """The name of the file that a test is in."""
    return test.partition("::")[0]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path()))
