"""Each door walked with the other side's real library, which lives in an environment of its own."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dashboard.export.optuna_sqlite import optuna_sqlite
from dashboard.export.python_files.keras_tuner_file import keras_tuner_file
from dashboard.importing import hyperopt_exporter
from dashboard.models import Report, Study
from tests.builders import add_trials, running_study
from tests.dashboard.export.spaces import ALL, found

ROOT = Path(__file__).resolve().parents[3]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
TRAINING = ROOT / ".venv-training" / "bin" / "python"
pytestmark = pytest.mark.slow
needs_peers = pytest.mark.skipif(not PEERS.is_file(), reason="Optuna and Hyperopt are in .venv-peers only")
needs_training = pytest.mark.skipif(not TRAINING.is_file(), reason="KerasTuner is in .venv-training only")


def beside(python, *args):
    """What `real_library` says, run by the other environment."""
    script = Path(__file__).with_name("real_library.py")
    done = subprocess.run(
        [python, "-W", "ignore", script, *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@needs_peers
@pytest.mark.parametrize("file", ["study.db", "journal.log"])
def test_a_study_of_optuna_comes_in_and_goes_out_again(bring, tmp_path, file):
    told = beside(PEERS, "make_optuna", tmp_path / file)
    study = bring(tmp_path / file)
    names = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    states = list(study.trials.order_by("number").values_list("state", flat=True))
    best = study.trials.filter(state="complete").order_by("-value").first()

    assert states == [names[state] for state in told["states"]]
    assert (best.value, study.direction) == (told["best"], "maximize")
    renamed = {"lr": "learning_rate", "units": "units_1"}
    assert best.params == {renamed.get(name, name): value for name, value in told["params"].items()}
    with optuna_sqlite(Study.objects.get(pk=study.pk)) as out:
        (tmp_path / "back.db").write_bytes(Path(out.name).read_bytes())
    back = beside(PEERS, "open_optuna", tmp_path / "back.db", study.name)
    assert (back["best"], back["states"], back["steps"]) == (told["best"], told["states"], told["steps"])
    assert (back["params"], back["directions"]) == (best.params, ["MAXIMIZE"])
    assert back["n_after"] == len(told["states"]) + 1


@needs_peers
@pytest.mark.parametrize("name", ["all kinds", "tree", "kinds", "choice"])
def test_optuna_opens_a_study_of_any_space(user, tmp_path, name):
    space = ALL[name]
    study = running_study(owner=user, space=space.to_json(), name="any")
    rng = np.random.default_rng(1)
    for _ in range(20):
        add_trials(study, params=space.sample(rng), n_reports=2)
    with optuna_sqlite(study) as out:
        (tmp_path / "any.db").write_bytes(Path(out.name).read_bytes())
    back = beside(PEERS, "open_optuna", tmp_path / "any.db", "any")
    best = study.trials.order_by("value", "number").first()
    assert (back["best"], back["params"], len(back["states"])) == (best.value, best.params, 20)
    steps = Report.objects.filter(attempt__trial=best).order_by("step").values_list("metrics", flat=True)
    assert back["steps"][best.number] == [metrics["val_loss"] for metrics in steps]


@needs_peers
@pytest.mark.parametrize("has_space", [True, False])
def test_trials_of_hyperopt_come_in_by_the_script(bring, tmp_path, has_space):
    told = beside(PEERS, "make_hyperopt", tmp_path / "trials.pkl")
    space = ["--space", "space_of_test:SPACE"] if has_space else []
    done = subprocess.run(
        [PEERS, hyperopt_exporter.__file__, "trials.pkl", "trials.json", *space],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    study = bring(tmp_path / "trials.json")

    assert study.trials.count() == told["n"]
    assert study.trials.filter(state="failed").count() == told["failed"]
    best = study.trials.filter(state="complete").order_by("value").first()
    assert (best.value, best.metrics["accuracy"]) == (told["best"], 0.5)
    params = {param["name"]: param for param in study.space["params"]}
    if has_space:
        assert set(study.trials.values_list("params__optimizer", flat=True)) == {"adam", "sgd"}
        assert params["learning_rate"]["low"] == pytest.approx(1e-4)
        assert params["momentum"]["when"] == {"parent": "optimizer", "in": ["sgd"]}
    else:
        assert params["momentum"]["when"] == {"parent": "optimizer", "in": [1]}


@needs_training
def test_a_project_of_keras_tuner_comes_in(bring, tmp_path):
    told = beside(TRAINING, "make_keras_tuner", tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        for file in (tmp_path / "out").rglob("*.json"):
            archive.write(file, file.relative_to(tmp_path / "out"))
    study = bring(tmp_path / "project.zip")

    best = study.trials.filter(state="complete").order_by("value").first()
    assert (study.trials.count(), best.value, study.direction) == (told["n"], told["best"], "minimize")
    renamed = {"lr": "learning_rate", "units": "units_1"}
    expected = {renamed.get(name, name): value for name, value in told["params"].items()}
    assert best.params == {name: expected[name] for name in best.params}


@needs_training
@pytest.mark.parametrize("name", ["all kinds", "tree", "kinds"])
def test_keras_tuner_searches_with_the_exported_script(tmp_path, name):
    space = ALL[name]
    (tmp_path / "exported.py").write_text(keras_tuner_file(found(space)), encoding="utf-8")
    answer = beside(TRAINING, "run_keras_tuner", tmp_path / "exported.py", tmp_path / "search")

    assert len({json.dumps(point) for point in answer["points"]}) > 5
    for point in answer["points"]:
        space.validate_params(point)
    assert answer["best"] == answer["points"][0]  # the lowest value was the first
