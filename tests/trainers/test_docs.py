"""The code of the pages about trainers and custom models runs as it is printed there.

These are trainers.md, custom-models.md, keras-tuner.md and optuna-objectives.md.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainers import sources
from tests.trainers.custom.forked import forked_call
from trainers.base import Budget, Objective
from trainers.custom.declaration import read_declaration
from trainers.custom.model_file import read_model_file
from trainers.datasets.registry import datasets, load_dataset
from trainers.datasets.splits import Split
from trainers.registry import ENTRY_POINT_GROUP, trainer_infos
from trainers.testing import DECLARATION_CHECKS, TRAINING_CHECKS, RecordingReporter

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "trainers.md").read_text(encoding="utf-8")
CUSTOM = (DOCS / "custom-models.md").read_text(encoding="utf-8")
KERAS_TUNER = (DOCS / "keras-tuner.md").read_text(encoding="utf-8")
OPTUNA = (DOCS / "optuna-objectives.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_every_block_of_the_pages_has_a_test():
    pages = (PAGE, CUSTOM, KERAS_TUNER, OPTUNA)
    languages = [re.findall(r"^```(\w*)$", page, re.MULTILINE)[::2] for page in pages]
    custom = ["python"] * 2 + ["sh"] + ["python"] * 4 + ["toml"]
    assert languages == [["python"] * 4, custom, ["python"] * 2, ["python"]]


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    """What the blocks of docs/trainers.md define; the one that trains is run by a slow test."""
    names: dict[str, Any] = {}
    dataset, trainer, _, pytest_file = blocks(PAGE, "python")
    for block in (dataset, trainer, pytest_file):
        exec(compile(block, "docs/trainers.md", "exec"), names)
    return names


def test_the_dataset_of_the_page_can_be_read(printed, monkeypatch, tmp_path: Path):
    penguins = printed["PENGUINS"]
    rng = np.random.default_rng(0)
    rows = [
        f"{species},{rng.normal(40, 5):.1f},{rng.choice(['male', 'female', 'NA'])},{rng.integers(3)},2007"
        for species in penguins.info.class_names * 20
    ]
    content = "\n".join(["species,bill,sex,ring,year", *rows])
    data = sources.load(monkeypatch, tmp_path, penguins, content)
    assert {"bill", "sex is missing", "ring is 2"} <= set(data.facts.columns)
    assert not any(name.startswith("year") for name in data.facts.columns)


@pytest.mark.slow
def test_the_trainer_of_the_page_learns(printed, cache_dir: str):
    data = load_dataset("digits", "", cache_dir, Split())
    objective = Objective("val_accuracy", "maximize")
    budget, reporter = Budget(10), RecordingReporter()
    result = printed["LINEAR"]({"rank": 8}, data, budget, reporter, seed=1, objective=objective)
    assert result.value > 0.5


@pytest.mark.slow
def test_the_trainer_of_the_page_passes_the_checks(printed):
    exec(compile(blocks(PAGE, "python")[2], "docs/trainers.md", "exec"), printed)


@pytest.mark.parametrize("check", DECLARATION_CHECKS, ids=lambda check: check.__name__)
def test_the_tests_of_the_page_check_the_declaration(printed, check):
    printed["test_declaration"](check)


@pytest.mark.slow
def test_the_tests_of_the_page_check_a_training(printed):
    printed["test_training"](TRAINING_CHECKS[0])


def test_the_page_names_every_trainer_and_dataset():
    for name in (*(info.name for info in trainer_infos()), *(info.name for info in datasets(""))):
        assert f"`{name}`" in PAGE


def test_the_model_file_of_the_page_that_is_written_for_hyperopt_can_be_used():
    source = blocks(CUSTOM, "python")[0]
    declaration = read_declaration(source, call=forked_call())
    assert [param["name"] for param in declaration.space["params"]] == ["x"]
    assert (declaration.metric, declaration.direction, declaration.needs_data) == ("loss", "minimize", False)
    file = read_model_file(source)
    assert file.function(file.point_of({"x": 3.0}))["loss"] == 4.0


def test_the_file_of_the_page_that_searches_at_its_end_can_be_used_as_it_is():
    source = blocks(CUSTOM, "python")[1]
    declaration = read_declaration(source)
    assert [param["name"] for param in declaration.space["params"]] == ["x"]
    assert read_model_file(source).function({"x": 3.0}) == 4.0


def test_the_model_file_of_the_page_with_another_goal_can_be_used():
    declaration = read_declaration(blocks(CUSTOM, "python")[2], call=forked_call())
    assert (declaration.metric, declaration.direction) == ("reward", "maximize")


def test_the_objective_of_the_page_reports_each_step():
    file = read_model_file(blocks(CUSTOM, "python")[3])
    reported: list[float] = []
    last = file.function({"rate": 0.5}, report=reported.append, seed=3, max_epochs=4)
    assert len(reported) == 4
    assert reported == sorted(reported, reverse=True)
    assert last == reported[-1]


@pytest.mark.slow
def test_the_model_of_the_page_can_be_built():
    source = blocks(CUSTOM, "python")[4]
    declaration = read_declaration(source)
    assert (declaration.metric, declaration.direction, declaration.needs_data) == (
        "val_accuracy",
        "maximize",
        True,
    )
    file = read_model_file(source)
    model = file.function(file.point_of({"units": 32, "learning_rate": 0.01}))
    assert model.compiled
    assert model.predict(np.zeros((2, 8, 8), np.uint8), verbose=0).shape == (2, 10)


def test_the_two_files_of_the_page_are_read():
    source = blocks(CUSTOM, "python")[5]
    assert read_declaration(source, call=forked_call()).metric == "loss"
    assert read_model_file(source).function({"x": 3.0}) == 2.0


def test_the_entry_point_of_the_page_is_the_one_that_is_read():
    (block,) = blocks(CUSTOM, "toml")
    (group,) = tomllib.loads(block)["project"]["entry-points"]
    assert group == ENTRY_POINT_GROUP


@pytest.mark.slow
def test_the_file_of_the_page_about_keras_tuner_is_read_as_it_is():
    declaration = read_declaration(blocks(KERAS_TUNER, "python")[0])
    params = {param["name"]: param.get("when") for param in declaration.space["params"]}
    assert params.keys() == {"num_layers", "units_0", "units_1", "units_2", "lr"}
    assert params["units_1"] == {"parent": "num_layers", "in": [2, 3]}
    assert (declaration.metric, declaration.direction) == ("val_accuracy", "maximize")
    assert (declaration.needs_data, declaration.fits_rows) == (True, False)


@pytest.mark.slow
def test_the_hypermodel_of_the_page_is_fitted_to_a_dataset():
    declaration = read_declaration(blocks(KERAS_TUNER, "python")[1])
    assert [param["name"] for param in declaration.space["params"]] == ["units", "batch_size"]
    assert (declaration.metric, declaration.fits_rows, declaration.warnings) == ("val_accuracy", True, [])


def test_the_objective_of_the_page_about_optuna_is_read_as_it_is():
    (source,) = blocks(OPTUNA, "python")
    declaration = read_declaration(source, call=forked_call())
    params = {param["name"]: param.get("when") for param in declaration.space["params"]}
    assert params == {"kind": None, "rate": None, "layers": {"parent": "kind", "in": ["net"]}}
    assert (declaration.metric, declaration.direction, declaration.needs_data) == ("value", "minimize", False)
