"""What KerasTuner's names do here, without Keras: hyperparameters, scopes, tuners and what they refuse."""

import pytest

from trainers.custom.kerastuner.hyperparameters import HyperParameters
from trainers.custom.model_file import read_model_file
from trainers.custom.user_code import CodeInvalid

# What stands for a compiled model where no Keras is needed.
MODEL = """
class Model:
    built = False
    def fit(self, *a, **k):
        raise RuntimeError("trained")
"""


def space(source):
    params = read_model_file(MODEL + source).search_space.to_json()["params"]
    return {param.pop("name"): param for param in params}


def test_values_are_defaults_until_they_are_set():
    hp = HyperParameters()
    hp.values["units"] = 64
    assert hp.Int("units", 32, 512) == 64
    assert hp.Int("layers", 1, 3, default=2) == 2
    assert hp.Float("rate", 1e-4, 1e-2, sampling="log") == 1e-4
    assert (hp.Choice("act", ["relu", "tanh"]), hp.Boolean("drop"), hp.Fixed("seed", 3)) == ("relu", False, 3)
    assert hp.get("units") == hp["units"] == 64
    assert "nothing" not in hp


def test_what_was_asked_for_first_counts():
    hp = HyperParameters()
    hp.Int("units", 1, 8)
    assert hp.Int("units", 100, 200) == 1
    assert len(hp.space) == 1


def test_scopes_nest_and_name():
    hp = HyperParameters()
    with hp.name_scope("cell"):
        assert hp.Choice("kind", ["a", "b"]) == "a"
        with hp.conditional_scope("kind", ["b"]):
            assert hp.Int("n", 1, 3) is None
        assert hp.Int("m", 1, 3, parent_name="kind", parent_values="a") == 1
    assert hp.values == {"cell/kind": "a", "cell/m": 1}
    with pytest.raises(ValueError, match="not defined"), hp.conditional_scope("kind", ["a"]):
        pass
    with pytest.raises(ValueError, match="currently inactive"):
        hp.get("cell/n")


def test_a_copy_knows_the_same_and_shares_nothing():
    hp = HyperParameters()
    hp.Int("units", 1, 8)
    again = hp.copy()
    again.values["units"] = 5
    assert (hp.get("units"), again.Int("units", 9, 10)) == (1, 5)


@pytest.mark.parametrize(
    ("call", "json"),
    [
        ("Int('p', 8, 30, step=8)", {"type": "int", "low": 8, "high": 24, "step": 8}),
        ("Int('p', 8, 64, step=2, sampling='log')", {"choices": [8, 16, 32, 64], "ordered": True}),
        ("Int('p', 1, 64, sampling='log')", {"type": "int", "low": 1, "high": 64, "log": True}),
        ("Int('p', 3, 3)", {"type": "constant", "value": 3}),
        ("Float('p', 0, 0.6, step=0.1)", {"type": "float", "low": 0.0, "high": 0.6, "step": 0.1}),
        ("Float('p', 1, 100, step=10, sampling='reverse_log')", {"choices": [1.0, 91.0, 100.0]}),
        ("Choice('p', [3, 1, 2])", {"choices": [3, 1, 2], "ordered": True}),
        ("Choice('p', ['a', 'b'])", {"type": "categorical", "choices": ["a", "b"]}),
        ("Choice('p', ['a'])", {"type": "constant", "value": "a"}),
    ],
)
def test_each_kind_becomes_a_distribution(call, json):
    found = space(f"def build_model(hp):\n    hp.{call}\n    return Model()")["p"]
    assert json.items() <= found.items()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("Int('p', 0, 8, sampling='log')", "p: sampling='log' needs a min_value above 0, not 0"),
        (
            "Int('p', 1, 8, sampling='cubic')",
            "p: sampling must be one of linear, log, reverse_log, not 'cubic'",
        ),
        ("Int('p', 1.5, 8)", "p: min_value must be a whole number, not 1.5"),
        ("Int('p', 9, 8)", "p: high: must be greater than low"),
        ("Float('p', 1, 8, step=1, sampling='log')", "p: sampling='log' needs a step above 1, not 1"),
        ("Choice('p', [])", "`values` must be provided for `Choice`"),
        ("Choice('p', [1, 'a'])", "A `Choice` can contain only one type of value"),
        ("Choice('p', ['a'], default='b')", "p: the default must be one of ['a'], not 'b'"),
        ("Fixed('p', [1])", "`Fixed` takes an int, float, str or bool, not list"),
    ],
)
def test_wrong_arguments_get_a_sentence_with_the_line(call, words):
    with pytest.raises(CodeInvalid) as caught:
        space(f"def build_model(hp):\n    hp.{call}\n    return Model()")
    assert words in str(caught.value)
    assert str(caught.value).startswith("Line 7: ")


