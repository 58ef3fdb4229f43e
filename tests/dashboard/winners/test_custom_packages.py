"""Custom models as a worker really trains them: kept, taken away, and answering where nothing of ours is."""

import json
import os
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pytest
from django.conf import settings as django_settings
from PIL import Image

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.models import Artifact, TrialState
from dashboard.new_study.actions import make_custom_study
from dashboard.refusal import Refused
from dashboard.tasks import answer_predictions
from dashboard.winners.actions import ask_model
from dashboard.winners.model_card import model_card
from dashboard.winners.package import write_package
from tests.builders import WORKER, actor
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.processes.host import TrainerHost

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

HEAD = """
import keras
from optimizer import hp

space = {"units": hp.uniformint("units", 8, 16)}
"""
COMPILE = 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n    return model\n'
SUBCLASS = f"""
class Net(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.flat = keras.layers.Flatten()
        self.hidden = keras.layers.Dense(units, activation="relu")
        self.out = keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        return self.out(self.hidden(self.flat(x) / 16))

def build(params):
    model = Net(params["units"])
    {COMPILE}"""
LAYER = f"""
DECORATOR
class Scale(keras.layers.Layer):
    def __init__(self, by):
        super().__init__()
        self.by = by

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.by * self.w

def build(params):
    inputs = keras.Input((8, 8))
    x = Scale(1 / 16)(keras.layers.Flatten()(inputs))
    outputs = keras.layers.Dense(10, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    {COMPILE}"""
LAMBDA = f"""
def build(params):
    model = keras.Sequential([
        keras.layers.Flatten(),
        keras.layers.Lambda(lambda x: keras.ops.cast(x, "float32") / 16),
        keras.layers.Dense(params["units"], activation=lambda x: keras.ops.maximum(x, 0)),
        keras.layers.Dense(10, activation="softmax"),
    ])
    {COMPILE}"""
TWO_OUTPUTS = """
def build(params):
    inputs = keras.Input((8, 8))
    x = keras.layers.Dense(params["units"], activation="relu")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, [keras.layers.Dense(3)(x), keras.layers.Dense(10)(x)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", [None, loss])
    return model
"""
OWN_LOSS = """
def loss(y, outputs):
    return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, outputs) ** 1.5)

def build(params):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", loss, metrics=["accuracy"])
    return model
"""
TUNED_CLASS = f"""
import keras
import keras_tuner as kt
{SUBCLASS.partition("def build")[0]}
class Tuned(kt.HyperModel):
    def build(self, hp):
        with hp.name_scope("net"):
            model = Net(hp.Int("units", 8, 16, 4))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=hp.Choice("batch_size", [32, 64]), **kwargs)

metric = "val_accuracy"
"""
TUNED_FUNCTION = """
import keras
from kerastuner.tuners import Hyperband

def build_model(hp):
    model = keras.Sequential([keras.layers.Flatten()])
    kind = hp.Choice("kind", ["tanh", "own"])
    with hp.conditional_scope("kind", ["own"]):
        power = hp.Float("power", 1, 2)
    act = "tanh" if kind == "tanh" else lambda x: keras.ops.relu(x) ** power
    model.add(keras.layers.Lambda(lambda x: keras.ops.cast(x, "float32") / 16))
    model.add(keras.layers.Dense(hp.Int("units", 8, 16), activation=act))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

if __name__ == "__main__":
    tuner = Hyperband(build_model, objective="val_accuracy", max_epochs=5)
    tuner.search(epochs=3)
"""
CASES = {
    "hypermodel": TUNED_CLASS,
    "model function": TUNED_FUNCTION,
    "subclass": SUBCLASS,
    "layer": LAYER.replace("DECORATOR", ""),
    "registered layer": LAYER.replace("DECORATOR", "@keras.saving.register_keras_serializable()"),
    "lambda": LAMBDA,
    "two outputs": TWO_OUTPUTS,
    "own loss": OWN_LOSS,
    "two files": f"""# file: nets/model.py
{HEAD}
from nets.parts import Head
from .parts import scale

def build(params):
    model = keras.Sequential([keras.layers.Flatten(), scale(), Head(10)])
    {COMPILE}
# file: nets/parts.py
import keras

def scale():
    return keras.layers.Rescaling(1 / 16)

class Head(keras.layers.Layer):
    def __init__(self, n):
        super().__init__()
        self.dense = keras.layers.Dense(n, activation="softmax")

    def call(self, x):
        return self.dense(x)
""",
}


@pytest.fixture(scope="module")
def host():
    with TrainerHost() as host:
        yield host


def trained(code, root, host, dataset="digits"):
    """The first trial of a study with this file, as a slot of a worker trains it."""
    study = make_custom_study(
        code=code,
        dataset=dataset,
        is_draft=False,
        by=actor(root),
        name="mine",
        sampler="random",
        max_trials=1,
        max_epochs=2,
    )
    trial = claim_trial_of(study_id=study.pk, worker=WORKER)
    Supervisor(trial, host=host, shutting_down=threading.Event()).run()
    trial.refresh_from_db()
    return trial


def unpacked(trial, folder):
    with write_package(trial.artifact, model_card(trial.study, trial)) as package:
        zipfile.ZipFile(package).extractall(folder)
    return folder


