"""A pytest plugin under which ``hyperopt`` is this project's face of it. Nothing else is changed.

Hyperopt's test files import names of its insides beside public ones. Those of ``INSIDES`` exist here as
``Inside``, which raises when a test uses it; any other missing name is the ImportError that users would see.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from benchmarks.hyperopt_tests.names import OUTCOMES_VARIABLE, TESTS_VARIABLE
from optimizer.compat import hyperopt
from trainers.custom.hyperopt_files import make_hyperopt_importable

if TYPE_CHECKING:
    import pytest

INSIDES: Final = {
    "base": ("SONify",),
    "pyll": ("clone", "dfs"),
    "pyll.stochastic": ("recursive_set_rng_kwarg",),
    "pyll_utils": ("EQ", "expr_to_config", "validate_distribution_range"),
    "tpe": ("GMM1", "GMM1_lpdf", "LGMM1", "LGMM1_lpdf", "adaptive_parzen_normal_orig"),
    "vectorize": ("VectorizeHelper", "replace_repeat_stochastic"),
}

_outcomes: dict[str, str] = {}


class Inside:
    """Stands for a name of Hyperopt's insides. A file may decorate with it, but no test may use it."""

    is_collecting: ClassVar[bool] = True

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_: object, **__: object) -> Inside:
        if Inside.is_collecting:
            return self
        raise AssertionError(f"{self._name} is one of Hyperopt's insides, which are not here")

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise AssertionError(f"{self._name} is one of Hyperopt's insides, which are not here")


def _map_imports() -> None:
    make_hyperopt_importable()
    for name, names in INSIDES.items():
        full = f"{hyperopt.__name__}.{name}"
        module = ModuleType(full) if name == "vectorize" else import_module(full)
        for inside in names:
            setattr(module, inside, Inside(f"hyperopt.{name}.{inside}"))
        sys.modules.setdefault(f"hyperopt.{name}", module)
    tests = ModuleType("hyperopt.tests")
    tests.__path__ = [os.environ[TESTS_VARIABLE]]
    sys.modules["hyperopt.tests"] = tests
    try:
        import_module("bson")
    except ImportError:  # of pymongo; only tests of the insides use it
        sys.modules["bson"] = Inside("bson")  # type: ignore[assignment]


_map_imports()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what came of a test: passed, failed or skipped; and why, in a line."""
    if report.when != "call" and report.passed:
        return
    name = report.nodeid.rpartition("/")[2]
    lines = report.longreprtext.strip().splitlines()
    _outcomes[name] = report.outcome if report.passed else f"{report.outcome}: {lines[-1] if lines else ''}"


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a file that cannot be imported, or skips itself."""
    if not report.passed:
        lines = report.longreprtext.strip().splitlines()
        _outcomes[report.nodeid.rpartition("/")[2]] = f"{report.outcome}: {lines[-1] if lines else ''}"


def pytest_collection_finish() -> None:
    """From here on, the insides are of no use."""
    Inside.is_collecting = False


def pytest_sessionfinish() -> None:
    """Write everything down."""
    Path(os.environ[OUTCOMES_VARIABLE]).write_text(json.dumps(_outcomes), encoding="utf-8")
