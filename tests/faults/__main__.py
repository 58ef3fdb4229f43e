"""`python -m tests.faults`: studies under random faults, and a checker that forgives nothing.

FAULT_TRIALS, FAULT_SEED, FAULT_DB (sqlite or postgresql) and FAULT_SECONDS (between two faults, on average)
say how many, which and how hard. The exit code is 1 when an invariant is broken; then, or with FAULT_KEEP=1,
the folder of the run stays.

`python -m tests.faults mutants` removes Parzen's guards one at a time and says which of them no test misses.
"""

import os
import secrets
import sys

from tests.faults.driver import Plan, run


def main() -> None:
    if sys.argv[1:2] == ["mutants"]:
        from tests.faults.mutants.hunt import hunt

        sys.exit(0 if hunt(sys.argv[2:]) else 1)
    plan = Plan(
        n_trials=int(os.environ.get("FAULT_TRIALS", "5000")),
        seed=int(os.environ.get("FAULT_SEED") or secrets.randbelow(10**6)),
        database=os.environ.get("FAULT_DB", "sqlite"),
        seconds_between_faults=float(os.environ.get("FAULT_SECONDS", "0.4")),
        is_kept=bool(os.environ.get("FAULT_KEEP")),
    )
    sys.exit(0 if run(plan) else 1)


if __name__ == "__main__":
    main()
