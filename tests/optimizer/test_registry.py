"""Samplers and pruners of other packages: found when they are needed, and named when they are broken."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from optimizer import registry
from optimizer.errors import OptimizerError, PluginError
from optimizer.pruners import PRUNERS
from optimizer.pruners.base import PrunerInfo
from optimizer.pruners.median import MedianPruner
from optimizer.registry import Registry
from optimizer.samplers.base import Sampler, SamplerInfo
from optimizer.samplers.random import RandomSampler


class FarSampler(RandomSampler):
    name = "far"


FAR = SamplerInfo("far", "Far", FarSampler, "Tries what is far away.")
MISNAMED = SamplerInfo("further", "Far", FarSampler, "Tries what is far away.")
NOT_A_CLASS = SamplerInfo("far", "Far", FarSampler(), "Tries what is far away.")
OWN = SamplerInfo("random", "Random", RandomSampler, "Draws.")
ABSTRACT = PrunerInfo("median", "Median", Sampler, "Is no pruner.")


@pytest.fixture
def installed(monkeypatch):
    """A registry of samplers beside which packages with the given entry points are installed."""
    loaded = []

    def install(**values):
        def entry_points(group):
            loaded.append(group)
            return [EntryPoint(name, f"{__name__}:{value}", group) for name, value in values.items()]

        monkeypatch.setattr(registry, "entry_points", entry_points)
        members = Registry(SamplerInfo, "parzen.samplers", [OWN])
        members.loaded = loaded
        return members

    return install


def test_members_of_other_packages_follow_our_own(installed):
    samplers = installed(far="FAR")
    assert list(samplers) == ["random", "far"]
    assert samplers["far"] is FAR
    assert len(samplers) == 2
    assert "near" not in samplers
    assert samplers.loaded == ["parzen.samplers"]


def test_nothing_is_loaded_while_only_our_own_are_asked_for(installed):
    samplers = installed(far="MISSING")
    assert samplers["random"] is OWN
    assert "random" in samplers
    assert samplers.loaded == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("MISSING", "cannot be loaded: AttributeError"),
        ("FarSampler", "must be a SamplerInfo, got ABCMeta"),
        ("MISNAMED", "name must be that of its class, 'far', got 'further'"),
        ("NOT_A_CLASS", "sampler must be a subclass of Sampler, got"),
        ("OWN", "names in parzen.samplers must be unique, got 'random' twice"),
    ],
)
def test_a_broken_member_is_left_out_and_named_in_the_log_and_to_who_asks_for_it(
    installed, caplog, value, message
):
    samplers = installed(broken=value, far="FAR")
    assert list(samplers) == ["random", "far"]
    assert "broken" not in samplers
    (record,) = caplog.records
    assert message in record.getMessage()
    assert f":{value}" in record.getMessage()
    for look_up in (samplers.get, samplers.__getitem__):
        with pytest.raises(PluginError) as caught:
            look_up("broken")
        assert message in str(caught.value)
    assert isinstance(caught.value, OptimizerError)
    assert samplers["random"] is OWN
    with pytest.raises(KeyError):
        samplers["near"]


def test_a_member_whose_module_ends_the_process_is_left_out(installed, tmp_path, monkeypatch):
    (tmp_path / "ends_it.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    samplers = installed(far="FAR")
    found = registry.entry_points
    ends = EntryPoint("ends", "ends_it:X", "parzen.samplers")
    monkeypatch.setattr(registry, "entry_points", lambda group: [*found(group), ends])

    assert list(samplers) == ["random", "far"]


def test_a_pruner_is_checked_in_the_same_way():
    assert "pruner must be a subclass of Pruner" in ABSTRACT.problem
    assert PrunerInfo("middle", "Median", MedianPruner, "Stops.").problem
    assert not any(info.problem for info in PRUNERS.values())


MODULE = """
from optimizer.pruners.base import PrunerInfo
from optimizer.pruners.median import MedianPruner
from optimizer.samplers.base import SamplerInfo
from optimizer.samplers.random import RandomSampler

class FarSampler(RandomSampler):
    name = "far"

class MiddlePruner(MedianPruner):
    name = "middle"

FAR = SamplerInfo("far", "Far", FarSampler, "Tries what is far away.")
MIDDLE = PrunerInfo("middle", "Middle", MiddlePruner, "Stops a trial that is worse than most.")
"""
SCRIPT = """
import sys
from optimizer import Optimizer, SAMPLERS, PRUNERS, hp
before = "far_away" in sys.modules
optimizer = Optimizer({"x": hp.uniform("x", 0, 1)}, "far", pruner="middle")
print(before, list(SAMPLERS)[-1], list(PRUNERS)[-1], optimizer.ask().explanation["sampler"])
"""


def test_an_installed_package_brings_a_sampler_and_a_pruner(tmp_path):
    (tmp_path / "far_away.py").write_text(MODULE)
    metadata = tmp_path / "far_away-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: far-away\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[parzen.samplers]\nfar = far_away:FAR\n[parzen.pruners]\nmiddle = far_away:MIDDLE\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["False", "far", "middle", "far"]
