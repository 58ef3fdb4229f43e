"""fmin, its algorithms and Trials: what people from Hyperopt rely on."""

import math
import pickle
import sys
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import optimizer.compat.hyperopt.fmin  # noqa: F401 - the module must not hide the function of the same name
from optimizer.compat.hyperopt import (
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    STATUS_FAIL,
    STATUS_OK,
    AllTrialsFailed,
    InvalidLoss,
    InvalidResultStatus,
    InvalidTrial,
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
from optimizer.compat.hyperopt.exceptions import InvalidAnnotatedParameter
from optimizer.compat.hyperopt.probable_best import probability_of_lowest
from optimizer.compat.hyperopt.search.algos import DEFAULT_ALGO, Algorithm, sampler_of
from optimizer.compat.hyperopt.search.arguments import seed_of
from optimizer.errors import SpaceError, SpaceExhausted, UnknownSampler
from optimizer.samplers import SAMPLERS
from optimizer.samplers.random import RandomSampler
from optimizer.samplers.tpe import TPESampler

SPACE = {
    "x": hp.uniform("x", -5, 5),
    "net": hp.choice(
        "net", [{"layers": "two"}, {"layers": "three", "units": hp.quniform("units", 8, 64, 8)}]
    ),
}


def square(point):
    return point["x"] ** 2 + (point["net"]["layers"] == "two")


def search(fn=square, space=SPACE, max_evals=12, **options):
    """fmin with random search, a seed and no output unless told otherwise; (result, trials)."""
    options = {"algo": rand.suggest, "rstate": 0, "verbose": False, "trials": Trials(), **options}
    return fmin(fn, space, max_evals=max_evals, **options), options["trials"]


@pytest.mark.parametrize("algo", [None, rand.suggest, tpe.suggest, "random", TPESampler(n_startup=4)])
def test_finds_the_best_of_its_trials_with_every_algorithm(algo):
    best, trials = search(algo=algo)
    losses = trials.losses()
    assert len(losses) == 12
    assert best == trials.argmin
    assert square(space_eval(SPACE, best)) == min(losses) == trials.best_trial["result"]["loss"]


def test_tpe_gets_nearer_than_random_search_on_average():
    def loss_of(algo, seed):
        space = [hp.uniform(f"x{i}", -1, 1) for i in range(4)]
        return min(search(lambda x: sum(v * v for v in x), space, 60, algo=algo, rstate=seed)[1].losses())

    seeds = range(5)
    assert np.mean([loss_of(tpe.suggest, s) for s in seeds]) < np.mean(
        [loss_of(rand.suggest, s) for s in seeds]
    )


def test_return_argmin_false_gives_the_point():
    point, trials = search(return_argmin=False)
    assert point == space_eval(SPACE, trials.argmin)
    assert point["net"] in ({"layers": "two"}, {"layers": "three", "units": point["net"].get("units")})
    assert search(max_evals=0, return_argmin=False)[0] is None


def test_documents_have_the_form_that_hyperopt_people_know():
    _, trials = search(
        lambda point: {"loss": square(point), "status": STATUS_OK, "note": 1, "attachments": {"a": 2}}
    )
    for tid, trial in enumerate(trials.trials):
        assert trial["tid"] == trial["misc"]["tid"] == tid
        assert trial["state"] == JOB_STATE_DONE
        assert set(trial["result"]) == {"loss", "status", "note"}
        assert set(trial["misc"]["vals"]) == {"x", "net", "units"}
        is_three = trial["misc"]["vals"]["net"] == [1]
        assert trial["misc"]["idxs"]["units"] == ([tid] if is_three else [])
        assert trial["refresh_time"] >= trial["book_time"]
        assert dict(trials.trial_attachments(trial)) == {"a": 2}
    assert trials.tids == list(range(12))
    assert trials.statuses() == [STATUS_OK] * 12
    assert trials.idxs_vals == (trials.idxs, trials.vals)
    assert len(trials.vals["x"]) == 12
    assert trials.idxs["units"] == [i for i, net in enumerate(trials.vals["net"]) if net == 1]
    assert len(trials.vals["units"]) == len(trials.idxs["units"])
    assert trials.attachments["ATTACH::3::a"] == 2
    assert (trials.specs[0], trials.miscs[0]["tid"], trials.results[0]["note"]) == (None, 0, 1)


def test_trials_count_states_and_can_be_emptied():
    _, trials = search()
    assert trials.count_by_state_synced(JOB_STATE_DONE) == 12
    assert trials.count_by_state_unsynced([JOB_STATE_NEW, JOB_STATE_ERROR]) == 0
    with pytest.raises(ValueError, match=r"states must be among .* got \[7\]"):
        trials.count_by_state_synced(7)
    trials.refresh()
    trials.delete_all()
    assert (len(trials), trials.attachments, trials.vals) == (0, {}, {})


def test_trials_fmin_is_fmin_with_these_trials():
    trials = Trials()
    best = trials.fmin(square, SPACE, rand.suggest, 5, rstate=0, verbose=False)
    assert (best, len(trials)) == (search(max_evals=5)[0], 5)


@given(n_first=st.integers(0, 8))
@settings(max_examples=6, deadline=None)
def test_continuing_gives_what_one_long_search_gives_also_through_a_pickle(n_first):
    algo = partial(tpe.suggest, n_startup_jobs=3)
    _, whole = search(max_evals=9, algo=algo)
    trials = Trials()
    search(max_evals=n_first, algo=algo, trials=trials, return_argmin=False)
    best, trials = search(max_evals=9, algo=algo, trials=pickle.loads(pickle.dumps(trials)))
    assert (trials.vals, trials.losses(), best) == (whole.vals, whole.losses(), whole.argmin)


@pytest.mark.parametrize(
    "make", [lambda: 7, lambda: np.random.default_rng(7), lambda: np.random.RandomState(7)]
)
def test_every_kind_of_rstate_repeats_a_search(make):
    assert search(rstate=make())[1].vals == search(rstate=make())[1].vals
    assert search(rstate=make())[1].vals != search(rstate=8)[1].vals


def test_without_rstate_the_environment_gives_the_seed(monkeypatch):
    monkeypatch.setenv("HYPEROPT_FMIN_SEED", "31")
    assert seed_of(None) == 31
    monkeypatch.setenv("HYPEROPT_FMIN_SEED", "many")
    with pytest.raises(ValueError, match="must be a whole number, got 'many'"):
        seed_of(None)
    monkeypatch.delenv("HYPEROPT_FMIN_SEED")
    assert seed_of(None) != seed_of(None)
    with pytest.raises(TypeError, match="rstate must be a seed"):
        seed_of("7")


def test_options_of_tpe_reach_the_sampler():
    algo = partial(
        tpe.suggest, n_startup_jobs=7, n_EI_candidates=50, gamma=0.3, prior_weight=2.0, verbose=False
    )
    sampler = sampler_of(algo)
    assert (sampler.n_startup, sampler.n_candidates, sampler.good_share) == (7, 50, 0.3)
    assert isinstance(sampler_of(partial(rand.suggest, verbose=True)), RandomSampler)
    assert sampler_of(None).name == DEFAULT_ALGO
    for name, info in SAMPLERS.items():
        assert type(sampler_of(name)) is type(sampler_of(Algorithm(name).suggest)) is info.sampler
    with pytest.raises(ValueError, match=r"gamma must be a share, .* got 2"):
        sampler_of(partial(tpe.suggest, gamma=2))
    with pytest.raises(
        TypeError, match=r"<tpe.suggest> must have options among n_startup_jobs, .*; got n_jobs"
    ):
        sampler_of(partial(tpe.suggest, n_jobs=2))


@pytest.mark.parametrize("algo", [7, tpe, lambda new_ids, domain: [], lambda: "tpe"])
def test_what_is_no_algorithm_is_refused(algo):
    with pytest.raises(TypeError, match=r"algo must be tpe.suggest, rand.suggest"):
        search(algo=algo)
    with pytest.raises(UnknownSampler):
        search(algo="anneal")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_evals": -1}, "max_evals must be a number of trials or None, got -1"),
        ({"max_evals": True}, "max_evals must be a number of trials"),
        ({"timeout": True}, "The timeout argument should be None or a positive value. Given value: True"),
        ({"timeout": 0}, "The timeout argument should be"),
        ({"timeout": math.nan}, "The timeout argument should be"),
        ({"loss_threshold": "0"}, "The loss_threshold argument should be None or a numeric value. Given"),
        ({"space": "typed"}, 'space must contain hp nodes or be the string "annotated"'),
    ],
)
def test_impossible_argument_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        search(**options)
    with pytest.raises(TypeError, match="trials must be a Trials of this package, got SimpleNamespace"):
        search(trials=SimpleNamespace(trials=[]))


