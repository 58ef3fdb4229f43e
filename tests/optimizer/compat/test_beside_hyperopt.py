"""The same scripts with the real Hyperopt and with its face here; and Hyperopt's own tests on our face."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.compat import hyperopt

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent / "beside"
PEERS = ROOT / ".venv-peers" / "bin" / "python"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PEERS.is_file(), reason="Hyperopt is in .venv-peers only"),
]


def run(script, *args):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [PEERS, HERE / script, *args],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_script_does_the_same_with_only_its_import_changed():
    theirs, ours = run("walk.py", "hyperopt"), run("walk.py", hyperopt.__name__)
    assert ours == theirs
    assert len(theirs) > 20
    assert all(theirs[f"{name} best"] for name in ("tpe", "rand", "mix", "anneal", "own"))


def test_a_study_of_hyperopt_goes_on_in_a_space_that_was_narrowed():
    assert run("old_study.py") == {"n": 40, "warnings": 1, "times": 40, "best": True}


def test_the_tests_of_hyperopt_pass_but_for_those_with_a_reason():
    code = "import hyperopt; print(hyperopt.__path__[0])"
    package = subprocess.run([PEERS, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.hyperopt_tests", package],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    n_passed = int(re.search(r"^(\d+) of 94 passed$", done.stdout, re.MULTILINE)[1])
    assert n_passed + done.stdout.count("not run: needs") >= 90
