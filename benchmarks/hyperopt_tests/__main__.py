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
from pathlib import Path

from benchmarks.hyperopt_tests.names import OUTCOMES_VARIABLE, TESTS_VARIABLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = "hyperopt_tests_copy"  # no name of ours: relative imports go through it


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
    outcomes = run_tests(package, {test.partition("::")[0] for test in reasons})
    is_wrong = False
    n_passed = 0
    for test, reason in reasons.items():
        outcome = outcomes.get(test) or outcomes.get(test.partition("::")[0], "not found")
        if outcome == "passed":
            n_passed += 1
            if reason:
                print(f"passes, although it has a reason not to: {test}")
            continue
        is_wrong |= not reason
        print(f"{test}\n    {outcome}\n    {'reason: ' + reason if reason else 'must pass'}")
    print(f"{n_passed} of {len(reasons)} passed")
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path()))
