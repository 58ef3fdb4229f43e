"""A short fault run, with its processes, databases and checker as in `make faults`."""

import os
import re
import subprocess
import sys

import pytest

from tests.faults.databases import has_postgresql
from tests.faults.rig import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "database",
    [
        "sqlite",
        pytest.param(
            "postgresql", marks=pytest.mark.skipif(not has_postgresql(), reason="no PostgreSQL here")
        ),
    ],
)
def test_no_invariant_is_broken_when_everything_fails_now_and_then(database):
    plan = {"FAULT_TRIALS": "80", "FAULT_SEED": "7", "FAULT_DB": database, "FAULT_SECONDS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults"],
        env=os.environ | plan,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"trials=\d+ kills=\d+ lost=0 doubled=0 changed=0 over_budget=0 other=0", last)
    assert "80 trials in" in done.stdout
    n_complete = int(re.search(r"(\d+) complete", done.stdout)[1])
    assert n_complete > 40, "nothing was trained, so nothing was tested"
    assert re.search(r"late writes of zombies: [1-9]", done.stdout)
