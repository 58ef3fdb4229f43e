"""KerasTuner's files: what is found in them beside what KerasTuner itself finds, and each one trained."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainers.custom.tuner_trainings import N_EPOCHS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FILES = sorted((HERE / "keras_tuner_files").glob("*.py"))
NAMES = [path.stem for path in FILES]
KEPT = [*sorted((HERE / "kept_files").glob("*.py")), HERE / "optuna_files" / "keras_pruning.py"]
REAL = ROOT / ".venv-training" / "bin" / "python"

pytestmark = pytest.mark.slow


def last_line(command, **more):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280, **more)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.rstrip().rpartition("\n")[2])


@pytest.fixture(scope="module")
def asked():
    """What is asked for in each file, in the terms of `real_keras_tuner`, and the declaration."""
    module = "tests.trainers.custom.asked_values"
    return last_line([sys.executable, "-m", module, *map(str, FILES)])


@pytest.fixture(scope="module")
def real():
    return last_line([str(REAL), str(HERE / "real_keras_tuner.py"), *map(str, FILES)])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    command = [
        sys.executable,
        "-m",
        "tests.trainers.custom.tuner_trainings",
        tmp_path_factory.mktemp("trained"),
    ]
    return last_line([*map(str, [*command, *FILES, *KEPT])])


def test_there_are_eight():
    assert len(FILES) == 8


@pytest.mark.skipif(not REAL.is_file(), reason="KerasTuner is in .venv-training only")
@pytest.mark.parametrize("name", NAMES)
def test_the_space_is_the_one_that_keras_tuner_finds(name, asked, real):
    ours = {(each["name"], str(each["conditions"])): each for each in asked[name]}
    theirs = {(each["name"], str(each["conditions"])): each for each in real[name]}
    assert ours == theirs


@pytest.mark.parametrize("name", NAMES)
def test_a_file_trains_unedited(name, trained):
    found = trained[name]
    assert "problem" not in found, found
    n = 1 if found["metric"] == "default_objective" else N_EPOCHS
    assert len(found["steps"]) == n
    assert all(found["metric"] in epoch for epoch in found["metrics"])


def test_a_class_of_the_file_is_kept_as_weights_and_rebuilt_without_parzen(trained):
    found = trained["subclassed"]
    assert "problem" not in found, found
    assert (found["unkept"], found["is_rebuilt"], found["outputs"]) == ("", True, [3, 10])
    assert found["params"].keys() == {"net/units", "rate", "batch_size"}
    assert found["value"] == max(epoch["val_accuracy"] for epoch in found["metrics"])


def test_a_model_of_keras_is_kept_whole(trained):
    found = trained["function"]
    assert "problem" not in found, found
    assert (found["unkept"], found["is_rebuilt"], found["outputs"]) == ("", False, [3, 10])
    kind = found["params"]["kind"]
    assert f"units (kind = {kind})" in found["params"], "one name means two things"


def test_an_objective_of_optuna_trains_and_reports_each_epoch(trained):
    found = trained["keras_pruning"]
    assert "problem" not in found, found
    assert found["steps"] == [1, 2, 3]
    assert found["value"] == pytest.approx(found["metrics"][-1]["value"])