def test_annotated_arguments_are_the_space():
    def distance(x: hp.uniform("x", -1, 1), y: "hp.uniform('y', 5, 6)") -> float:
        return x * x + y

    best, trials = search(distance, "annotated")
    assert set(best) == {"x", "y"}
    assert min(trials.losses()) >= 5
    for wrong in (lambda x: x, square):
        with pytest.raises(SpaceError, match="must contain at least one hp node"):
            search(wrong, "annotated")

    def untyped(x: float) -> float:
        return x

    with pytest.raises(
        InvalidAnnotatedParameter, match="x must be annotated with hp nodes, got <class 'float'>"
    ):
        search(untyped, "annotated")


def test_timeout_is_looked_at_between_trials(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(
        sys.modules["optimizer.compat.hyperopt.search.loop"], "monotonic", lambda: next(clock)
    )
    _, trials = search(max_evals=None, timeout=4)
    assert len(trials) == 3  # begun 1, 2 and 3 seconds after the start


def test_loss_threshold_counts_trials_from_before():
    _, trials = search(max_evals=None, loss_threshold=0.5)
    assert min(trials.losses()) < 0.5
    assert min(trials.losses()[:-1], default=1) >= 0.5
    n = len(trials)
    search(trials=trials, max_evals=None, loss_threshold=0.5)
    assert len(trials) == n


def test_a_space_with_nothing_left_to_try_ends_a_search_with_a_sampler_that_says_so():
    class Three(RandomSampler):
        def suggest(self, space, history, *args, **options):
            if len(history) == 3:
                raise SpaceExhausted
            return super().suggest(space, history, *args, **options)

    assert len(search(algo=Three())[1]) == 3


def test_early_stop_function_gets_trials_and_what_it_returned():
    calls = []

    def stop(trials, *args):
        calls.append((len(trials), args))
        return len(trials) == 3, [*args, len(trials)]

    search(early_stop_fn=stop)
    assert calls == [(1, ()), (2, (1,)), (3, (1, 2))]


def test_progress_is_shown_on_standard_error_or_by_the_users_bar(capsys):
    search(verbose=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("12/12 trials, best loss: ")
    bars = []

    @contextmanager
    def callback(initial, total):
        bars.append(SimpleNamespace(initial=initial, total=total, n=0, postfix=""))
        bars[-1].update = lambda n: setattr(bars[-1], "n", bars[-1].n + n)
        yield bars[-1]

    _, trials = search(verbose=True, show_progressbar=callback, max_evals=3)
    search(
        trials=trials,
        verbose=True,
        show_progressbar=callback,
        max_evals=None,
        early_stop_fn=lambda t: (True, []),
    )
    assert [(bar.initial, bar.total, bar.n) for bar in bars] == [(0, 3, 3), (3, sys.maxsize, 1)]
    assert bars[0].postfix == f"best loss: {min(trials.losses()[:3]):.6g}"
    search(verbose=True, show_progressbar=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (None, InvalidLoss, "the loss must be a number, got None"),
        ("0.5", InvalidLoss, "the loss must be a number, got '0.5'"),
        (True, InvalidLoss, "the loss must be a number, got True"),
        (np.zeros(2), InvalidLoss, "the loss must be a number, got array"),
        ({"status": STATUS_OK}, InvalidLoss, "the loss must be a number, got None"),
        ({"loss": 1.0}, InvalidResultStatus, "a result must have a status, .* got None"),
        ({"loss": 1.0, "status": "OK"}, InvalidResultStatus, "a result must have a status, .* got 'OK'"),
    ],
)
def test_unusable_result_is_refused_and_kept(returned, error, message):
    trials = Trials()
    with pytest.raises(error, match=message) as caught:
        search(lambda point: returned, trials=trials)
    assert caught.value.result is returned
    assert [document["result"]["status"] for document in trials.documents] == [STATUS_FAIL]


@pytest.mark.parametrize("loss", [2, np.float32(2), np.array(2.0), np.array([[2]])])
def test_every_kind_of_number_is_a_loss(loss):
    assert search(lambda point: loss, max_evals=2)[1].losses() == [2.0, 2.0]
    assert search(lambda point: {"loss": loss, "status": "ok"}, max_evals=2)[1].losses() == [2.0, 2.0]


def test_average_best_error_weighs_true_losses_by_the_probability_to_be_best():
    results = iter([(1.0, 0.04, 5.0), (1.1, 0.01, 7.0), (9.0, 0.0, 100.0)])

    def noisy(point):
        loss, variance, true = next(results)
        return {"loss": loss, "loss_variance": variance, "true_loss": true, "status": STATUS_OK}

    _, trials = search(noisy, max_evals=3)
    first = stats.norm.cdf(0.1, scale=math.sqrt(0.05))  # P(first < second), the third is out of reach
    assert trials.average_best_error() == pytest.approx(5 * first + 7 * (1 - first), abs=1e-3)
    _, trials = search()
    assert trials.average_best_error() == min(trials.losses())
    with pytest.raises(AllTrialsFailed):
        Trials().average_best_error()


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0, 2)), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_probability_to_be_lowest_sums_to_one_and_orders_equal_spreads(normals):
    mean, sigma = np.array(normals).T
    share = probability_of_lowest(mean, sigma)
    assert share.sum() == pytest.approx(1)
    assert (np.diff(probability_of_lowest(np.sort(mean), np.ones(len(mean)))) <= 1e-9).all()


