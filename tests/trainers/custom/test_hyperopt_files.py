"""Files that were written for Hyperopt, as people have them: their imports, and the search at their end."""

import pytest

from trainers.custom.declaration import read_declaration
from trainers.custom.model_file import read_model_file
from trainers.custom.user_code import CodeInvalid

SEARCH = """
from hyperopt import fmin, tpe, hp, STATUS_OK, Trials

ranges = {"x": hp.uniform("x", -5, 5)}

def loss_of(params):
    return {"loss": (params["x"] - 1) ** 2, "status": STATUS_OK}

trials = Trials()
best = CALL
print(best)
raise RuntimeError("what comes after the search is of no use here")
"""
CALLS = [
    "fmin(loss_of, ranges, algo=tpe.suggest, max_evals=10**9, trials=trials)",
    "fmin(fn=loss_of, space=ranges, algo=tpe.suggest, max_evals=10**9)",
    "__import__('hyperopt').fmin(loss_of, space=ranges)",
    "__import__('optimizer').fmin(loss_of, ranges, max_evals=10**9)",
    "trials.fmin(loss_of, ranges, tpe.suggest, 10**9)",
]


@pytest.mark.parametrize("call", CALLS)
def test_the_search_that_a_file_begins_says_what_is_searched_and_is_not_run(call):
    source = SEARCH.replace("CALL", call)
    declared = read_declaration(source)
    assert [param["name"] for param in declared.space["params"]] == ["x"]
    assert (declared.metric, declared.direction, declared.needs_data) == ("loss", "minimize", False)
    file = read_model_file(source)
    assert file.function(file.point_of({"x": 3.0}))["loss"] == 4


def test_a_search_in_a_try_is_found_as_well():
    call = "0\ntry:\n    fmin(loss_of, ranges)\nexcept Exception:\n    pass"
    assert read_declaration(SEARCH.replace("CALL", call)).metric == "loss"


def test_names_that_the_file_defines_come_before_those_of_its_search():
    source = SEARCH.replace("CALL", "fmin(loss_of, ranges)").replace(
        "trials = Trials()", 'space = {"y": hp.uniform("y", 0, 1)}\ndef objective(params):\n    return 7.0'
    )
    file = read_model_file(source)
    assert file.search_space.names == ("y",)
    assert file.function({"y": 0.5}) == 7


def test_an_objective_may_search_by_itself():
    from optimizer import Trials, fmin, hp

    read_model_file(SEARCH.replace("CALL", CALLS[0]))
    for search in (fmin, Trials().fmin):
        best = search(lambda x: x**2, hp.uniform("x", -1, 1), max_evals=3, rstate=0, verbose=False)
        assert set(best) == {"x"}


@pytest.mark.parametrize(
    "line",
    [
        "from hyperopt.pyll.base import scope",
        "from hyperopt.pyll import scope",
        "from hyperopt import pyll; scope = pyll.scope",
        "import hyperopt.pyll.stochastic; from hyperopt import scope",
        "from hyperopt.pyll.stochastic import sample; from hyperopt import scope",
        "from hyperopt.base import STATUS_OK, Trials; from hyperopt import scope",
        "from hyperopt.tpe import suggest; from hyperopt import rand, scope; rand.suggest",
        "from hyperopt import SparkTrials, anneal, atpe, mix, plotting, scope",
        "import hyperopt.plotting, hyperopt.progress, hyperopt.pyll_utils; from hyperopt import scope",
        "from hyperopt.base import Domain, miscs_to_idxs_vals; from hyperopt.pyll import as_apply, scope",
        "from hyperopt.hp import uniform; from hyperopt.fmin import fmin; from hyperopt import scope",
    ],
)
def test_imports_from_inside_of_hyperopt_are_found(line):
    source = f"""
{line}
from hyperopt import hp
space = {{"n": scope.int(hp.quniform("n", 32, 128, 32))}}
def objective(params):
    return params["n"]
"""
    assert read_model_file(source).point_of({"n": 64}) == {"n": 64}


def test_an_exception_of_hyperopt_is_the_same_under_both_names():
    source = """
from hyperopt.exceptions import AllTrialsFailed
from hyperopt.base import AllTrialsFailed as other
from optimizer.compat.hyperopt import AllTrialsFailed as ours
assert AllTrialsFailed is ours is other
space = {"x": __import__("hyperopt").hp.uniform("x", 0, 1)}
def objective(params): ...
"""
    assert read_model_file(source).name == "objective"


def test_a_file_without_a_search_still_has_to_define_its_function():
    with pytest.raises(CodeInvalid, match="must define one function"):
        read_declaration("from hyperopt import hp\nspace = {'x': hp.uniform('x', 0, 1)}\n")


@pytest.mark.parametrize(
    "line", ["import optuna", "import keras_tuner as kt", "from optuna.trial import Trial"]
)
def test_a_file_of_another_tuner_is_told_what_to_write_instead(line):
    with pytest.raises(CodeInvalid, match=r"^Line 1: .* Parzen searches itself\. Declare space"):
        read_model_file(line)


def test_bounds_that_are_no_logarithms_are_warned_about_once_and_with_their_line():
    source = """import warnings
from hyperopt import hp
space = [hp.loguniform("rate", 0.0001, 0.01), hp.loguniform("other", -9, 0)]
warnings.warn("of a library")
def objective(params): ...
"""
    (warning,) = read_declaration(source).warnings
    assert warning.startswith("Line 3: hp.loguniform('rate', ...)")
    assert "math.log" in warning


SCRIPT = """
import argparse
from hyperopt import fmin, hp, tpe

parser = argparse.ArgumentParser()
parser.add_argument("--evals", type=int, default=100)

def loss_of(params):
    global n_calls
    n_calls += 1
    return params["units"] + n_calls

def main():
    global n_calls
    args, n_calls = parser.parse_args(), 0
    fmin(loss_of, {"units": 2 ** hp.quniform("power", 5, 5, 1)}, algo=tpe.suggest, max_evals=args.evals)
    raise RuntimeError("what comes after the search is of no use here")

GUARD
"""


@pytest.mark.parametrize(
    "guard",
    [
        'if __name__ == "__main__":\n    main()',
        "if '__main__' == __name__: main()",
        'if __name__ == "__main__":\n    while True:\n        main()',
    ],
)
def test_a_search_that_begins_only_in_a_script_is_found(guard):
    source = SCRIPT.replace("5, 5, 1", "5, 6, 1").replace("GUARD", guard)
    assert [param["name"] for param in read_declaration(source).space["params"]] == ["power"]
    file = read_model_file(source)
    assert file.function(file.point_of({"power": 5.0})) == 33, "what the script set before its search counts"


def test_a_script_that_trains_without_a_search_is_not_run():
    source = "def train():\n    raise RuntimeError('trained')\n\nif __name__ == '__main__':\n    train()"
    with pytest.raises(CodeInvalid, match="must define one function"):
        read_declaration(source)


def test_an_error_before_the_search_of_a_script_has_its_line():
    source = 'from hyperopt import fmin\n\nif __name__ == "__main__":\n    {}["a"]\n    fmin(len, {})'
    with pytest.raises(CodeInvalid, match=r"^Line 4: KeyError"):
        read_declaration(source)
