"""The code in docs/hyperopt.md runs as it is printed there."""

import csv
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest

from optimizer.samplers.tpe import TPESampler
from optimizer.samplers.tpe.split import GOOD_SHARE

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "hyperopt.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
MNIST = [block for block in BLOCKS if "keras" in block]


def run(block):
    """The names that a block of code defines."""
    names = {}
    exec(compile(textwrap.dedent(block), str(PAGE), "exec"), names)
    return names


def test_every_block_without_keras_runs():
    first, algo, last = (run(block) for block in BLOCKS if block not in MNIST)
    assert first["best"] == first["trials"].argmin
    assert set(first["space_eval"](first["space"], first["best"])) == {"model", "seed"}
    assert len(algo["trials"]) == 20
    assert abs(algo["best"]["x"] - 1) < 1
    assert last["optimizer"].best_trial.params["net"] in {"two", "three"}


def test_the_tests_that_do_not_pass_are_listed_with_their_reasons():
    with (ROOT / "benchmarks" / "hyperopt_tests" / "public_tests.tsv").open(encoding="utf-8") as file:
        reasons = {row["test"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}
    assert len(reasons) == 94
    named = re.findall(
        r"^\| `(test_\w+\.py::[\w:]+)` \| .{30}", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(named) == sorted(test for test, reason in reasons.items() if reason)


def test_the_defaults_in_the_table_are_those_of_the_sampler():
    sampler = TPESampler()
    defaults = {
        "n_startup_jobs": sampler.n_startup,
        "n_EI_candidates": sampler.n_candidates,
        "gamma": GOOD_SHARE,
    }
    for option, default in defaults.items():
        assert f"| `{option}` | {default} |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_mlp_on_mnist_is_searched_on_pictures_of_the_same_shape(monkeypatch, capsys):
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", small_mnist)
    (block,) = MNIST
    names = run(block.replace("epochs=5", "epochs=1"))
    assert names["trials"].statuses() == ["ok"] * 10
    assert names["params"]["activation"] in {"tanh", "relu"}
    assert set(names["best"]) == {"activation", "dropout_1", "dropout_2"}
    results = names["trials"].results
    assert min(result["loss"] for result in results) < -np.log(0.1)  # what guessing gives
    assert "dropout_1" in capsys.readouterr().out


def small_mnist():
    """scikit-learn's digits, 8 by 8 pixels of 0 to 16, in MNIST's shape and range: 360 and 60 of them."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels = np.kron(digits.images[:420] * 255 / 16, np.ones((3, 3)))
    images = np.pad(pixels, ((0, 0), (2, 2), (2, 2))).astype("uint8")
    labels = digits.target[:420]
    return (images[:360], labels[:360]), (images[360:], labels[360:])
