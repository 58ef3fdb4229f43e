"""What people write with Hyperopt; the argument is the name of the package. Prints what came of it as JSON.

Everything printed must be the same with both libraries, so nothing in it depends on their random numbers.
"""

import importlib
import json
import logging
import sys
import warnings
from functools import partial

import numpy as np

PACKAGE = sys.argv[1]
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def names_of(module, names):
    found = importlib.import_module(PACKAGE + module)
    return [getattr(found, name) for name in names.split()]


fmin, hp, Trials, Domain, space_eval, trials_from_docs = names_of(
    "", "fmin hp Trials Domain space_eval trials_from_docs"
)
tpe, rand, anneal, mix, STATUS_FAIL = names_of("", "tpe rand anneal mix STATUS_FAIL")
scope, as_apply, rec_eval = names_of(".pyll", "scope as_apply rec_eval")
(sample,) = names_of(".pyll.stochastic", "sample")
miscs_to_idxs_vals, miscs_update_idxs_vals = names_of(".base", "miscs_to_idxs_vals miscs_update_idxs_vals")
(no_progress_loss,) = names_of(".early_stop", "no_progress_loss")
(generate_trials_to_calculate,) = names_of(".fmin", "generate_trials_to_calculate")

SPACE = {
    "model": hp.choice(
        "model",
        [
            {"type": "svm", "c": hp.lognormal("c", 0, 1), "kernel": hp.choice("kernel", ["linear", "rbf"])},
            {"type": "forest", "trees": scope.int(hp.quniform("trees", 10, 200, 10))},
        ],
    ),
    "rate": 10 ** hp.uniform("power", -4, -1),
    "seed": 7,
}


def loss_of(point):
    model = point["model"]
    return abs(model["c"] - 2) if model["type"] == "svm" else 5 + model["trees"] / 100


def search(algo, n=12, fn=loss_of, space=SPACE, **options):
    trials = options.setdefault("trials", Trials())
    argmin = fmin(
        fn, space, algo=algo, max_evals=n, rstate=np.random.default_rng(1), show_progressbar=False,
        verbose=False, **options,
    )  # fmt: skip
    return argmin, trials


def own_algo(new_ids, domain, trials, seed):
    rng, docs = np.random.default_rng(seed), []
    for tid in new_ids:
        idxs, vals = rec_eval(domain.s_idxs_vals, memo={domain.s_new_ids: [tid], domain.s_rng: rng})
        misc = {"tid": tid, "cmd": domain.cmd, "workdir": domain.workdir}
        miscs_update_idxs_vals([misc], idxs, vals)
        docs.extend(trials.new_trial_docs([tid], [None], [domain.new_result()], [misc]))
    return docs


def failing(point):
    if point < 0:
        raise ValueError(point)
    return point


def look_at_searches():
    turns = partial(mix.suggest, p_suggest=[(0.5, rand.suggest), (0.5, tpe.suggest)])
    for name, algo in [
        ("tpe", partial(tpe.suggest, n_startup_jobs=4, gamma=0.25)), ("rand", rand.suggest), ("mix", turns),
        ("anneal", anneal.suggest), ("own", own_algo),
    ]:  # fmt: skip
        argmin, trials = search(algo)
        point = space_eval(SPACE, argmin)
        yield name, [len(trials), trials.statuses(), list(argmin) == sorted(argmin), sorted(point)]
        yield f"{name} best", min(trials.losses()) == loss_of(point) == trials.best_trial["result"]["loss"]
        yield f"{name} labels", [sorted(trials.miscs[0]["vals"]), trials.tids]


def look_at_expressions():
    x, pair = hp.uniform("x", 0, 10), hp.choice("pair", [(1, 2), (3, 4)])
    space = [
        pair[0] + pair[1], as_apply([5, 6, 7])[hp.randint("i", 3)], x > 3, x <= 3, scope.sin(x),
        scope.pow(x, 2), scope.min(x, 4), scope.int(x), -x, 2**x, scope.maximum(x, 3),
    ]  # fmt: skip
    values = space_eval(space, {"x": 2.5, "pair": 1, "i": 2})
    yield "expressions", [float(value) for value in values]
    yield (
        "sample",
        sorted({sample(hp.choice("c", ["a", "b"]), rng=np.random.default_rng(i)) for i in range(9)}),
    )


def look_at_algorithms():
    domain = Domain(lambda p: p, {"loss": hp.choice("flip", [0.0, 1.0, 2.0]), "status": "ok"})
    docs = rand.suggest(list(range(20)), domain, Trials(), 5)
    idxs, vals = miscs_to_idxs_vals(trials_from_docs(docs).miscs)
    yield "draws of a choice", [[int(v) for v in vals["flip"]], [int(i) for i in idxs["flip"]]]
    yield "keys", sorted(docs[0].keys() & {"tid", "state", "result", "misc", "book_time", "exp_key", "owner"})


def look_at_endings():
    line = hp.uniform("x", -5, 5)
    _, trials = search(rand.suggest, 30, failing, line, catch_eval_exceptions=True)
    yield "failures are hidden", all(trial["result"]["loss"] >= 0 for trial in trials)
    yield "documents", 0 < len(trials) < 30
    none, _ = search(
        rand.suggest, 2, lambda p: failing(-1), line, catch_eval_exceptions=True, return_argmin=False
    )
    yield "nothing", none
    _, trials = search(rand.suggest, 99, lambda p: 1.0, line, early_stop_fn=no_progress_loss(7))
    yield "no progress", len(trials)
    points = generate_trials_to_calculate([{"x": -100}, {"x": 2.0}])
    argmin, trials = search(rand.suggest, 4, float, line, trials=points)
    yield "points", [argmin, trials.losses()[:2]]
    _, trials = search(
        rand.suggest,
        5,
        lambda x: {"status": STATUS_FAIL} if x < 0 else {"loss": x, "status": "ok", "n": 1},
        line,
    )
    yield "results", all((result["status"] == "ok") == ("loss" in result) for result in trials.results)


def main():
    found = {}
    for look in (look_at_searches, look_at_expressions, look_at_algorithms, look_at_endings):
        found.update(look())
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
