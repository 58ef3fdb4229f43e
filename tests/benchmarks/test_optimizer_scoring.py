"""The arithmetic of the optimizer's benchmark, its kept runs, and its problems."""

import json
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.optimizer import cache, runs, scoring
from benchmarks.optimizer.problems import OWN, TASKS, problem_named, synthetic
from benchmarks.optimizer.suites import SUITES
from benchmarks.optimizer.translate import HyperoptSpace, suggest_with

COCO = ["bbob-f10-d5-i2", "mixint-f03-d10-i1"]
needs_coco = pytest.mark.skipif(find_spec("cocoex") is None, reason="COCO is in .venv-peers only")
needs_hyperopt = pytest.mark.skipif(find_spec("hyperopt") is None, reason="Hyperopt is in .venv-peers only")
every_problem = pytest.mark.parametrize(
    "name", [*OWN, *TASKS, *(pytest.param(name, marks=needs_coco) for name in COCO)]
)
gaps = st.lists(st.floats(0, 100), min_size=1, max_size=9)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "FOLDER", tmp_path)
    problem_named.cache_clear()
    yield tmp_path
    problem_named.cache_clear()


def test_regret_is_zero_at_the_optimum_and_one_at_random_searchs_median():
    assert scoring.regrets([2.0, 5.0, 8.0], 2.0, [4.0, 5.0, 90.0]).tolist() == [0.0, 1.0, 2.0]


@given(gaps, gaps, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_regret_does_not_depend_on_the_units_of_the_objective(best, random_best, scale, shift):
    best, random_best = np.array(best), 1 + np.array(random_best)
    plain = scoring.regrets(best, 0.0, random_best)
    moved = scoring.regrets(scale * best + shift, shift, scale * random_best + shift)
    assert moved == pytest.approx(plain, rel=1e-6, abs=1e-6)


def test_missing_an_optimum_that_random_search_reaches_counts_as_worse_than_random():
    found = scoring.regrets([1.0, 1.5], 1.0, [1.0, 1.0, 3.0])
    assert found.tolist() == [0.0, scoring.MISSED]
    assert scoring.MISSED > scoring.WORSE


def test_solved_problems_count_as_the_floor():
    assert scoring.floored_median(np.array([0.0, 1e-9, 0.5])) == scoring.FLOOR
    assert scoring.floored_median(np.array([0.0, 0.2, 0.5])) == 0.2


def random_regrets(seed, n_problems=12, n_seeds=5):
    rng = np.random.default_rng(seed)
    return {f"p{i}": np.exp(rng.normal(-1, 1, n_seeds)) for i in range(n_problems)}


def test_an_optimizer_ties_with_itself():
    found = scoring.compare(random_regrets(0), random_regrets(0))
    assert found.ratio == pytest.approx(1)
    assert (found.wins, found.ties, found.losses) == (0, 12, 0)


def test_swapped_sides_give_the_reciprocal_ratio():
    one, other = random_regrets(1), random_regrets(2)
    there, back = scoring.compare(one, other), scoring.compare(other, one)
    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.fine_ratio * back.fine_ratio == pytest.approx(1)
    assert (there.wins, there.losses) == (back.losses, back.wins)


def test_interval_has_no_width_when_nothing_varies_and_covers_the_ratio_when_something_does():
    constant = {f"p{i}": np.full(5, 0.4) for i in range(10)}
    halved = {name: values / 2 for name, values in constant.items()}
    found = scoring.compare(halved, constant)
    assert [found.ratio, found.low, found.high] == pytest.approx([0.5] * 3)
    found = scoring.compare(random_regrets(3), random_regrets(4))
    assert found.low < found.ratio < found.high


def test_problems_that_only_one_ran_are_left_out_and_none_in_common_is_an_error():
    one, other = {"a": np.array([0.5]), "b": np.array([0.1])}, {"a": np.array([1.0])}
    assert scoring.compare(one, other).n_problems == 1
    with pytest.raises(ValueError, match="both optimizers ran"):
        scoring.compare(one, {"c": np.array([1.0])})


def test_worse_than_random_counts_medians_over_the_limit():
    values = {"a": np.array([0.1, 1.2, 1.3]), "b": np.array([1.0, 1.04, 9.0]), "c": np.array([0.1])}
    assert scoring.compare(values, values).n_worse_than_random == 1


def test_mean_ranks_share_ties():
    medians = {
        "a": {"p": 0.1, "q": 0.5, "only": 0},
        "b": {"p": 0.1 + scoring.TIE / 2, "q": 0.2},
        "c": {"p": 0.9, "q": 0.9},
    }
    assert scoring.mean_ranks(medians) == {"a": 1.75, "b": 1.25, "c": 3.0}


def job(n=20, seed=0, problem="branin-2", optimizer="random", told=None):
    return runs.Job(optimizer, "x", problem, seed, n, told)


def test_best_so_far_of_a_run_falls_and_a_longer_run_begins_the_same():
    short, long = runs.make_run(job(20)), runs.make_run(job(60))
    values = [long.best_at(n) for n in range(1, 61)]
    assert values == sorted(values, reverse=True)
    assert [short.best_at(n) for n in range(1, 21)] == values[:20]


def test_with_noise_the_point_that_looked_best_is_kept_with_its_true_value():
    run = runs.make_run(job(200, seed=1, problem="noisy-branin-2"))
    values = [value for _, value in run.steps]
    assert min(values) >= synthetic.BRANIN_BEST
    assert values != sorted(values, reverse=True)


def test_kept_runs_are_not_made_again_and_a_torn_line_is():
    store = runs.RunStore("random", "x")
    jobs = [job(seed=seed) for seed in range(3)]
    assert runs.make_runs(jobs, {"random": store}) == []
    path = cache.FOLDER / "runs" / "random@x.jsonl"
    kept = path.read_text()
    runs.make_runs(jobs, {"random": runs.RunStore("random", "x")})
    assert path.read_text() == kept
    path.write_text(kept[:-30] + "\n")
    torn = runs.RunStore("random", "x")
    assert [torn.find(one) is None for one in jobs] == [False, False, True]


def test_kept_runs_serve_shorter_jobs_of_the_same_space_only():
    store = runs.RunStore("random", "x")
    runs.make_runs([job(30)], {"random": store})
    assert store.find(job(20)) is not None
    assert store.find(job(40)) is None
    assert store.find(job(30, told=30)) is None
    path = cache.FOLDER / "runs" / "random@x.jsonl"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"space": "another"}) + "\n")
    assert runs.RunStore("random", "x").find(job(20)) is None


