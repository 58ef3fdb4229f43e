"""When a file looks like a series to forecast, and after how many rows it seems to repeat."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.trainers.datasets.uploads.made import described

START = datetime(2024, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def file_of(times, form="%Y-%m-%d %H:%M"):
    hours = [(time - START) // HOUR for time in times]
    lines = [
        f"{time.strftime(form)},{n % 9 + n / 64},{n % 70 + n / 64}"
        for time, n in zip(times, hours, strict=True)
    ]
    return "\n".join(["day,heat,load", *lines])


def steps(n, step):
    return [START + k * step for k in range(n)]


@pytest.mark.parametrize(
    ("step", "n", "season"),
    [
        (MINUTE, 4000, 1440),
        (MINUTE, 1000, 60),  # too few for two days
        (10 * MINUTE, 400, 144),
        (30 * MINUTE, 130, 48),
        (HOUR, 80, 24),
        (HOUR, 40, 1),  # a season would leave nothing to train on
        (4 * HOUR, 60, 6),
        (DAY, 60, 7),
        (7 * DAY, 150, 52),
        (7 * DAY, 60, 1),
    ],
)
def test_the_season_follows_from_the_step(tmp_path, step, n, season):
    upload, _ = described(tmp_path, file_of(steps(n, step)))
    assert (upload.recipe.task, upload.recipe.season) == ("forecast", season)


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%Y%m%d", "%s"])
def test_times_that_many_rows_share_are_no_series_in_a_long_file_either(tmp_path, form):
    # 1,200 days of four rows each: more different times than are counted, all at even steps
    times = [START + k // 4 * DAY for k in range(4 * 1200)]
    upload, _ = described(tmp_path, file_of(times, form))
    assert upload.recipe.task != "forecast"


def test_several_series_one_after_the_other_are_no_series(tmp_path):
    upload, _ = described(tmp_path, file_of(3 * steps(1100, DAY)))
    assert upload.recipe.task != "forecast"


def test_a_long_series_is_one_even_with_some_rows_twice(tmp_path):
    times = steps(3000, HOUR)
    upload, _ = described(tmp_path, file_of(sorted([*times, *times[:20]])))
    assert upload.recipe.task == "forecast"
