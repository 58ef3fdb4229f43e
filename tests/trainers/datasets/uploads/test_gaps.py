"""Values that may mean missing: words that are values of a category, marks among numbers, and typed ones."""

import json

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.sources import table
from trainers.datasets.encoding import TableEncoding
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.gaps import gaps_of, markers_at_the_ends
from trainers.datasets.uploads.guesses.guess import guess_recipe
from trainers.datasets.uploads.recipe import FIRST_EDITION, Recipe
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid
from trainers.portable import predict

N = 240
RNG = np.random.default_rng(0)
SIZES = [f"{value:.4f}" for value in RNG.normal(10, 3, N)]


def found(folder, content: str) -> Findings:
    return read_table(written(folder, content), folder)


@pytest.mark.parametrize("word", ["none", "NA", "None", "null", "nan", "N/A", "?"])
def test_a_word_that_often_means_missing_is_a_class(tmp_path, word):
    kinds = [("mild", "strong", word)[n % 3] for n in range(N)]
    upload, _ = described(tmp_path, table(N, size=SIZES, y=kinds))

    assert set(upload.info.class_names) == {"mild", "strong", word}
    assert np.bincount(upload.read().y).tolist() == [80, 80, 80]
    assert upload.findings.column("y").n_missing == 0


def test_a_word_among_numbers_that_are_classes_is_a_class(tmp_path):
    upload, _ = described(tmp_path, table(N, size=SIZES, y=[("1", "2.0", "none")[n % 3] for n in range(N)]))

    assert upload.info.class_names == ("1", "2", "none")


def test_a_word_is_a_value_of_a_category_and_missing_where_somebody_says_so(tmp_path):
    colours = [("red", "none", "")[n % 3] for n in range(N)]
    (tmp_path / "asked").mkdir()
    upload, _ = described(tmp_path, table(N, size=SIZES, colour=colours))
    told, _ = described(tmp_path / "asked", table(N, size=SIZES, colour=colours), gaps={"colour": ("none",)})

    assert set(upload.read().x[1].values.tolist()) == {"red", "none", ""}
    assert upload.findings.column("colour").words == (("none", 80),)
    assert upload.findings.column("colour").n_missing == 80
    assert set(told.read().x[1].values.tolist()) == {"red", ""}


def test_a_recipe_of_an_earlier_version_reads_words_as_it_did(tmp_path):
    kinds = [("mild", "strong", "none")[n % 3] for n in range(N)]
    with pytest.raises(DatasetInvalid, match="y is empty in 80 of 240 rows"):
        described(tmp_path, table(N, size=SIZES, y=kinds), edition=FIRST_EDITION)


def test_text_messages_that_say_none_are_texts(tmp_path):
    texts = [f"{('ham', 'spam')[n % 2]}\tThis is message {n} of a friend, and it is long." for n in range(60)]
    upload, _ = described(tmp_path, "\n".join(["label\ttext", *texts, *["ham\tNone", "spam\t?"] * 2]))

    assert {"None", "?"} <= set(upload.read().x)


@pytest.mark.parametrize("sign", ["-", "--", ".", "*", "n.a.", "<NA>", "unknown"])
def test_a_sign_for_a_gap_among_numbers_is_missing(tmp_path, sign):
    sizes = [sign if n % 20 == 0 else size for n, size in enumerate(SIZES)]
    upload, _ = described(tmp_path, table(N, size=sizes))
    column = upload.findings.column("size")

    assert upload.recipe.roles["size"] == "number"
    assert (column.strange, gaps_of(column)) == (((sign, 12),), ((sign, 12),))
    assert np.flatnonzero(np.isnan(upload.read().x[0].values)).tolist() == list(range(0, N, 20))


def test_another_word_among_numbers_is_asked_about_and_makes_no_category(tmp_path):
    sizes = ["broken" if n % 20 == 0 else size for n, size in enumerate(SIZES)]
    recipe = guess_recipe(found(tmp_path, table(N, size=sizes)))

    assert recipe.roles["size"] == "left out"
    assert recipe.gaps == {}
    with pytest.raises(
        DatasetInvalid, match=r"Row 1: size must be a number, not 'broken'\. Treat it as missing"
    ):
        described(tmp_path, table(N, size=sizes), roles={"size": "number"})
    told, _ = described(tmp_path, table(N, size=sizes), roles={"size": "number"}, gaps={"size": ("broken",)})
    assert np.isnan(told.read().x[0].values).sum() == 12


def test_fewer_numbers_than_nine_of_ten_are_words(tmp_path):
    sizes = ["broken" if n % 9 == 0 else size for n, size in enumerate(SIZES)]

    assert found(tmp_path, table(N, size=sizes)).column("size").strange == ()


