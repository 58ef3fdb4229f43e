import numpy as np
import pytest

from trainers.datasets.splits import Split, split_rows
from trainers.errors import DatasetInvalid, ParamsInvalid

Y = np.repeat(np.arange(10), 50)


def parts(split: Split, n_official_test: int = 0):
    rows = split_rows(Y, split, n_official_test)
    return rows.train, rows.validation, rows.test


@pytest.mark.parametrize("n_official_test", [0, 100])
def test_the_parts_are_disjoint_and_cover_everything(n_official_test: int):
    y = np.tile(np.arange(10), 50)
    rows = split_rows(y, Split(), n_official_test)
    together = np.concatenate([rows.train, rows.validation, rows.test])
    assert sorted(together) == list(range(500))
    counts = (len(rows.train), len(rows.validation), len(rows.test))
    assert (
        counts
        == Split().counts(500, n_official_test)
        == ((300, 100, 100) if not n_official_test else (320, 80, 100))
    )


def test_each_part_has_its_share_of_every_class():
    for rows, share in zip(parts(Split()), (30, 10, 10), strict=True):
        assert np.bincount(Y[rows]).tolist() == [share] * 10


def test_the_same_seed_deals_the_same_rows_and_another_one_others():
    for first, second in zip(parts(Split(seed=3)), parts(Split(seed=3)), strict=True):
        assert np.array_equal(first, second)
    assert not np.array_equal(parts(Split(seed=3))[0], parts(Split(seed=4))[0])


def test_another_validation_fraction_moves_no_test_row():
    small, large = Split(validation_fraction=0.1), Split(validation_fraction=0.4)
    assert np.array_equal(parts(small)[2], parts(large)[2])


def test_an_official_test_part_is_kept():
    y = np.tile(np.arange(10), 50)
    for seed in (0, 1):
        assert split_rows(y, Split(seed=seed), 100).test.tolist() == list(range(400, 500))


@pytest.mark.parametrize(
    ("validation", "test"), [(0, 0.2), (0.2, 1), (0.6, 0.4), (-0.1, 0.2), (float("nan"), 0.2)]
)
def test_fractions_that_leave_nothing_are_refused(validation: float, test: float):
    with pytest.raises(ParamsInvalid):
        Split(validation_fraction=validation, test_fraction=test)


def test_what_is_ordered_is_cut_and_never_shuffled():
    rows = split_rows(np.linspace(0, 1, 10), Split(), is_ordered=True)
    assert (rows.train.tolist(), rows.validation.tolist(), rows.test.tolist()) == (
        [0, 1, 2, 3, 4, 5],
        [6, 7],
        [8, 9],
    )


def test_groups_never_part_and_their_classes_are_dealt_in_proportion():
    groups = np.repeat(np.arange(100), np.tile([1, 3], 50))
    y = (groups % 4 == 0).astype(np.int64)
    rows = split_rows(y, Split(), groups=groups)
    of_part = [set(groups[part].tolist()) for part in (rows.train, rows.validation, rows.test)]
    assert [len(part) for part in of_part] == [60, 20, 20]
    assert len(set.union(*of_part)) == 100
    assert [sum(group % 4 == 0 for group in part) for part in of_part] == [15, 5, 5]
    assert len(rows.train) + len(rows.validation) + len(rows.test) == len(y)


def test_parts_too_small_for_the_classes_are_refused():
    with pytest.raises(DatasetInvalid, match="10 rows is too small for 12 classes"):
        split_rows(np.tile(np.arange(12), 5)[:50], Split())