def predict_elsewhere(folder, file):
    """What predict.py answers in a fresh process, where nothing of ours can be imported."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "predict.py"), "--json", str(file)],
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
def test_a_model_is_kept_and_answers_elsewhere(code, root, host, tmp_path):
    is_whole = code.startswith("# file") or "kerastuner" in code or "keras_tuner" in code
    trial = trained(code if is_whole else HEAD + code, root, host)

    assert (trial.state, trial.failure_message) == (TrialState.COMPLETE, "")
    assert trial.attempts.get().reason == ""
    folder = unpacked(trial, tmp_path / "package")
    pixels = load_dataset("digits", "", str(django_settings.CACHE_DIR), Split()).x_validation[0]
    Image.fromarray(np.round(pixels * (255 / 16)).astype(np.uint8)).save(tmp_path / "digit.png")
    there = predict_elsewhere(folder, tmp_path / "digit.png")
    assert sum(there["probabilities"].values()) == pytest.approx(1, abs=1e-4)

    from base64 import b64encode

    asked = ask_model(
        trial, given={"picture": b64encode((tmp_path / "digit.png").read_bytes()).decode()}, by=actor(root)
    )
    answer_predictions()
    asked.refresh_from_db()
    assert asked.problem == ""
    assert asked.answer["class"] == there["class"]
    assert asked.answer["probabilities"] == pytest.approx(there["probabilities"], abs=1e-4)
    card = (folder / "README.md").read_text()
    for name in ("model.keras", "model.weights.h5", "custom_model.py"):
        assert (f"`{name}`" in card or f"'{name}'" in card) == (folder / name).exists()


UNKEPT = {
    "get_config raises": HEAD
    + """
class Odd(keras.layers.Layer):
    def call(self, x):
        return x
    def get_config(self):
        raise KeyboardInterrupt
calls = []
def build(params):
    calls.append(1)
    last = keras.layers.Dense(10 + len(calls), activation="softmax")
    model = keras.Sequential([keras.layers.Flatten(), Odd(), last])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
""",
    "the process ends": HEAD
    + """
class Odd(keras.Model):
    def __init__(self):
        super().__init__()
        self.flat, self.out = keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")
    def call(self, x):
        return self.out(self.flat(x))
    def save_weights(self, *_, **__):
        import os
        os._exit(3)
def build(params):
    model = Odd()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
""",
    "params that are functions": """
import keras
from optimizer import hp
space = {"act": hp.choice("act", [keras.ops.relu, keras.ops.relu6])}
class Net(keras.Model):
    def __init__(self, act):
        super().__init__()
        self.flat, self.out, self.act = keras.layers.Flatten(), keras.layers.Dense(10), act
    def call(self, x):
        return keras.ops.softmax(self.act(self.out(self.flat(x))))
def build(params):
    model = Net(params["act"])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
""",
}


@pytest.mark.parametrize("code", UNKEPT.values(), ids=UNKEPT)
def test_a_value_is_recorded_where_the_model_cannot_be_kept(code, root, host, page):
    trial = trained(code, root, host)

    assert (trial.state, trial.failure_message) == (TrialState.COMPLETE, "")
    assert trial.value is not None
    assert not Artifact.objects.exists()
    shown = page.get(trial.get_absolute_url()).content.decode()
    assert "model could not be saved: " in shown


SEARCHES = {
    "KerasTuner": """
import keras
import keras_tuner as kt

(x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()

def build_model(hp):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(hp.Int("units", 64, 96), "relu")])
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

tuner = kt.RandomSearch(build_model, objective="val_accuracy", max_trials=3)
tuner.search(x_train / 16, y_train, epochs=9, validation_data=(x_val / 16, y_val))
print(tuner.get_best_models())
""",
    "Optuna": """
import keras
import optuna

def objective(trial):
    (x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()
    units = trial.suggest_int("units", 64, 96)
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(units, "relu")])
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    callback = optuna.integration.TFKerasPruningCallback(trial, "val_accuracy")
    history = model.fit(x_train / 16, y_train, epochs=2, verbose=0, callbacks=[callback],
                        validation_data=(x_val / 16, y_val))
    return max(history.history["val_accuracy"])

study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=3)
""",
}


@pytest.mark.parametrize("code", SEARCHES.values(), ids=SEARCHES)
def test_a_search_on_data_of_keras_trains_on_the_dataset_of_the_study(code, root, host):
    trial = trained(code, root, host)

    assert (trial.state, trial.failure_message) == (TrialState.COMPLETE, "")
    assert trial.params.keys() == {"units"}
    assert trial.study.direction == "maximize"
    reports = list(trial.attempts.get().reports.order_by("step").values_list("step", "metrics"))
    assert [step for step, _ in reports] == [1, 2]
    assert trial.value == max(metrics[trial.study.objective] for _, metrics in reports)
    assert trial.value > 0.2, "it has learned something"
    assert not Artifact.objects.exists()


def test_such_a_search_needs_a_dataset(root, host):
    with pytest.raises(Refused, match=r"loads one of keras\.datasets"):
        trained(SEARCHES["KerasTuner"], root, host, dataset="")
