"""Where Hyperopt surprises people, and what happens here instead. docs/hyperopt.md lists the same."""

import json
import math
import warnings
from collections import Counter

import numpy as np
import pytest

from optimizer import Optimizer
from optimizer.compat.hyperopt import (
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    STATUS_FAIL,
    STATUS_OK,
    AllTrialsFailed,
    Trials,
    fmin,
    generate_trials_to_calculate,
    hp,
    no_progress_loss,
    rand,
    space_eval,
    tpe,
    trials_from_docs,
)
from optimizer.compat.hyperopt.documents import new_document
from optimizer.errors import SpaceError

LINE = hp.uniform("x", -1, 1)


def search(fn=abs, space=LINE, max_evals=6, **options):
    """fmin with random search, a seed and no output unless told otherwise; its trials."""
    options = {"algo": rand.suggest, "rstate": 0, "verbose": False, "trials": Trials(), **options}
    fmin(fn, space, max_evals=max_evals, **options)
    return options["trials"]


def draws(node, n=2_000):
    """Values that the prior of ``node`` gives, by evenly spread unit coordinates."""
    return node.distribution.from_unit((np.arange(n) + 0.5) / n)


def fails_every_other_time():
    """An objective that raises in its second, fourth ... call."""
    calls = []

    def objective(x):
        calls.append(x)
        if len(calls) % 2 == 0:
            raise RuntimeError("out of memory")
        return abs(x)

    return objective, calls


@pytest.mark.parametrize(
    "node", [hp.choice("act", ["tanh", "relu"]), hp.pchoice("act", [(0.3, "tanh"), (0.7, "relu")])]
)
def test_choice_is_an_index_only_where_hyperopt_says_so(node):
    def objective(act):
        return 0.0 if act == "relu" else 1.0

    assert Optimizer(node, sampler="random").ask().params["act"] in {"tanh", "relu"}
    options = {"algo": rand.suggest, "max_evals": 2, "rstate": 0, "verbose": False}
    assert fmin(objective, node, **options) == {"act": 1}
    assert fmin(objective, node, return_argmin=False, **options) == "relu"
    assert space_eval(node, {"act": 1}) == "relu"


def test_quantised_values_never_leave_their_bounds():
    assert set(draws(hp.quniform("x", 1, 10, 4))) == {4.0, 8.0}
    assert min(draws(hp.qloguniform("x", 0, math.log(100), 10))) == 10.0
    assert min(draws(hp.qlognormal("x", 0, 2, 1))) == 1.0
    assert all(type(value) is float for value in draws(hp.quniform("x", 1, 10, 4)))


@pytest.mark.parametrize(
    "node", [hp.uniformint("x", 1, 10), hp.quniform("x", 1, 10, 1), hp.randint("x", 1, 11)]
)
def test_the_ends_are_as_likely_as_the_middle(node):
    assert Counter(draws(node)) == dict.fromkeys(range(1, 11), 200)


def test_uniformint_gives_ints_and_heeds_q():
    assert {type(value) for value in draws(hp.uniformint("x", 1, 10))} == {int}
    assert set(draws(hp.uniformint("x", 0, 30, q=10))) == {0, 10, 20, 30}


@pytest.mark.parametrize("bounds", [(0, -1), (1, 0), (2, 1), (0, 0)])
def test_bounds_are_checked_also_when_one_of_them_is_zero(bounds):
    for family in (hp.uniform, hp.loguniform):
        with pytest.raises(SpaceError, match=r"^x.high: must be greater than low"):
            family("x", *bounds)


