"""A study of the real Hyperopt, continued here in a smaller space. Prints what came of it as JSON."""

import json
import sys
import warnings

import hyperopt
import numpy as np

from optimizer.compat import hyperopt as ours


def search(package, trials, n, wide):
    hp = package.hp
    space = {
        "n": hp.quniform("n", 1, 20 if wide else 10, 4),
        "c": hp.choice("c", ["a", "b", "c"][: 3 if wide else 2]),
    }
    package.fmin(
        lambda p: p["n"] + ord(p["c"]), space, algo=package.tpe.suggest, max_evals=n, trials=trials,
        rstate=np.random.default_rng(3), show_progressbar=False, verbose=False,
    )  # fmt: skip


def main():
    old = hyperopt.Trials()
    search(hyperopt, old, 30, wide=True)
    trials = ours.trials_from_docs(old.trials)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search(ours, trials, 40, wide=False)
    texts = [str(w.message) for w in caught if "outside of the search space" in str(w.message)]
    times = sorted(trial["refresh_time"] for trial in trials)  # with and without a zone, this would raise
    best = min(trials.losses()) <= min(old.losses())
    sys.stdout.write(
        json.dumps({"n": len(trials), "warnings": len(texts), "times": len(times), "best": best})
    )


if __name__ == "__main__":
    main()