def test_a_run_that_raises_is_reported_and_the_others_are_kept(monkeypatch, capsys):
    def broken(params):
        raise ArithmeticError("no value today")

    problem = problem_named("branin-2")
    monkeypatch.setitem(problem.__dict__, "function", broken)
    store = runs.RunStore("random", "x")
    failed = runs.make_runs([job(), job(problem="camel-2")], {"random": store})
    assert failed == [job()]
    assert store.find(job(problem="camel-2")) is not None
    assert "no value today" in capsys.readouterr().err


def test_best_value_ever_seen_only_falls():
    best = cache.BestSeen()
    for value in (3.0, 1.0, 2.0):
        best.note("p", value)
    assert best["p"] == cache.BestSeen()["p"] == 1.0


@every_problem
def test_problem_is_finite_reproducible_and_never_below_its_optimum(name):
    problem = problem_named(name)
    rng = np.random.default_rng(0)
    points = [problem.space.sample(rng) for _ in range(2 if name in TASKS else 100)]
    values = [problem.function(point) for point in points]
    assert np.isfinite(values).all()
    assert len(set(values)) > 1
    assert problem.optimum is None or min(values) >= problem.optimum - 1e-9
    for path in cache.FOLDER.glob("evaluations/*"):
        path.unlink()
    problem_named.cache_clear()
    assert problem_named(name).function(points[0]) == values[0]


@pytest.mark.parametrize(
    ("function", "place", "lowest"),
    [
        (synthetic.branin, [(np.pi + 5) / 15, 2.275 / 15], synthetic.BRANIN_BEST),
        (synthetic.hartmann3, [0.114614, 0.555649, 0.852547], synthetic.HARTMANN_3_BEST),
        (
            synthetic.hartmann6,
            [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573],
            synthetic.HARTMANN_6_BEST,
        ),
        (synthetic.rosenbrock, [1.0] * 4, 0),
        (synthetic.levy, [1.0] * 4, 0),
        (synthetic.camel, [0.089842, -0.712656], -1.0316284534898774),
        (synthetic.styblinski, [-2.903534] * 4, 0),
        *(
            (function, [0.0] * 4, 0)
            for function in (synthetic.ackley, synthetic.rastrigin, synthetic.griewank, synthetic.zakharov)
        ),
        *(
            (function, [0.0] * 4, 0)
            for function in (synthetic.ellipsoid, synthetic.plateau, synthetic.needle)
        ),
    ],
)
def test_classic_function_has_its_lowest_value_where_the_literature_says(function, place, lowest):
    assert function(np.array(place)) == pytest.approx(lowest, abs=1e-6)


def test_costly_value_is_computed_once():
    problem = problem_named("pipeline-breast")
    point = problem.space.sample(np.random.default_rng(0))
    value = problem.function(point)
    path = next(cache.FOLDER.glob("evaluations/pipeline-breast-*"))
    path.write_text(path.read_text().replace(str(value), "0.125"))
    problem_named.cache_clear()
    assert problem_named("pipeline-breast").function(point) == 0.125


def test_dev_and_confirm_share_no_problem_and_no_function():
    def functions(suite):
        names = SUITES[suite]()
        return {name.split("-d")[0] if name.startswith(("bbob", "mixint")) else name for name in names}

    assert not functions("dev") & functions("confirm")
    assert set(SUITES["dev"]()) | set(SUITES["confirm"]()) <= set(SUITES["full"]())
    assert len(SUITES["full"]()) >= 150


class PriorTrial:
    """A peer's trial that proposes from the prior."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def suggest_float(self, name, low, high, *, log=False, step=None):
        if step is not None:
            return low + step * int(self.rng.integers(int((high - low) / step) + 1))
        return (
            float(np.exp(self.rng.uniform(np.log(low), np.log(high)))) if log else self.rng.uniform(low, high)
        )

    def suggest_int(self, name, low, high, *, log=False, step=1):
        return low + step * int(self.rng.integers((high - low) // step + 1))

    def suggest_categorical(self, name, choices):
        return choices[self.rng.integers(len(choices))]


@every_problem
def test_params_from_a_define_by_run_peer_are_points_of_the_space(name):
    space = problem_named(name).space
    for seed in range(20):
        space.validate_params(suggest_with(PriorTrial(seed), space))


@needs_hyperopt
@every_problem
def test_params_from_hyperopt_are_points_of_the_space(name):
    from hyperopt.pyll.stochastic import sample

    space = problem_named(name).space
    translated = HyperoptSpace(space)
    rng = np.random.default_rng(0)
    for _ in range(10):
        space.validate_params(translated.params_of(sample(translated.tree, rng)))
