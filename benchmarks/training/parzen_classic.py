"""The classic through a whole Parzen, slots and threads as it chooses them here. Run by `__main__`.

python -m benchmarks.training.parzen_classic N_TRIALS SEED     prints one line of JSON
"""

from __future__ import annotations

import json
import os
import sys
import time

from benchmarks.overhead import run_study
from benchmarks.stack import running_stack
from benchmarks.training.waiting import confirm


def main() -> None:
    n_trials, seed = map(int, sys.argv[1:])
    n_slots = len(os.sched_getaffinity(0))
    with running_stack(n_slots=n_slots):
        run_study("quick", "digits", max_trials=2, max_epochs=1, n_parallel=2)  # Keras is loaded
        began = time.perf_counter()
        study = run_study("classic", "mnist", n_parallel=n_slots, max_trials=n_trials, seed=seed)
        seconds = time.perf_counter() - began
        best = study.trials.filter(state="complete").order_by("value").first()
        winner = confirm(study, n_best=1, n_seeds=1).trials.get(copy_of=best)
        found = {
            "seconds": seconds,
            "val_loss": best.value,
            "test_accuracy": winner.metrics["test_accuracy"],
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
