"""Words of a training reach the database as text that it can keep."""

import pytest

from dashboard.engine.worker.messages import NONSENSE, read_outcome
from tests.dashboard.engine.worker.fake_training import result


def test_versions_are_short_text():
    odd = {"keras\0": "3\ud800", "x" * 5_000: "y" * 5_000, "number": float("nan")}

    kept = read_outcome(result(versions=odd)).environment

    words = [*kept, *(v for v in kept.values() if isinstance(v, str))]
    assert all(len(word) <= 100 and "\0" not in word for word in words)
    assert all(word.encode() for word in words)
    assert kept["number"] == "nan"


@pytest.mark.parametrize("versions", [None, 7, ["keras"]])
def test_versions_that_are_none_are_nonsense(versions):
    with pytest.raises(NONSENSE):
        read_outcome(result(versions=versions))
