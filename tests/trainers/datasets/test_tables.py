"""Files of separated values: what they become, fitted on the training part only."""

from pathlib import Path

import numpy as np
import pytest

from tests.trainers import sources
from trainers.datasets.columns import Column, number_column
from trainers.datasets.encoding import MAX_CATEGORIES, TableEncoding
from trainers.datasets.registry import load_test_part
from trainers.datasets.splits import Split
from trainers.datasets.texts import pack_texts, unpack_texts


@pytest.fixture
def load(monkeypatch, tmp_path: Path):
    return lambda *args: sources.load(monkeypatch, tmp_path, *args)


def encode(column: Column, n_train: int) -> tuple[TableEncoding, np.ndarray]:
    helper = number_column("row", np.arange(len(column.values)))
    encoding = TableEncoding.fit((column, helper), np.arange(n_train))
    rows = encoding.encode((column, helper), np.arange(len(column.values)))
    return encoding, rows[:, : len(encoding.names) - 1]


def test_types_are_found_and_every_row_is_in_one_part(load, tmp_path: Path):
    data = load(sources.CLASSES, sources.table())
    assert data.facts.columns == ("size", "colour is green", "colour is red")
    test = load_test_part("own", str(tmp_path), str(tmp_path / "cache"), Split())
    assert (len(data.x_train), len(data.x_validation), len(test.x)) == (24, 8, 8)
    assert np.bincount(data.y_train).tolist() == [12, 12]


def test_the_training_part_alone_is_what_numbers_are_standardized_by(load):
    sizes = load(sources.CLASSES, sources.table()).x_train[:, 0]
    assert (sizes.mean(), sizes.std()) == pytest.approx((0, 1), abs=1e-5)


def test_a_number_is_standardized_by_the_training_part_alone():
    encoding, rows = encode(number_column("x", [1.0, 3.0, 5.0, 1e9]), n_train=3)
    assert rows[:3].mean() == pytest.approx(0, abs=1e-6)
    assert rows[:3].std() == pytest.approx(1)
    assert rows[3] > 1e8
    assert encoding.notes == ()


def test_a_missing_number_takes_the_training_parts_median_and_is_marked():
    encoding, rows = encode(number_column("x", [1.0, 2.0, 30.0, np.nan, np.nan]), n_train=4)
    assert encoding.names[:2] == ("x", "x is missing")
    assert rows[3].tolist() == rows[4].tolist() == pytest.approx([rows[1][0], 1.0])
    assert rows[:3, 1].tolist() == [0, 0, 0]


def test_a_category_that_training_never_saw_is_none_of_the_known():
    encoding, rows = encode(Column("c", "category", np.array(["a", "b", "", "new"])), n_train=3)
    assert encoding.names[:3] == ("c is missing", "c is a", "c is b")
    assert rows.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0]]


def test_rare_categories_share_a_column():
    values = np.array([f"v{i:03}" for i in range(MAX_CATEGORIES + 20)] * 2 + ["new"])
    encoding, rows = encode(Column("c", "category", values), n_train=len(values) - 1)
    assert rows.shape[1] == MAX_CATEGORIES + 1
    assert encoding.names[MAX_CATEGORIES] == "c is other"
    assert rows.sum(axis=1).tolist() == [1] * len(values)
    assert rows[-1, -1] == 1


def test_a_constant_column_is_left_out_with_a_sentence(load):
    data = load(sources.CLASSES, sources.table(unit=["kg"] * 40, zero=["0"] * 40, gone=["?"] * 40))
    assert data.facts.columns == ("size", "colour is green", "colour is red")
    assert data.facts.notes[0] == "column unit is the same in every training row, so it is left out"
    assert len(data.facts.notes) == 3


def test_rows_of_a_group_stay_together(load, tmp_path: Path):
    people = [str(row // 2) for row in range(40)]
    classes = [("no", "yes")[row // 2 % 2] for row in range(40)]
    marks = [str(float(person)) for person in people]
    data = load(sources.GROUPED, sources.table(person=people, y=classes, size=marks))
    test = load_test_part("own", str(tmp_path), str(tmp_path / "cache"), Split())
    of_part = [set(x[:, 0].tolist()) for x in (data.x_train, data.x_validation, test.x)]
    assert sum(map(len, of_part)) == len(set.union(*of_part)) == 20
    assert "person" not in data.facts.columns


def test_a_series_is_cut_in_time_and_its_repeated_rows_are_left_out(load, tmp_path: Path):
    text = sources.series(60)
    shuffled = [*text.splitlines()[:1], *reversed(text.splitlines()[1:]), text.splitlines()[5]]
    data = load(sources.SERIES, "\n".join(shuffled))
    assert (len(data.y_train), len(data.y_validation), data.info.n_test) == (36, 12, 12)
    assert data.y_train[:8].tolist() == [100, 101, 102, 103, 104, 105, 106, 100]
    assert data.y_validation[0] == 100 + 36 % 7
    assert data.facts.columns == ("y", "holiday", "season, sine", "season, cosine")
    assert data.facts.n_ahead == 3


def test_texts_are_kept_as_they_are_and_equal_ones_never_part(load, tmp_path: Path):
    lines = [f'{("no", "yes")[i % 2]}\tText "{i // 4 * 2 + i % 2} – ü' for i in range(60)]
    data = load(sources.TEXTS, "\n".join(lines))
    test = load_test_part("own", str(tmp_path), str(tmp_path / "cache"), Split())
    parts = [unpack_texts(x) for x in (data.x_train, data.x_validation, test.x)]
    assert [len(part) for part in parts] == [len(y) for y in (data.y_train, data.y_validation, test.y)]
    assert sum(len(set(part)) for part in parts) == len(set().union(*parts)) == 30
    assert parts[0][0].startswith('Text "')


@pytest.mark.parametrize("texts", [["a"], ["", "b\n", "ü – 🙂"], [""] * 3])
def test_packed_texts_come_back(texts: list[str]):
    assert unpack_texts(pack_texts(texts)) == texts


def test_another_file_under_the_same_name_is_read_again(load):
    first = load(sources.NUMBERS, sources.table(y=[str(row) for row in range(40)]))
    second = load(sources.NUMBERS, sources.table(y=[str(row + 1000) for row in range(40)]))
    assert second.facts.y_mean == pytest.approx(first.facts.y_mean + 1000)
