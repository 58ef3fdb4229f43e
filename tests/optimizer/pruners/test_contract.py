"""The contract of every pruner, parametrised over all of them under several options."""

import math
from collections import Counter

import pytest

from optimizer.errors import OptimizerError
from optimizer.pruners import PRUNERS, UnknownPruner, create_pruner
from optimizer.reports import Reports
from optimizer.testing import PRUNER_CHECKS
from optimizer.testing.pruners import TABLES, decisions, pruned

# Options under which a pruner decides on the few reports of these tests.
EAGER = {
    "median": {"n_startup_trials": 1},
    "percentile": {"n_startup_trials": 0, "percentile": 40, "interval_steps": 2},
    "asha": {"reduction_factor": 2},
    "hyperband": {"max_resource": 4, "reduction_factor": 2},
    "patient": {"patience": 2, "min_delta": 0.25},
}
MEMBERS = [
    *[create_pruner(name) for name in PRUNERS],
    *[create_pruner(name, **options) for name, options in EAGER.items()],
    create_pruner("patient", patience=1, wrapped=create_pruner("median", n_startup_trials=1)),
]
every_pruner = pytest.mark.parametrize("pruner", MEMBERS, ids=repr)


@every_pruner
@pytest.mark.parametrize("check", PRUNER_CHECKS, ids=lambda check: check.__name__)
def test_every_pruner_keeps_the_contract(pruner, check):
    check(pruner)


@pytest.mark.parametrize("name", PRUNERS)
def test_some_trials_are_stopped_and_some_go_on(name):
    pruner = create_pruner(name, **EAGER.get(name, {}))
    outcomes = Counter(d.should_prune for curves in TABLES for d in decisions(pruner, curves).values())
    assert min(outcomes[True], outcomes[False]) > 20


@every_pruner
def test_a_first_report_that_is_not_a_number_stops_nothing_but_the_threshold(pruner):
    for value in (math.nan, math.inf, -math.inf):
        for step in (0, 1, 10**12):
            assert bool(pruned(pruner, [{step: value}])) is (pruner.name == "threshold")


@every_pruner
def test_maximizing_mirrors_minimizing(pruner):
    for curves in TABLES:
        mirrored = [{step: -value for step, value in curve.items()} for curve in curves]
        assert pruned(pruner, mirrored, "maximize") == pruned(pruner, curves)


@every_pruner
def test_a_report_that_never_came_is_named(pruner):
    with pytest.raises(KeyError, match="trial 7 has not reported at step 1"):
        pruner.decide(Reports(), 7, 1)


def test_unknown_pruner_is_named_with_the_known_ones():
    with pytest.raises(UnknownPruner, match=r"must be one of median, .*, threshold, got 'medium'") as caught:
        create_pruner("medium")
    assert isinstance(caught.value, OptimizerError)
    assert isinstance(caught.value, ValueError)


def test_registry_speaks_for_itself():
    for name, info in PRUNERS.items():
        assert info.name == info.pruner.name == name
        assert info.label
        assert info.help.endswith(".")
