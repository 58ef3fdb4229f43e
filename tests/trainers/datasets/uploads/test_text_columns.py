"""A text beside other columns: its words are inputs, in training, in predict.py and on the page alike."""

import numpy as np
import pytest

from tests.trainers.builders import run
from tests.trainers.datasets.uploads.made import described
from tests.trainers.sources import table
from trainers.datasets import word_encoding
from trainers.datasets.columns import Column
from trainers.datasets.encoding import TableEncoding
from trainers.datasets.registry import load_dataset, load_test_part
from trainers.datasets.splits import Split
from trainers.portable import predict
from trainers.registry import compatible_trainers, trainer_info

N = 300
ANSWERS = [("no", "yes")[n % 2] for n in range(N)]
WORDS = {"no": ["poor", "slow", "broken"], "yes": ["great", "quick", "lovely"]}
REVIEWS = [f"A {WORDS[y][n // 2 % 3]} thing; said buyer {n} of the shop" for n, y in enumerate(ANSWERS)]
CONTENT = table(N, review=REVIEWS, y=ANSWERS)


def prepared(tmp_path, content=CONTENT, **changes):
    upload, warnings = described(tmp_path, content, **{"target": "y", **changes})
    return (
        upload,
        load_dataset(upload.info.name, "", str(tmp_path / "cache"), Split(), upload=upload),
        warnings,
    )


def test_words_are_columns_and_predict_py_reads_the_same(tmp_path):
    upload, data, _ = prepared(tmp_path)
    reading = {"encoding": list(data.facts.encoding)}
    names, *lines = CONTENT.splitlines()
    rows = [dict(zip(names.split(","), line.split(","), strict=True)) for line in lines]
    test = load_test_part(upload.info.name, "", str(tmp_path / "cache"), Split(), upload=upload)
    encoded = predict.encode_rows(reading, rows)

    assert upload.info.row_summary == "rows, 3 columns"
    assert "review has great" in data.facts.columns
    known = {row.tobytes() for row in encoded}
    assert all(row.tobytes() in known for part in (data.x_train, test.x) for row in np.asarray(part))


def test_words_of_validation_and_test_rows_are_not_learned(tmp_path):
    texts = np.array(["red car", "red bike", "blue car", "blue bike", "gone gone", "gone too"], dtype=object)
    encoding = TableEncoding.fit((Column("t", "text", texts),), np.arange(4))

    assert encoding.names == ("t has bike", "t has blue", "t has car", "t has red")
    assert encoding.encode((Column("t", "text", texts),), np.array([4])).tolist() == [[0, 0, 0, 0]]


def test_rare_words_weigh_more_and_every_text_the_same():
    texts = np.array(["sun rain", "sun rain", "sun", "sun wind", "wind", ""], dtype=object)
    encoder = word_encoding.WordEncoder.fit("t", texts)
    weights = encoder.encode(texts)

    assert encoder.words == ("rain", "sun", "wind")
    assert weights[0, 0] > weights[0, 1] > 0
    assert np.linalg.norm(weights, axis=1) == pytest.approx([1, 1, 1, 1, 1, 0])


def test_the_most_common_words_are_kept(monkeypatch):
    monkeypatch.setattr(word_encoding, "MAX_WORDS", 2)
    texts = np.array(["a b c", "a b c", "a b", "a", "d"], dtype=object)

    assert word_encoding.WordEncoder.fit("t", texts).words == ("a", "b")


def test_a_text_whose_words_never_repeat_is_left_out_and_said(tmp_path):
    texts = [f"zq{n}a zq{n}b zq{n}c zq{n}d zq{n}e zq{n}f zq{n}g zq{n}h zq{n}i" for n in range(N)]
    _, data, warnings = prepared(tmp_path, table(N, note=texts, y=ANSWERS))

    assert not [name for name in data.facts.columns if name.startswith("note")]
    assert any("note" in warning and "left out" in warning for warning in warnings)


def test_two_texts_and_texts_that_predict_a_number_are_tables(tmp_path):
    content = table(N, review=REVIEWS, more=REVIEWS[::-1], y=[f"{n % 97}.5" for n in range(N)])
    upload, data, _ = prepared(tmp_path, content, roles={"size": "left out", "colour": "left out"})

    assert (upload.info.kind, upload.info.task) == ("table", "regression")
    assert {name.split()[0] for name in data.facts.columns} == {"review", "more"}
    assert [info.name for info in compatible_trainers(upload.info)] == ["mlp_regressor"]


def test_equal_texts_stay_together_and_long_ones_take_no_memory(tmp_path):
    long = "word " * 20_000
    reviews = [long if n == 3 else f"A review {n % 5} that somebody wrote here" for n in range(60)]
    content = table(60, review=reviews)
    upload, _ = described(tmp_path, content, roles={"review": "text", "size": "left out"})
    column = next(column for column in upload.read().x if column.name == "review")

    assert column.values.dtype == np.object_
    assert upload.read().groups is not None or any("repeat" in note for note in upload.read().notes)


@pytest.mark.slow
def test_a_text_makes_a_classifier_better(tmp_path):
    _, data, _ = prepared(tmp_path)
    (tmp_path / "without").mkdir()
    _, without, _ = prepared(tmp_path / "without", roles={"review": "left out"})
    info = trainer_info("mlp")
    results = [run(info, part, epochs=20).metrics["val_accuracy"] for part in (data, without)]

    assert results[0] == 1
    assert results[1] < 0.75
