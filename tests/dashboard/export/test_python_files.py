"""The Python files of a search space: they draw what the space draws, and run as they are."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from django.urls import reverse

from dashboard.export.python_files.hyperopt_file import hyperopt_file
from dashboard.export.python_files.keras_file import keras_file
from dashboard.export.python_files.optuna_file import optuna_file
from dashboard.models import Artifact, AuditEntry, Study
from optimizer import Categorical
from optimizer.compat import hyperopt
from optimizer.compat.hp import LabelledSpace
from tests.builders import PARAMS, add_trials, make_study, running_study
from tests.dashboard.export.spaces import ALL, found

ROOT = Path(__file__).resolve().parents[3]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
FILES = {"hyperopt": hyperopt_file, "optuna": optuna_file}
NETWORK = '''"""A network."""

import keras

EPOCHS, BATCH_SIZE, SEED = 2, 8, 1


def build() -> keras.Model:
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Dense(1)(inputs))


def compile_network(network):
    network.compile("sgd", "mse")


def callbacks():
    return []
'''
every_space = pytest.mark.parametrize("name", list(ALL))
every_search = pytest.mark.parametrize("name", [name for name, space in ALL.items() if space.searched])


class RandomTrial:
    """Draws as Optuna's trial does, from the ranges that it is asked for."""

    def __init__(self, rng):
        self.rng = rng

    def suggest_float(self, name, low, high, *, step=None, log=False):
        assert low <= high
        if step is not None:
            return low + step * self.rng.integers(0, round((high - low) / step), endpoint=True)
        if log:
            return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))
        return self.rng.uniform(low, high)

    def suggest_int(self, name, low, high, *, step=1, log=False):
        assert (high - low) % step == 0
        assert not (log and step != 1)
        return int(low + step * self.rng.integers(0, (high - low) // step, endpoint=True))

    def suggest_categorical(self, name, choices):
        return choices[self.rng.integers(len(choices))]


def run(text, monkeypatch, **modules):
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    names = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), names)
    return names


def assert_like_the_space(space, points, *, has_weights=True):
    """Every point is one of the space, every value of a short list occurs, and nothing is preferred."""
    for point in points:
        space.validate_params(point)
    for param in space:
        values = [point[param.name] for point in points if param.name in point]
        distribution = param.distribution
        if distribution.n_values == 1 or len(values) < 200:
            continue
        if isinstance(distribution, Categorical) and distribution.weights and not has_weights:
            continue
        if distribution.n_values and distribution.n_values <= 20:
            index = {repr(value): place for place, value in enumerate(distribution.values())}
            counts = np.bincount([index[repr(value)] for value in values], minlength=len(index))
            shares = np.diff(distribution.unit_edges())
            assert np.abs(counts / len(values) - shares).max() < 4.5 * (0.25 / len(values)) ** 0.5, param.name
        units = np.sort(distribution.to_unit(values))
        if distribution.n_values is None:
            gap = np.abs(units - (np.arange(len(units)) + 0.5) / len(units)).max()
            is_grid = len(set(values)) < len(values) / 2
            assert gap < (0.2 if is_grid else 2.2 / len(values) ** 0.5), param.name


@every_search
def test_hyperopt_file_draws_from_the_space(name, monkeypatch):
    space = ALL[name]
    names = run(hyperopt_file(found(space)), monkeypatch, hyperopt=hyperopt)

    rng = np.random.default_rng(0)
    labelled = LabelledSpace(names["SPACE"])
    for _ in range(200):
        point = labelled.point_of(labelled.search_space.sample(rng))
        space.validate_params(names["params_of"](point))


@every_space
def test_optuna_file_draws_from_the_space(name, monkeypatch):
    names = run(optuna_file(found(ALL[name])), monkeypatch, optuna=ModuleType("optuna"))

    rng = np.random.default_rng(0)
    for _ in range(200):
        ALL[name].validate_params(names["suggest"](RandomTrial(rng)))


