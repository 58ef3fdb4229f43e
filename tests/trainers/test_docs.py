"""The code in docs/trainers.md runs as it is printed there."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainers import sources
from tests.trainers.builders import RecordingReporter
from trainers.base import Budget, Objective
from trainers.datasets.registry import datasets, load_dataset
from trainers.datasets.splits import Split
from trainers.registry import trainer_infos

PAGE = (Path(__file__).parents[2] / "docs" / "trainers.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    """What the page's code blocks define."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
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


def test_the_page_names_every_trainer_and_dataset():
    for name in (*(info.name for info in trainer_infos()), *(info.name for info in datasets(""))):
        assert f"`{name}`" in PAGE