def test_natural_bounds_in_a_logarithmic_form_are_noticed():
    with pytest.warns(UserWarning, match=r"values lie between 1.00001 and 1.10517; write math.log\(bound\)"):
        hp.loguniform("x", 1e-5, 0.1)
    with pytest.raises(SpaceError, match=r"x.high: is the logarithm of a bound"):
        hp.qloguniform("x", 16, 1024, 16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert max(draws(hp.loguniform("x", math.log(1e-5), math.log(0.1)))) <= 0.1


def test_the_normal_family_can_be_kept_from_negative_and_from_huge_values():
    assert min(draws(hp.normal("x", 0, 1, low=0))) >= 0
    assert max(draws(hp.lognormal("x", 0, 3, high=100))) <= 100


def test_lists_stay_lists():
    assert space_eval({"sizes": [64, LINE]}, {"x": 0.5}) == {"sizes": [64, 0.5]}


def test_space_eval_says_what_is_missing():
    with pytest.raises(SpaceError, match=r"^x: is missing, although it is active"):
        space_eval({"a": LINE}, {})


def test_max_evals_is_the_number_of_all_evaluations():
    trials = search(max_evals=5)
    assert len(search(max_evals=5, trials=trials)) == 5
    assert len(search(max_evals=8, trials=trials)) == 8
    points = [{"x": 0.5}, {"x": 0.25}]
    assert len(search(max_evals=3, points_to_evaluate=points)) == 3
    assert len(search(max_evals=3, trials=generate_trials_to_calculate(points))) == 3


def test_points_are_evaluated_first_and_once_also_with_trials_from_before():
    trials = search(max_evals=2)
    points = [{"x": np.float64(0.5)}, {"x": 0}]
    search(max_evals=4, trials=trials, points_to_evaluate=points)
    assert trials.vals["x"][2:] == [0.5, 0.0]
    assert len(search(max_evals=5, trials=trials, points_to_evaluate=points).trials) == 5
    assert trials.vals["x"].count(0.5) == 1


def test_points_may_name_parameters_of_branches_that_they_do_not_take():
    space = hp.choice("c", ["a", hp.uniform("x", 0, 1)])
    trials = search(lambda p: 1.0, space, max_evals=1, points_to_evaluate=[{"c": 0, "x": 0.5}])
    assert trials.vals == {"c": [0], "x": []}


def test_trials_that_raise_are_kept_apart_from_those_that_code_loops_over():
    objective, calls = fails_every_other_time()
    trials = search(objective, catch_eval_exceptions=True)
    assert len(calls) == len(trials.documents) == 6
    assert [trial["result"]["loss"] for trial in trials] == [abs(x) for x in calls[::2]] == trials.losses()
    failed = trials.documents[1]
    assert failed["result"] == {"status": STATUS_FAIL, "failure": "RuntimeError: out of memory"}
    assert failed["misc"]["error"] == ("RuntimeError", "out of memory")
    assert trials.count_by_state_unsynced(JOB_STATE_ERROR) == 3
    assert trials.count_by_state_synced(JOB_STATE_ERROR) == 0
    assert len(search(objective, trials=trials, max_evals=7)) == 4, "those that raised count as evaluated"


def test_an_exception_ends_the_search_and_keeps_what_was_known():
    objective, calls = fails_every_other_time()
    trials = Trials()
    with pytest.raises(RuntimeError, match="out of memory"):
        search(objective, trials=trials)
    assert trials.vals["x"] == calls[:1]
    assert [trial["state"] for trial in trials.documents] == [JOB_STATE_DONE, JOB_STATE_ERROR]
    assert trials.argmin == {"x": calls[0]}


def test_an_interrupted_trial_is_evaluated_again():
    calls = []

    def interrupted(x):
        calls.append(x)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return abs(x)

    trials = Trials()
    with pytest.raises(KeyboardInterrupt):
        search(interrupted, trials=trials)
    assert trials.trials[2]["state"] == JOB_STATE_NEW
    search(interrupted, trials=trials)
    assert calls[2] == calls[3]
    assert trials.vals["x"] == search().vals["x"]


def test_failed_and_infinite_losses_are_never_the_best_and_never_a_number():
    losses = iter([math.nan, -math.inf, {"status": STATUS_FAIL, "loss": -9.0}, 3.0, math.inf, 2.0])
    trials = search(lambda x: next(losses))
    assert trials.best_trial["tid"] == 5
    assert trials.average_best_error() == 2.0
    for useless in (math.nan, math.inf, {"status": STATUS_FAIL}):
        with pytest.raises(AllTrialsFailed, match="no trial has a finite loss, got 6 trials"):
            search(lambda x, useless=useless: useless)
        with pytest.raises(AllTrialsFailed):
            search(lambda x, useless=useless: useless, return_argmin=False)


@pytest.mark.parametrize("seed", [5, np.int64(5), np.random.RandomState(5), np.random.default_rng(5)])
def test_old_and_new_kinds_of_random_state_are_taken(seed):
    assert len(search(rstate=seed)) == 6


def test_no_configuration_is_tried_twice_while_there_is_another():
    space = [hp.choice("a", list("uvwxy")), hp.randint("b", 4), hp.quniform("c", 0, 1, 0.5)]
    for algo in (rand.suggest, tpe.suggest):
        trials = search(lambda p: p[1], space, max_evals=60, algo=algo)
        assert len(set(zip(*trials.vals.values(), strict=True))) == 60
        assert len(search(lambda p: p[1], space, max_evals=62, algo=algo, trials=trials)) == 62


def test_every_proposal_knows_all_results_whatever_the_queue_length():
    one = search(abs, max_evals=15, algo=tpe.suggest)
    assert search(abs, max_evals=15, algo=tpe.suggest, max_queue_len=5).vals == one.vals


def test_no_progress_loss_copes_with_failures():
    losses = iter(
        [{"status": STATUS_FAIL}, math.nan, 1.0, 2.0, {"status": STATUS_FAIL}, 0.5, 0.5, 0.49, 9.0, 0.0]
    )
    trials = search(
        lambda x: next(losses), max_evals=10, early_stop_fn=no_progress_loss(3, percent_increase=10)
    )
    assert len(trials) == 9  # 0.5 at the sixth, then 0.5, 0.49 (by 2 %) and 9
    assert len(search(lambda x: 1.0, max_evals=99, early_stop_fn=no_progress_loss(10))) == 10


def test_saved_trials_go_on_after_a_crash(tmp_path):
    path = tmp_path / "trials.pkl"
    objective, calls = fails_every_other_time()
    for _ in range(3):
        with pytest.raises(RuntimeError):
            search(objective, trials=None, trials_save_file=path)
    search(objective, trials=None, trials_save_file=str(path))
    assert len(calls) == 6
    assert len(set(calls)) == 6
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_without_trials_is_not_overwritten(tmp_path):
    path = tmp_path / "trials.pkl"
    for content in (b"notes", b"\x80\x04N.", b""):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="trials_save_file must contain the trials of an earlier search"):
            search(trials=None, trials_save_file=path)
        assert path.read_bytes() == content