@pytest.mark.slow
@pytest.mark.skipif(not PEERS.is_file(), reason="Hyperopt and Optuna are in .venv-peers only")
@pytest.mark.parametrize("library", list(FILES))
@pytest.mark.parametrize("name", ["all kinds", "tree", "kinds", "choice", "empty tail"])
def test_the_real_library_draws_from_the_space(name, library, tmp_path):
    space = ALL[name]
    file = tmp_path / "exported.py"
    params = space.sample(np.random.default_rng(1))
    file.write_text(FILES[library](found(space, params=params, direction="maximize")), encoding="utf-8")

    script = Path(__file__).with_name("draw_points.py")
    answer = subprocess.run(
        [PEERS, "-W", "ignore", script, file, library, "800"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    drawn = json.loads(answer.stdout.splitlines()[-1])  # before it, Hyperopt's progress
    assert_like_the_space(space, drawn["points"], has_weights=library == "hyperopt")
    space.validate_params(drawn["best"])


@pytest.mark.parametrize("library", list(FILES))
def test_what_is_not_filled_in_says_so_and_the_direction_counts(library, monkeypatch):
    space = ALL["float"]
    for direction, loss in (("minimize", 2.0), ("maximize", -2.0)):
        text = FILES[library](found(space, direction=direction))
        names = run(text, monkeypatch, hyperopt=hyperopt, optuna=ModuleType("optuna"))
        with pytest.raises(NotImplementedError, match="Fill in"):
            names["train"]({})
        names["train"] = lambda params: 2.0
        if library == "hyperopt":
            assert names["objective"]({"x": 0.5})["loss"] == loss
        else:
            assert f"direction={direction!r}" in text


@pytest.mark.parametrize("library", list(FILES))
def test_no_name_becomes_code(library, monkeypatch):
    evil = '"""\nraise SystemExit\n# \\'
    text = FILES[library](found(ALL["tree"], name=evil, metric=evil, params={evil: evil}))
    names = run(text, monkeypatch, hyperopt=hyperopt, optuna=ModuleType("optuna"))
    assert (names["STUDY"], names["METRIC"], names["BEST_PARAMS"]) == (evil, evil, {evil: evil})


def exported(page, study, library):
    return page.get(reverse("study-export-python", args=[study.pk, library]))


def test_the_file_of_a_page_has_the_best_params_or_those_of_the_winner(user, page, monkeypatch):
    study = running_study(owner=user, name="My Digits")
    add_trials(study, 2, params=PARAMS | {"units_1": 16})
    (best,) = add_trials(study, params=PARAMS | {"units_1": 128}, value=lambda _: 0.01)
    answer = exported(page, study, "hyperopt")
    names = run(answer.content.decode(), monkeypatch, hyperopt=hyperopt)

    assert answer["Content-Disposition"] == 'attachment; filename="my_digits_hyperopt.py"'
    assert (names["BEST_PARAMS"], names["BEST_VALUE"]) == (best.params, 0.01)
    assert AuditEntry.objects.get().action == "study-export-python"
    Study.objects.filter(pk=study.pk).update(winner=study.trials.get(number=0))
    names = run(exported(page, study, "optuna").content.decode(), monkeypatch, optuna=ModuleType("optuna"))
    assert names["BEST_PARAMS"]["units_1"] == 16


def test_a_draft_has_a_space_and_no_best(user, page, monkeypatch):
    answer = exported(page, make_study(owner=user), "optuna")
    names = run(answer.content.decode(), monkeypatch, optuna=ModuleType("optuna"))
    assert (names["BEST_PARAMS"], names["BEST_VALUE"]) == ({}, None)


def test_other_libraries_are_not_there(user, page):
    study = make_study(owner=user)
    assert exported(page, study, "ray").status_code == 404


def test_keras_file_builds_the_saved_network_and_says_where_there_is_none(user, page, monkeypatch):
    study = running_study(owner=user)
    (trial,) = add_trials(study)
    answer = page.get(reverse("study-export-python", args=[study.pk, "keras"]), follow=True)
    assert answer.redirect_chain
    assert "no Keras code" in answer.content.decode()
    assert AuditEntry.objects.get().is_refused

    Artifact.objects.create(trial=trial, name="a.keras", size=1, reading={"code": NETWORK})
    keras = SimpleNamespace(Model=object)
    names = run(exported(page, study, "keras").content.decode(), monkeypatch, keras=keras)
    assert names["BEST_PARAMS"] == PARAMS
    assert callable(names["train"])


@pytest.mark.slow
def test_keras_file_trains(tmp_path):
    file = tmp_path / "exported.py"
    script = "import runpy, numpy as np; f = runpy.run_path('exported.py')\n"
    script += "print(f['train'](np.ones((9, 3)), np.ones(9)).predict(np.ones((2, 3)), verbose=0).shape)"
    file.write_text(keras_file(found(ALL["float"]), NETWORK), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1] == "(2, 1)"
