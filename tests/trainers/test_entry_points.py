"""Packages that are installed bring trainers of their own."""

from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from trainers import registry
from trainers.errors import ParamsInvalid
from trainers.families import mlp

OTHER = replace(mlp.CLASSIFIER, info=replace(mlp.CLASSIFIER.info, name="other", label="Other"))
SAME = mlp.CLASSIFIER


def installed(monkeypatch, *values):
    points = [EntryPoint(f"point{n}", value, registry.ENTRY_POINT_GROUP) for n, value in enumerate(values)]
    monkeypatch.setattr(
        registry, "entry_points", lambda group: points if group == registry.ENTRY_POINT_GROUP else []
    )
    return registry._installed_families()


def test_an_installed_trainer_is_found(monkeypatch):
    assert installed(monkeypatch, f"{__name__}:OTHER") == [OTHER]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["no.such.module:X"], "The trainer point0 (no.such.module:X) cannot be loaded: No module named"),
        ([f"{__name__}:installed"], "is not a trainers.families.family.Family."),
        ([f"{__name__}:SAME"], "Two trainers are named 'mlp'. Rename the one in"),
        ([f"{__name__}:OTHER", f"{__name__}:OTHER"], "Two trainers are named 'other'. Rename the one in"),
    ],
)
def test_one_that_is_wrong_is_named(monkeypatch, values, words):
    with pytest.raises(ParamsInvalid) as caught:
        installed(monkeypatch, *values)
    assert words in str(caught.value)
