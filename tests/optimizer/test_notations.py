"""Search spaces in other notations: who may register one, and what is said about everything else."""

import subprocess
import sys

import pytest

from optimizer import Float, Optimizer, Parameter, SearchSpace, SpaceError, notations
from optimizer.notations import read_space, register_notation

SPACE = SearchSpace([Parameter("x", Float(0, 1))])


class Ranges(dict):
    """A notation of its own: names to pairs of bounds."""


def read_ranges(obj):
    if not isinstance(obj, Ranges):
        return None
    return SearchSpace(Parameter(name, Float(*bounds)) for name, bounds in obj.items())


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """What a test registers is gone after it."""
    monkeypatch.setattr(notations, "_NOTATIONS", list(notations._NOTATIONS))


def test_own_forms_need_no_notation():
    assert read_space(SPACE) is SPACE
    assert read_space(SPACE.to_json()) == SPACE


def test_a_registered_notation_is_read_and_others_stay_as_they_were():
    register_notation(read_ranges)
    register_notation(read_ranges)
    assert notations._NOTATIONS.count(read_ranges) == 1
    assert Optimizer(Ranges(x=(0, 1))).space == SPACE
    with pytest.raises(SpaceError, match="contain at least one hp node"):
        Optimizer({"x": (0, 1)})


@pytest.mark.parametrize("obj", [{}, [], None, "x", 1, {"version": 1}])
def test_anything_else_is_refused(obj):
    with pytest.raises(SpaceError, match="must be a SearchSpace, its JSON, or contain at least one hp node"):
        read_space(obj)


def test_error_in_a_space_is_that_of_its_form():
    with pytest.raises(SpaceError, match="version"):
        read_space({"version": 7, "params": []})


def test_nodes_are_read_by_the_core_that_never_imports_them():
    code = (
        "import sys; from optimizer import Optimizer; assert 'optimizer.compat' not in sys.modules; "
        "from optimizer.compat import hp; print(Optimizer([hp.uniform('x', 0, 1)]).space)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "SearchSpace(x: uniform, 0 to 1)"
