"""Numbers in words, for pages, mails, logs and reasons alike."""

import math

import numpy as np
import pytest

from optimizer import wording as words

NOTHING = "–"
PERCENT = "%"
NO_NUMBERS = [None, math.nan, math.inf, -math.inf, True, "12", 10**400]


@pytest.mark.parametrize(
    ("number", "metric", "param", "percent"),
    [
        (0, "0", "0", "0.0"),
        (0.0, "0", "0", "0.0"),
        (-0.0, "0", "0", "0.0"),
        (1e-13, "1e-13", "1e-13", "1e-11"),
        (1.1e-13, "1.1e-13", "1.1e-13", "1.1e-11"),
        (-1.1e-13, "-1.1e-13", "-1.1e-13", "-1.1e-11"),
        (0.09746, "0.09746", "0.0975", "9.75"),
        (1, "1", "1", "100.0"),
        (1.0, "1.000", "1", "100.0"),
        (600, "600", "600", "60,000.0"),
        (2000, "2,000", "2,000", "200,000.0"),
        (2015.0, "2,015", "2,015", "201,500.0"),
        (1e19, "1e19", "1e19", "1e21"),
        (10**19, "1e19", "1e19", "1e21"),
        (np.int64(2000), "2,000", "2,000", "200,000.0"),
        (np.float32(0.5), "0.5000", "0.5", "50.0"),
    ],
)
def test_a_number_is_the_same_wherever_it_is_told(number, metric, param, percent):
    assert words.metric(number) == metric
    assert words.param(number) == param
    assert words.percent(number) == percent + PERCENT


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number_is_a_dash(number):
    say = (
        words.metric, words.percent, words.value, words.spread, words.bound, words.datum, words.thousands,
        words.duration, words.ago, words.memory, words.file_size,
    )  # fmt: skip
    assert {one(number) for one in say} == {NOTHING}


def test_a_truth_is_a_word_as_a_param():
    assert (words.param(True), words.param(False), words.param(math.nan)) == ("yes", "no", NOTHING)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (1e-13, "< 0.1 s"),
        (0.09746, "0.1 s"),
        (0.09746 * 3600, "5 min 51 s"),
        (1, "1 s"),
        (600 * 60, "10 h"),
        (2000, "33 min 20 s"),
        (150 * 86_400, "150 d"),
        (1e19, "115,740,740,740,740 d"),
    ],
)
def test_a_duration_is_for_people(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 epochs"), (1, "1 epoch"), (2000, "2,000 epochs"), (10**19, "1e19 epochs")]
)
def test_a_count_agrees_with_its_noun(n, text):
    assert words.count_noun(n, "epoch") == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (0.001, "< 1"),
        (1e-13, "< 1"),
        (0.02, "2"),
        (0.994, "99"),
        (0.998, "> 99"),
        (1 - 1e-13, "> 99"),
        (1, "100"),
        (1.2, "120"),
    ],
)
def test_a_rounded_share_is_neither_0_nor_100_where_it_is_not_all(share, text):
    assert words.percent(share, 0) == text + PERCENT


@pytest.mark.parametrize(
    ("number", "bound", "datum"),
    [
        (2015.0, "2,015", "2015"),
        (2018, "2,018", "2018"),
        (0.123456789, "0.123457", "0.123457"),
        (1234.5, "1234.5", "1234.5"),
        (12_345_678.9, "12,345,679", "12345679"),
        (1.1e-13, "1.1e-13", "1.1e-13"),
        (1e19, "1e19", "1e19"),
        (-0.0, "0", "0"),
    ],
)
def test_limits_keep_what_was_typed_and_data_look_as_in_their_file(number, bound, datum):
    assert (words.bound(number), words.datum(number)) == (bound, datum)


@pytest.mark.parametrize(
    ("n_bytes", "file_size", "memory"),
    [
        (0, "0 bytes", "0 MB"),
        (1, "1 byte", "< 1 MB"),
        (2000, "2.0 kB", "< 1 MB"),
        (999_990, "1.0 MB", "1 MB"),
        (2_000_000_000, "2.0 GB", "1.9 GB"),
        (2**30, "1.1 GB", "1.0 GB"),
    ],
)
def test_files_are_measured_as_disks_are_and_memory_as_its_limits(n_bytes, file_size, memory):
    assert (words.file_size(n_bytes), words.memory(n_bytes)) == (file_size, memory)


@pytest.mark.parametrize(
    ("number", "text"), [(0.00234, "0.0023"), (0, "0"), (1.1e-13, "1.1e-13"), (1234, "1,200"), (0.5, "0.5")]
)
def test_a_spread_has_two_digits(number, text):
    assert words.spread(number) == text