BRANCHES = """
def build_model(hp):
    kind = hp.Choice("kind", ["mlp", "cnn"])
    with hp.conditional_scope("kind", ["mlp"]):
        n = hp.Int("layers", 1, 3)
        if kind == "mlp":
            for i in range(n):
                hp.Int(f"units_{i}", 8, 64, step=8)
        hp.Int("width", 1, 3)
    with hp.conditional_scope("kind", ["cnn"]):
        hp.Int("width", 10, 30)
        hp.Boolean("pool")
    if hp.Boolean("pool"):
        hp.Float("rate", 0, 1)
    return Model()
"""


def test_branches_come_from_scopes_and_from_plain_ifs():
    found = {name: param.get("when") for name, param in space(BRANCHES).items()}
    assert found == {
        "kind": None,
        "layers": {"parent": "kind", "in": ["mlp"]},
        "units_0": {"parent": "kind", "in": ["mlp"]},
        "units_1": {"parent": "layers", "in": [2, 3]},
        "units_2": {"parent": "layers", "in": [3]},
        "width (kind = mlp)": {"parent": "kind", "in": ["mlp"]},
        "width (kind = cnn)": {"parent": "kind", "in": ["cnn"]},
        "pool": None,
        "rate": {"parent": "pool", "in": [True]},
    }


def test_a_trial_gets_its_values_by_name_and_branch():
    seen = {}
    source = BRANCHES.replace("    return Model()", "    seen.update(hp.values)\n    return Model()")
    file = read_model_file(f"{MODEL}seen = {{}}\n{source}")
    file.function({"kind": "cnn", "width (kind = cnn)": 20, "pool": True, "rate": 0.5})
    seen = file.declared["seen"]
    assert seen == {"kind": "cnn", "width": 20, "pool": True, "rate": 0.5}


TUNER = """
import keras_tuner as kt

def build_model(hp):
    hp.Int("units", 8, 64)
    hp.Float("rate", 1e-4, 1e-2)
    return Model()

TUNER
tuner.search([1], [2], epochs=7, validation_data=([1], [2]))
raise RuntimeError("what comes after the search is of no use here")
"""


def read(tuner):
    return read_model_file(MODEL + TUNER.replace("TUNER", tuner))


KNOWN = "hp = kt.HyperParameters()\nhp.Int('units', 1, 2)\n"


def declared(tuner):
    file = read(tuner)
    return file.search_space, file.goal()


@pytest.mark.parametrize(
    ("tuner", "goal"),
    [
        ("tuner = kt.RandomSearch(build_model, 'val_accuracy', 5)", ("val_accuracy", "maximize")),
        ("tuner = kt.BayesianOptimization(build_model, objective='val_loss')", ("val_loss", "minimize")),
        ("tuner = kt.Hyperband(build_model, kt.Objective('score', 'max'), 30)", ("score", "maximize")),
        ("tuner = kt.GridSearch(build_model, objective=['val_mae'])", ("val_mae", "minimize")),
        (
            "tuner = kt.Tuner(kt.oracles.RandomSearchOracle(objective='val_auc', max_trials=3), build_model)",
            ("val_auc", "maximize"),
        ),
        (
            "import kerastuner\ntuner = kerastuner.tuners.RandomSearch(build_model, 'val_f1')",
            ("val_f1", "maximize"),
        ),
    ],
)
def test_a_search_says_what_is_searched_and_is_not_run(tuner, goal):
    file = read(tuner)
    assert (file.goal().metric, file.goal().direction) == goal
    assert file.search_space.names == ("units", "rate")
    assert not file.needs_data, "it brings its own"


