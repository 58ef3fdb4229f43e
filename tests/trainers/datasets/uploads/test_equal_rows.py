"""Equal rows are in one part, whatever the file; recipes of earlier versions deal rows out as they did."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.trainers.datasets.uploads.made import described
from tests.trainers.datasets.uploads.test_arrays_and_pictures import npz, zipped
from tests.trainers.sources import table
from trainers.datasets.splits import Split, split_rows
from trainers.datasets.uploads.equal_rows import keep_equal_together
from trainers.datasets.uploads.recipe import FIRST_EDITION, Recipe
from trainers.datasets.uploads.source import Upload

RNG = np.random.default_rng(0)
N = 300
# each of the last 60 rows is one of the first
SIZES = [f"{n * 37 % 1009}.5" for n in range(N - 60)]
COPIED = [*SIZES, *SIZES[:60]]
ANSWERS = [("no", "yes")[n % 2] for n in range(N - 60)]
COLUMNS = {"size": COPIED, "colour": ["red"] * N, "shade": COPIED, "y": [*ANSWERS, *ANSWERS[:60]]}


def parts_of(upload: Upload, split: Split | None = None) -> list[set]:
    """The different rows in each part, as they are seen by a model."""
    raw = upload.read()
    rows = split_rows(
        raw.y, split or Split(), raw.n_official_test, groups=raw.groups, is_ordered=raw.is_ordered
    )
    return [{inputs_of(raw, row) for row in part} for part in (rows.train, rows.validation, rows.test)]


def inputs_of(raw, row):
    if isinstance(raw.x, tuple):
        return tuple(str(column.values[row]) for column in raw.x)
    return raw.x[row].tobytes()


def noise(seed: int) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def n_shared(parts: list[set]) -> int:
    train, validation, test = parts
    return len(train & test) + len(train & validation) + len(validation & test)


@pytest.mark.parametrize("split", [Split(), Split(seed=7), Split(n_folds=4, fold=1)])
def test_equal_rows_of_a_table_are_in_one_part_and_counted(tmp_path, split):
    upload, warnings = described(tmp_path, table(N, **COLUMNS), target="y", task="classification")

    assert n_shared(parts_of(upload, split)) == 0
    assert sum("60 of 300 rows repeat the inputs of another one" in line for line in warnings) == 1


def test_a_recipe_of_an_earlier_version_deals_rows_out_as_it_did(tmp_path):
    upload, _ = described(tmp_path, table(N, **COLUMNS), target="y", task="classification")
    earlier = replace(upload, recipe=replace(upload.recipe, edition=FIRST_EDITION))

    assert earlier.read().groups is None
    assert n_shared(parts_of(earlier)) > 0
    assert earlier.version("") != upload.version("")


def test_the_version_of_an_earlier_recipe_is_as_it_was(tmp_path):
    """It names folders in the cache, and so what earlier studies were trained on."""
    stored = {"task": "classification", "target": "y", "roles": [["a", "number"], ["y", "category"]],
              "season": 1, "side": 0, "is_color": False}  # fmt: skip
    upload, _ = described(tmp_path, table())

    assert Recipe.from_json_dict(stored).to_json_dict() == stored
    assert replace(upload, recipe=Recipe.from_json_dict(stored)).version("") == "-d027ace697cc"


def test_rows_of_a_group_and_rows_that_are_equal_stay_together(tmp_path):
    people = [f"p{n // 3}" for n in range(N)]
    content = table(N, **COLUMNS, person=people)
    upload, _ = described(tmp_path, content, target="y", task="classification", roles={"person": "group"})
    raw = upload.read()

    assert n_shared(parts_of(upload)) == 0
    for kept in (people, COPIED):
        assert all(len(set(raw.groups[np.array(kept) == value])) == 1 for value in kept)


def test_few_different_rows_are_dealt_out_like_others_and_counted(tmp_path):
    columns = {"size": RNG.integers(0, 2, N), "colour": RNG.choice(["red", "green"], N)}
    upload, warnings = described(tmp_path, table(N, **columns))

    assert upload.read().groups is None
    assert upload.info.n_test == 60
    assert any("296 of 300 rows repeat" in line and "in all sets" in line for line in warnings)


def test_missing_values_and_signs_of_zero_are_equal(tmp_path):
    sizes = ["", "", "0.0", "-0.0", *(f"{n}.25" for n in range(36))]
    upload, _ = described(tmp_path, table(size=sizes, colour=["red"] * 40), target="y")

    groups = upload.read().groups.tolist()
    assert groups[0] == groups[1]
    assert groups[2] == groups[3]
    assert len(set(groups)) == 38


def test_equal_pictures_are_in_one_part(tmp_path):
    pictures = [noise(n % 60) for n in range(80)]
    files = {f"{('cat', 'dog')[n % 2]}/{n}.png": data for n, data in enumerate(pictures)}
    upload, warnings = described(tmp_path, zipped(files), "pictures")

    assert n_shared(parts_of(upload)) == 0
    assert any(line.startswith("20 of 80 images repeat") for line in warnings)


def test_equal_rows_of_arrays_are_in_one_part_and_those_of_their_own_test_part_are_counted(tmp_path):
    x = RNG.normal(size=(200, 3))
    y = np.arange(200) % 2
    data = npz(x_train=np.vstack([x, x[:30]]), y_train=np.r_[y, y[:30]], x_test=x[20:60], y_test=y[20:60])
    upload, warnings = described(tmp_path, data, "arrays")
    train, validation, test = parts_of(upload)

    assert not train & validation
    assert len(test) == 40
    assert any("40 of 40 test rows have the same inputs as training rows" in line for line in warnings)
    assert any("30 of 230 rows outside the test set repeat" in line for line in warnings)


def test_rows_that_all_differ_are_left_as_they_are(tmp_path):
    upload, warnings = described(tmp_path, npz(x=RNG.normal(size=(60, 2)), y=np.arange(60) % 2), "arrays")
    raw = upload.read()

    assert raw.groups is None
    assert keep_equal_together(raw) is raw
    assert warnings == []