def test_results_that_cannot_be_saved_are_named(tmp_path):
    with pytest.raises(ValueError, match="trials_save_file needs results that can be pickled"):
        search(
            lambda x: {"loss": x, "status": STATUS_OK, "model": lambda: x},
            trials_save_file=tmp_path / "t",
        )


def test_what_is_known_of_trials_is_plain_data():
    trials = search(lambda p: p["n"], {"n": hp.uniformint("n", 1, 9), "c": hp.choice("c", [None, LINE])})
    again = json.loads(json.dumps([trials.vals, trials.idxs, trials.argmin, trials.results, trials.miscs]))
    assert again == [trials.vals, trials.idxs, trials.argmin, trials.results, trials.miscs]


def test_what_is_inserted_appears_with_refresh():
    trials = Trials()
    trials.insert_trial_doc(new_document(4, {"x": 0.5}))
    assert trials.tids == []
    trials.refresh()
    assert trials.tids == [4]
    assert trials.new_trial_ids(1) == [5]  # not 1, as a count of trials would give


def test_a_study_of_hyperopt_goes_on_here():
    space = {"n": hp.scope.int(hp.quniform("n", 1, 9, 1)), "c": hp.choice("c", ["a", LINE])}
    docs = []
    for tid, raw in enumerate(
        [{"n": np.float64(3), "c": np.int64(0)}, {"n": np.float64(4.0), "c": 1, "x": 0.5}]
    ):
        doc = new_document(tid, raw, ["n", "c", "x"])
        docs.append({**doc, "state": JOB_STATE_DONE, "result": {"loss": float(tid), "status": STATUS_OK}})
    trials = search(lambda p: 7.0, space, max_evals=3, trials=trials_from_docs(docs))
    assert trials.losses() == [0.0, 1.0, 7.0]
    assert space_eval(space, trials.argmin) == {"n": 3, "c": "a"}
