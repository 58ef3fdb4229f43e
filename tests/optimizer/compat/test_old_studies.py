"""Studies from elsewhere, or from before a change of the space, go on; and trials side by side."""

import threading
import warnings
from datetime import datetime

import pytest

from optimizer.compat.hyperopt import (
    JOB_STATE_DONE,
    SparkTrials,
    Trials,
    fmin,
    generate_trials_to_calculate,
    hp,
    rand,
    tpe,
    trials_from_docs,
)
from optimizer.compat.hyperopt.documents import new_document

SPACE = {"x": hp.uniform("x", -1, 1), "c": hp.choice("c", ["a", "b"])}


def loss(point):
    return abs(point["x"]) + (point["c"] == "b")


def done(tid, raw, value):
    doc = new_document(tid, raw, raw)
    return {**doc, "state": JOB_STATE_DONE, "result": {"loss": value, "status": "ok"}}


def search(space=SPACE, fn=loss, algo=rand.suggest, n=6, **options):
    trials = options.setdefault("trials", Trials())
    fmin(fn, space, algo, n, rstate=0, verbose=False, **options)
    return trials


@pytest.mark.parametrize("algo", [rand.suggest, tpe.suggest, "gp", "auto"])
def test_what_no_longer_fits_is_history_without_that_coordinate(algo):
    old = [
        done(0, {"x": 0.5, "c": 0}, 3.0),
        done(1, {"x": 5.0, "c": 1}, -1.0),  # the range was wider
        done(2, {"x": 0.1, "c": 4}, 2.0),  # there were more options
        done(3, {"x": 0.2, "c": 0, "gone": 7}, 1.0),  # there was another parameter
        done(4, {"x": 9.0, "c": 9}, 0.5),  # nothing fits
    ]
    with pytest.warns(UserWarning, match="x of 2 trials, c of 2 trials, gone of 1 trial") as caught:
        trials = search(algo=algo, n=20, trials=trials_from_docs(old))
    (warning,) = caught
    assert str(warning.message).startswith("4 trials had values outside of the search space")
    assert len(trials) == 20
    assert trials.best_trial["tid"] == 1
    assert trials.vals["x"][:5] == [0.5, 5.0, 0.1, 0.2, 9.0], "the documents stay as they were"


def test_a_value_that_only_hyperopt_draws_is_taken():
    space = hp.quniform("x", 1, 10, 4)
    with pytest.warns(UserWarning, match="1 trial had values"):
        trials = search(space, float, n=4, trials=trials_from_docs([done(0, {"x": 0.0}, 0.0)]))
    assert trials.argmin == {"x": 0.0}


def test_a_study_that_fits_brings_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search(trials=trials_from_docs([done(0, {"x": 0.5, "c": 0}, 3.0)]))


@pytest.mark.parametrize("how", ["points", "trials"])
def test_a_point_outside_of_the_space_is_evaluated_as_it_is(how):
    points = [{"x": -100, "c": 0}]
    options = (
        {"points_to_evaluate": points}
        if how == "points"
        else {"trials": generate_trials_to_calculate(points)}
    )
    with pytest.warns(UserWarning, match="x of 1 trial"):
        trials = search(fn=lambda p: p["x"], **options)
    assert trials.losses()[0] == -100
    assert trials.argmin == {"c": 0, "x": -100}
    assert len(trials) == 6


def test_a_finite_space_is_searched_on_when_every_point_was_tried():
    def count(seed):
        trials = Trials()
        space = hp.choice("a", [0, 1, 2, 3])
        fmin(lambda a: [1, 1, 1, 0][a], space, tpe.suggest, 100, trials=trials, rstate=seed, verbose=False)
        return trials.vals["a"].count(3)

    assert min(count(seed) for seed in range(3)) > 50


def test_times_have_no_zone_as_those_of_hyperopt():
    trial = search(n=1).trials[0]
    assert trial["book_time"] <= trial["refresh_time"]
    assert trial["refresh_time"].tzinfo is None
    assert (trial["refresh_time"] - datetime(2020, 1, 1)).days > 0  # noqa: DTZ001 - what old code does


def test_the_best_values_are_sorted_by_label():
    assert list(search().argmin) == ["c", "x"]


def test_when_everything_raised_there_is_no_point():
    def fail(point):
        raise RuntimeError

    best = fmin(
        fail, SPACE, rand.suggest, 3, rstate=0, verbose=False, catch_eval_exceptions=True, return_argmin=False
    )
    assert best is None


def test_arguments_that_have_no_effect_are_taken():
    trials = search(n=3)
    assert trials.losses(None) == trials.losses()
    assert trials.statuses(None) == trials.statuses()
    assert trials.average_best_error(None) == trials.average_best_error() == min(trials.losses())


def test_spark_trials_are_evaluated_side_by_side():
    together = threading.Barrier(3, timeout=20)

    def meet(point):
        together.wait()
        return loss(point)

    trials = search(fn=meet, n=9, trials=SparkTrials(parallelism=3))
    assert len(trials) == 9
    assert trials.losses() == [
        loss({"x": x, "c": "ab"[c]}) for x, c in zip(trials.vals["x"], trials.vals["c"], strict=True)
    ]
    assert len(set(trials.vals["x"])) == 9


def test_spark_trials_go_on_after_a_failure_and_keep_their_limits():
    def fail_sometimes(point):
        if point["c"] == "b":
            raise RuntimeError("lost")
        return -1.0

    trials = search(fn=fail_sometimes, n=12, trials=SparkTrials(parallelism=2))
    assert len(trials.documents) == 12
    assert 0 < len(trials) < 12
    limited = SparkTrials(parallelism=2, loss_threshold=-0.5)
    assert len(search(fn=fail_sometimes, n=50, trials=limited).documents) < 50


def test_an_interruption_stops_trials_that_have_not_begun():
    def interrupt(point):
        raise KeyboardInterrupt

    trials = SparkTrials(parallelism=2)
    with pytest.raises(KeyboardInterrupt):
        search(fn=interrupt, trials=trials)
    assert {document["state"] for document in trials.documents} == {0}


@pytest.mark.parametrize("parallelism", [0, -1, 1.5, "2", True])
def test_impossible_parallelism_is_refused(parallelism):
    with pytest.raises(ValueError, match="parallelism must be a whole number from 1 on"):
        SparkTrials(parallelism)
    assert 1 <= SparkTrials().parallelism <= 128
    assert SparkTrials(1000).parallelism == 128