def test_what_the_tuner_asks_for_beyond_that_is_said():
    notes = read(
        "tuner = kt.RandomSearch(build_model, 'val_loss', max_trials=5, executions_per_trial=3)"
    ).warnings
    assert notes[0] == "The tuner asks for max_trials=5 and epochs=7: the budget of this page counts."
    assert notes[1].startswith("executions_per_trial=3 has no effect")


@pytest.mark.parametrize(
    ("more", "names"),
    [("", ("units", "rate")), (", tune_new_entries=False", ("units",))],
)
def test_hyperparameters_that_are_known_before_count_first(more, names):
    hp = "hp = kt.HyperParameters()\nhp.Int('units', 16, 32)\n"
    file = read(f"{hp}tuner = kt.RandomSearch(build_model, 'val_loss', hyperparameters=hp{more})")
    assert file.search_space.names == names
    assert file.search_space["units"].distribution.describe() == "16 to 32: 17 values"


@pytest.mark.parametrize(
    ("tuner", "words"),
    [
        (
            "tuner = kt.RandomSearch(build_model, ['val_loss', 'val_mae'])",
            "A study has one objective, but the",
        ),
        ("tuner = kt.RandomSearch(build_model, 'score')", "direction is missing: Parzen does not know"),
        (
            "tuner = kt.RandomSearch(build_model, kt.Objective('loss', 'up'))",
            "The direction of an Objective is",
        ),
        (
            "tuner = kt.RandomSearch(objective='val_loss')",
            "Line 14: ValueError: RandomSearch needs a hypermodel",
        ),
        (
            "tuner = kt.RandomSearch(build_model, 'loss'); tuner.get_best_models()",
            "RandomSearch has no get_best",
        ),
        ("tuner = kt.SklearnTuner(None, build_model)", "SklearnTuner is not read"),
        (
            f"{KNOWN}tuner = kt.GridSearch(build_model, 'loss', hyperparameters=hp, allow_new_entries=False)",
            "allow_new_entries is False, but rate is not among",
        ),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(tuner, words):
    with pytest.raises(CodeInvalid) as caught:
        declared(tuner)
    assert str(caught.value).startswith(words)


def test_several_functions_of_hp_need_a_choice():
    source = "def first(hp): return hp.Int('a', 1, 2)\ndef second(hp): return hp.Int('b', 1, 2)"
    with pytest.raises(CodeInvalid, match="Several things could build the model: first, second"):
        read_model_file(source)


def test_a_hypermodel_is_found_without_a_tuner():
    source = """
from keras_tuner import HyperModel
class Base(HyperModel):
    def build(self, hp):
        hp.Int("units", 1, 8)
        return Model()
class Mine(Base):
    def fit(self, hp, model, *args, **kwargs):
        return model.fit(batch_size=hp.Choice("batch_size", [16, 32]))
"""
    file = read_model_file(MODEL + source)
    assert (file.name, file.needs_data, file.asking.rebuilt_by) == ("build", True, "Mine")
    assert (file.goal().metric, file.goal().direction) == ("val_loss", "minimize")
    (warning,) = file.warnings
    assert warning.endswith("Line 5: RuntimeError: trained.")
    assert file.search_space.names == ("units", "batch_size"), "up to the error"


def test_a_run_trial_of_ones_own_is_recorded():
    source = """
import keras_tuner as kt
class Tuner(kt.RandomSearch):
    def run_trial(self, trial, *args, **kwargs):
        hp = trial.hyperparameters
        return hp.Float("x", -1, 1) ** 2 + (hp.Int("n", 1, 3) if hp.Boolean("more") else 0)
tuner = Tuner(max_trials=4, overwrite=True)
tuner.search()
"""
    file = read_model_file(source)
    assert file.search_space.names == ("x", "more", "n")
    assert (file.goal().metric, file.goal().direction) == ("default_objective", "minimize")
