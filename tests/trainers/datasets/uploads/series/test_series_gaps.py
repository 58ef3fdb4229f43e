"""A series with gaps: refused with the choice there is, filled with the last value, or taken row by row."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described
from trainers.datasets.uploads.series_gaps import repeated, with_steps
from trainers.errors import DatasetInvalid

N = 120
START = datetime(2024, 1, 1, tzinfo=UTC)
CHOOSE = r"Choose what happens to missing rows and values\."


def file_of(values, days=None, heat=None):
    lines = [
        f"{START + timedelta(days=day):%Y-%m-%d},{'' if value is None else value},{heat or day % 7 + 0.5}"
        for day, value in zip(days or range(len(values)), values, strict=True)
    ]
    return "\n".join(["day,load,heat", *lines])


def gaps(n=N):
    values = [float(k) for k in range(n)]
    values[0] = values[30] = values[31] = None
    return values


def test_missing_values_are_refused_with_what_can_be_done(tmp_path):
    with pytest.raises(
        DatasetInvalid, match=r"load is missing in 3 of 120 rows, the first in row 1\. " + CHOOSE
    ):
        described(tmp_path, file_of(gaps()), target="load")


def test_missing_rows_are_refused_with_what_can_be_done(tmp_path):
    days = [day for day in range(N) if day != 50]
    with pytest.raises(DatasetInvalid, match=CHOOSE):
        described(tmp_path, file_of(days, days), target="load", task="forecast", roles={"day": "time"})


def test_missing_values_and_rows_repeat_the_last_value(tmp_path):
    days = [day for day in range(N) if day not in {50, 51}]
    values = [gaps()[day] for day in days]
    upload, warnings = described(
        tmp_path,
        file_of(values, days),
        target="load",
        task="forecast",
        roles={"day": "time"},
        series_gaps="repeat",
    )
    raw = upload.read()
    expected = [float(day) for day in range(1, N)]  # nothing is before the first value
    expected[29] = expected[30] = 29.0
    expected[49] = expected[50] = 49.0
    assert raw.y.tolist() == expected
    assert raw.x[0].values.tolist() == expected
    assert any(
        "5 of 120 rows have no load of their own and repeat the value before" in line for line in warnings
    )
    turns = np.unwrap(np.arctan2(raw.x[-2].values, raw.x[-1].values))
    assert np.allclose(np.diff(turns), np.diff(turns)[0])  # the times of new rows are in between
    assert sum((upload.info.n_train, upload.info.n_validation, upload.info.n_test)) == N - 1


def test_no_more_than_a_tenth_is_made_up(tmp_path):
    days = [day for day in range(N) if day % 7 < 5]
    settings = {"target": "load", "task": "forecast", "roles": {"day": "time"}}
    with pytest.raises(DatasetInvalid, match="at most a tenth"):
        described(tmp_path, file_of(days, days), series_gaps="repeat", **settings)
    upload, _ = described(tmp_path, file_of(days, days), series_gaps="follow", **settings)
    assert upload.read().y.tolist() == days


def test_rows_without_a_value_are_passed_over_where_rows_follow_each_other(tmp_path):
    upload, _ = described(tmp_path, file_of(gaps()), target="load", series_gaps="follow")
    assert upload.read().y.tolist() == [n for n in range(N) if n not in {0, 30, 31}]


@pytest.mark.parametrize("choice", ["repeat", "follow"])
def test_two_rows_of_one_time_are_refused_whatever_is_done_about_gaps(tmp_path, choice):
    days = [*range(N), 60]
    with pytest.raises(DatasetInvalid, match="a forecast needs one row per time"):
        described(
            tmp_path,
            file_of([*range(N), 7], days),
            target="load",
            task="forecast",
            roles={"day": "time"},
            series_gaps=choice,
        )


def test_each_of_several_series_is_filled_by_its_own_values(tmp_path):
    rows = ["day,store,sold"]
    for store, base in (("north", 100), ("south", 500)):
        for day in range(60):
            missing = day in {0, 20}
            sold = "" if missing else base + day
            if not (store == "south" and day == 40):
                rows.append(f"{START + timedelta(days=day):%Y-%m-%d},{store},{sold}")
    roles = {"day": "time", "store": "group"}
    upload, _ = described(
        tmp_path, "\n".join(rows), target="sold", task="forecast", roles=roles, series_gaps="repeat", season=1
    )
    raw = upload.read()
    north, south = (raw.y[raw.x[1].values == store] for store in ("north", "south"))
    assert north.tolist() == [119.0 if day == 20 else 100.0 + day for day in range(1, 60)]
    held = {20: 519.0, 40: 539.0}
    assert south.tolist() == [held.get(day, 500.0 + day) for day in range(1, 60)]


def test_months_and_the_change_of_clocks_need_no_new_rows():
    months = np.array([datetime(2023 + n // 12, n % 12 + 1, 1, tzinfo=UTC).timestamp() for n in range(36)])
    rows, times = with_steps(months, None)
    assert rows.tolist() == list(range(36))
    assert times.tolist() == months.tolist()
    hours = np.array([0.0, 1, 2, 4, 5, 6]) * 3600
    rows, times = with_steps(hours, None)
    assert rows.tolist() == [0, 1, 2, 2, 3, 4, 5]
    assert times.tolist() == [3600.0 * n for n in range(7)]


def test_values_are_not_taken_from_another_series():
    values = np.array([np.nan, 1, np.nan, np.nan, np.nan, 2])
    filled = repeated(values, np.array([0, 0, 0, 1, 1, 1]))
    assert np.array_equal(filled, [np.nan, 1, 1, np.nan, np.nan, 2], equal_nan=True)
