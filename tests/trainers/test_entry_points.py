"""Packages that are installed bring trainers of their own."""

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from trainers import registry
from trainers.errors import ParamsInvalid
from trainers.families import mlp

OTHER = replace(mlp.CLASSIFIER, info=replace(mlp.CLASSIFIER.info, name="other", label="Other"))
SAME = mlp.CLASSIFIER


@pytest.fixture
def installed(monkeypatch):
    """The names of all trainers beside which packages with the given entry points are installed."""

    def install(*values):
        points = [
            EntryPoint(f"point{n}", value, registry.ENTRY_POINT_GROUP) for n, value in enumerate(values)
        ]
        monkeypatch.setattr(
            registry, "entry_points", lambda group: points if group == registry.ENTRY_POINT_GROUP else []
        )
        registry._known.cache_clear()
        return [info.name for info in registry.trainer_infos()]

    yield install
    monkeypatch.undo()
    registry._known.cache_clear()


OURS = ["mlp", "cnn", "mlp_regressor", "text", "forecast"]


def test_an_installed_trainer_is_found(installed):
    assert installed(f"{__name__}:OTHER") == [*OURS, "other"]
    assert registry.load_trainer("other") is OTHER


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["no.such.module:X"], "The trainer point0 (no.such.module:X) cannot be loaded: No module named"),
        ([f"{__name__}:installed"], "is not a trainers.families.family.Family."),
        ([f"{__name__}:SAME"], "Two trainers are named 'mlp'. Rename the one in"),
    ],
)
def test_one_that_is_wrong_is_left_out_and_named_in_the_log_and_to_who_asks_for_it(
    installed, caplog, values, words
):
    assert installed(*values, f"{__name__}:OTHER") == [*OURS, "other"]
    (record,) = caplog.records
    assert words in record.getMessage()
    with pytest.raises(ParamsInvalid) as caught:
        registry.load_trainer("point0")
    assert words in str(caught.value)


def test_of_two_with_one_name_the_second_is_left_out(installed, caplog):
    assert installed(f"{__name__}:OTHER", f"{__name__}:OTHER") == [*OURS, "other"]
    assert "Two trainers are named 'other'. Rename the one in" in caplog.text


def test_nothing_is_loaded_before_somebody_asks():
    """So that a broken package cannot keep the web process from starting."""
    script = "import sys; import trainers.registry as r; print(r._known.cache_info().currsize)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["0"]
