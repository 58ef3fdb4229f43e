"""Texts: what the vocabulary is learned from, and what the networks make of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainers import sources
from trainers.base import Budget, Objective
from trainers.datasets.base import Dataset
from trainers.datasets.texts import pack_texts
from trainers.families.text import CLASSIFIER, token_ids
from trainers.testing import RecordingReporter

pytestmark = pytest.mark.slow
COMPLETE = CLASSIFIER.info.complete_params


@pytest.fixture
def data(monkeypatch, tmp_path: Path) -> Dataset:
    """Messages that are spam where they say so, in between other words."""
    rng = np.random.default_rng(0)
    lines = []
    for i in range(400):
        words = [f"w{n}" for n in rng.integers(0, 40, 12)]
        if i % 2:
            words[rng.integers(12)] = "winner!"
        lines.append(f"{('no', 'yes')[i % 2]}\t{' '.join(words)}")
    return sources.load(monkeypatch, tmp_path, sources.TEXTS, "\n".join(lines))


def of_texts(train: list[str], validation: list[str]) -> Dataset:
    parts = [
        pack_texts(train),
        np.zeros(len(train), int),
        pack_texts(validation),
        np.zeros(len(validation), int),
    ]
    return Dataset(sources.TEXTS.info, *parts)


def test_the_vocabulary_is_the_training_parts_alone():
    train, validation, reading = token_ids(
        COMPLETE({"length": 3}), of_texts(["one two", "two, Three!"], ["four two"])
    )
    assert len(reading["vocabulary"]) == 2 + 3
    assert (train.shape, validation.shape) == ((2, 3), (1, 3))
    assert train.dtype == np.int32
    assert validation.tolist() == [[1, train[0][1], 0]]  # an unknown word, the one that both know, padding
    assert train[0][1] == train[1][0]


def test_a_vocabulary_is_never_larger_than_its_knob():
    _, _, reading = token_ids(COMPLETE({"max_tokens": 10}), of_texts([f"w{i}" for i in range(50)], ["w1"]))
    assert len(reading["vocabulary"]) == 10


def test_a_text_without_words_is_one_unknown_word():
    train, validation, _ = token_ids(COMPLETE({"length": 2}), of_texts(["one", "..."], ["?!"]))
    assert train[1].tolist() == validation[0].tolist() == [1, 0]


def test_characters_and_runs_of_words_can_be_counted():
    texts = of_texts(["ab ab"], ["ab"])
    assert len(token_ids(COMPLETE({"split": "characters"}), texts)[2]["vocabulary"]) == 2 + 3  # a, b, space
    assert len(token_ids(COMPLETE({"ngrams": 2}), texts)[2]["vocabulary"]) == 2 + 2  # "ab", "ab ab"


@pytest.mark.parametrize(
    "params",
    [
        {"network": "bag"},
        {"network": "conv", "conv_layers": 2, "dilated": True},
        {"network": "gru", "gru_layers": 2, "bidirectional": True},
    ],
    ids=lambda params: params["network"],
)
def test_each_network_learns_what_a_word_gives_away(params: dict[str, Any], data: Dataset):
    params = {"learning_rate": 0.01, "length": 12, "embedding": 16, **params}
    result = CLASSIFIER(
        params, data, Budget(8), RecordingReporter(), seed=1, objective=Objective("val_f1", "maximize")
    )
    assert result.value > 0.9