def test_documents_from_elsewhere_are_checked_and_copied_with_plain_numbers():
    _, trials = search(max_evals=3)
    docs = trials.trials
    docs[0]["misc"]["vals"]["x"] = [np.float64(docs[0]["misc"]["vals"]["x"][0])]
    again = trials_from_docs(docs)
    assert type(again.vals["x"][0]) is float
    assert again.new_trial_ids(2) == [3, 4]
    assert (again.vals, again.losses()) == (trials.vals, trials.losses())
    for broken, message in [
        ("x", "a trial must be a dict, got 'x'"),
        ({"tid": 0}, "a trial must have tid, .* got none for spec"),
        ({**docs[0], "misc": {}}, "the misc of a trial must have"),
        ({**docs[0], "tid": 9}, "a trial must have the tid of its misc"),
        ({**docs[0], "state": "done"}, "the state of a trial must be one of"),
    ]:
        with pytest.raises(InvalidTrial, match=message):
            trials_from_docs([broken])


def test_no_progress_loss_checks_its_arguments():
    with pytest.raises(ValueError, match="iteration_stop_count must be at least 1, got 0"):
        no_progress_loss(0)
    with pytest.raises(ValueError, match="percent_increase must not be negative, got -1"):
        no_progress_loss(1, -1)


def test_points_that_are_no_points_are_refused_before_any_trial():
    for points, message in [
        ([{"x": 0, "net": 2}], "net: must be the index of an option, 0 to 1, got 2"),
        ([{"x": 0}], "net: is missing"),
        ([{"y": 0}], "y: must be a label of the search space: x, net, units"),
    ]:
        trials = Trials()
        with pytest.raises(SpaceError, match=message):
            search(trials=trials, points_to_evaluate=points)
        with pytest.raises(SpaceError, match=message):
            search(trials=generate_trials_to_calculate(points))