def test_typed_texts_mean_missing_in_every_column(tmp_path):
    sizes = ["-1.5" if n % 20 == 0 else size for n, size in enumerate(SIZES)]
    colours = [("red", "green", "gone")[n % 3] for n in range(N)]
    upload, _ = described(tmp_path, table(N, size=sizes, colour=colours), missing=("-1.5", "gone"))

    size, colour = upload.read().x
    assert np.isnan(size.values).sum() == 12
    assert set(colour.values.tolist()) == {"red", "green", ""}


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([-999.0] * 4 + list(range(50)), (("-999", 4),)),
        ([-200.0] * 4 + list(range(5000)), (("-200", 4),)),
        ([9999.0] * 4 + list(range(50)), (("9999", 4),)),
        ([-9999.0] * 3 + [99999.0] * 3 + list(range(-50, 50)), (("-9999", 3), ("99999", 3))),
        ([-200.0] * 4 + list(range(-150, 50)), ()),
        ([999.0] * 4 + list(range(900, 999)) * 9 + list(range(900)), ()),
        ([-999.0] * 2 + list(range(50)), ()),
        ([-1.0, 1.0] * 20, ()),
        ([99.0] * 4 + list(range(90)), ()),
        ([100.0] * 4 + list(range(90)), ()),
        ([-999.0] * 10, ()),
    ],
)
def test_a_number_that_is_repeated_at_an_end_is_asked_about(values, marks):
    assert markers_at_the_ends(np.array(values, dtype=float)) == marks


def test_a_mark_at_an_end_is_missing_where_somebody_says_so(tmp_path):
    sizes = ["-999" if n % 20 == 0 else size for n, size in enumerate(SIZES)]
    upload, warnings = described(tmp_path, table(N, size=sizes))
    assert upload.read().x[0].values.min() == -999
    assert [line for line in warnings if line.startswith("-999 appears in 12 rows of size")]

    told, warnings = described(tmp_path, table(N, size=sizes), gaps={"size": ("-999",)})
    assert np.isnan(told.read().x[0].values).sum() == 12
    assert not any("-999" in line for line in warnings)


def test_rows_without_a_target_are_refused_or_left_out_and_counted(tmp_path):
    prices = ["-" if n % 20 == 0 else size for n, size in enumerate(SIZES)]
    kinds = ["" if n % 20 == 0 else ("a", "b")[n % 2] for n in range(N)]
    with pytest.raises(DatasetInvalid, match="price is missing in 12 of 240 rows, the first in row 1"):
        described(tmp_path, table(N, price=prices), target="price", task="regression")

    told = {"target": "price", "task": "regression", "drops_unknown": True}
    upload, warnings = described(tmp_path, table(N, price=prices), **told)
    assert (upload.info.task, len(upload.read().y)) == ("regression", 228)
    assert "12 of 240 rows have no price and are left out." in warnings
    upload, warnings = described(tmp_path, table(N, size=SIZES, y=kinds), drops_unknown=True)
    assert np.bincount(upload.read().y).tolist() == [108, 120]


def test_a_model_takes_along_what_means_missing(tmp_path):
    sizes = ["-" if n % 20 == 0 else "-999" if n % 20 == 1 else size for n, size in enumerate(SIZES)]
    colours = [("red", "none", "gone")[n % 3] for n in range(N)]
    gaps = {"size": ("-", "-999"), "colour": ("gone",)}
    upload, _ = described(tmp_path, table(N, size=sizes, colour=colours), gaps=gaps)
    columns, rows = upload.read().x, np.arange(N)
    encoding = TableEncoding.fit(columns, rows)
    reading = json.loads(json.dumps({"encoding": encoding.to_json_list()}))

    given = [{"size": size, "colour": colour} for size, colour in zip(sizes, colours, strict=True)]
    assert np.array_equal(predict.encode_rows(reading, given), encoding.encode(columns, rows))


def test_a_model_of_an_earlier_version_reads_rows_as_it_did():
    part = {"type": "category", "name": "colour", "known": ["", "red"], "has_other": False}
    encoded = predict.encode_rows({"encoding": [part]}, [{"colour": "none"}, {"colour": "red"}])

    assert encoded.tolist() == [[1, 0], [0, 1]]


def test_answers_survive_a_database(tmp_path):
    recipe = Recipe(
        task="regression", target="b", missing=("-", "x"), gaps={"b": ("?",), "a": ()}, drops_unknown=True
    )
    stored = json.loads(json.dumps(recipe.to_json_dict(), sort_keys=True))

    assert Recipe.from_json_dict(stored) == recipe
    findings = found(tmp_path, table(N, size=["-", *SIZES[1:]]))
    assert Findings.from_json_dict(json.loads(json.dumps(findings.to_json_dict()))) == findings
