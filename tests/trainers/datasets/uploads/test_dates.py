"""Dates and times as people write them, alone and in two columns; never the month for the day unseen."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.sources import table
from trainers.datasets.encoding import TableEncoding
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.guess import guess_recipe, table_guess
from trainers.datasets.uploads.recipe import FIRST_EDITION
from trainers.datasets.uploads.tables import read_table
from trainers.datasets.uploads.times import are_ambiguous, read_times
from trainers.errors import DatasetInvalid
from trainers.portable import predict

DAY = datetime(2024, 1, 31, 10, 5, tzinfo=UTC)
FORMS = [
    *(
        "%Y-%m-%d",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y%m%d",
    ),
    *("%d-%m-%Y", "%d-%b-%Y", "%b %d %Y", "%b %d, %Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%d. %B %Y"),
    *("%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S"),
    *(
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %I:%M %p",
        "%m/%d/%Y %I:%M:%S %p",
        "%d/%m/%Y %H:%M",
    ),
    *(
        "%d.%m.%y",
        "%m/%d/%y",
        "%d-%b-%y",
        "%a, %d %b %Y %H:%M:%S +0000",
        "%a %b %d %H:%M:%S %Y",
        "%d/%b/%Y:%H:%M:%S",
    ),
]
N = 60


@pytest.mark.parametrize("form", FORMS)
def test_a_common_form_of_dates_is_read(form):
    is_exact = "%M" in form
    seconds, _ = read_times("day", [DAY.strftime(form)])

    assert seconds[0] == (DAY if is_exact else DAY.replace(hour=0, minute=0)).timestamp()


@pytest.mark.parametrize(
    ("text", "month"),
    [("2024-Q1", 1), ("2024Q3", 7), ("Q4 2024", 10), ("2024 q2", 4), ("2024-05", 5), ("May 2024", 5),
     ("05/2024", 5), ("2024/05", 5), ("May-2024", 5)],
)  # fmt: skip
def test_quarters_and_months_are_read(text, month):
    assert read_times("day", [text])[0][0] == datetime(2024, month, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text", ["", "Q5 2024", "2024-13-01", "31/31/2024", "tomorrow", "1.2.3.4", "0139", "12"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(DatasetInvalid, match="day must be a date or a time in every row"):
        read_times("day", [text])


@pytest.mark.parametrize(
    ("texts", "is_ambiguous"),
    [
        (["03/04/2024", "05/06/2024"], True),
        (["03-04-2024"], True),
        (["3/4/24 10:00"], True),
        (["03/03/2012", "04/04/2012"], False),
        (["03/04/2024", "13/04/2024"], False),
        (["03/04/2024", "04/13/2024"], False),
        (["2024-03-04"], False),
        (["03.04.2024"], False),
        (["red"], False),
        ([], False),
    ],
)
def test_dates_that_can_be_read_in_two_ways_are_told(texts, is_ambiguous):
    assert are_ambiguous(texts) is is_ambiguous


def series_of(values, name="day", others=None, header=None) -> str:
    rows = [f"{value},{100 + n % 7 + n / 64}" for n, value in enumerate(values)]
    return "\n".join([header or f"{name},y", *rows])


def months(form: str) -> list[str]:
    return [datetime(2015 + n // 12, n % 12 + 1, 1, tzinfo=UTC).strftime(form) for n in range(N)]


def test_days_and_months_are_asked_about_and_read_as_answered(tmp_path):
    content = series_of(months("%d/%m/%Y"))
    with pytest.raises(DatasetInvalid, match="such as 01/01/2015, can be read in two ways: choose whether"):
        described(tmp_path, content, task="forecast", roles={"day": "time"})

    upload, _ = described(tmp_path, content, task="forecast", roles={"day": "time"}, date_first="day")
    assert upload.read().y.tolist() == [100 + n % 7 + n / 64 for n in range(N)]
    with pytest.raises(DatasetInvalid, match="There is no row between day"):
        described(tmp_path, content, task="forecast", roles={"day": "time"}, date_first="month")
    with pytest.raises(DatasetInvalid, match="There is no row between day"):  # as it always was
        described(tmp_path, content, task="forecast", roles={"day": "time"}, edition=FIRST_EDITION)


def test_a_model_reads_dates_in_the_form_of_its_training_file(tmp_path):
    upload, _ = described(
        tmp_path, series_of(months("%d/%m/%Y")), task="forecast", roles={"day": "time"}, date_first="day"
    )
    columns, rows = upload.read().x, np.arange(N)
    encoding = TableEncoding.fit(columns, rows)
    reading = json.loads(json.dumps({"encoding": encoding.to_json_list()}))
    given = [{"day": day, "y": str(100 + n % 7 + n / 64)} for n, day in enumerate(months("%d/%m/%Y"))]

    assert predict.sort_by_date(given[::-1], predict.date_notation(reading)) == given
    assert np.allclose(predict.encode_series(reading, given), encoding.encode(columns, rows), atol=1e-6)


def test_a_day_and_its_time_in_two_columns_are_one_time(tmp_path):
    hours = [DAY.replace(minute=0) + timedelta(hours=n) for n in range(N)]
    rows = [f"{hour:%d.%m.%Y},{hour:%H:%M},{n + n % 5}" for n, hour in enumerate(hours)]
    upload, _ = described(tmp_path, "\n".join(["date,time,load", *rows]))

    assert upload.recipe.task == "forecast"
    assert upload.recipe.columns_as("time") == ["date", "time"]
    assert upload.recipe.season == 24
    assert upload.read().y.tolist() == [n + n % 5 for n in range(N)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("timestamp", [1_700_000_000 + 3600 * n for n in range(N)]),
        ("time", [(1_700_000_000 + 3600 * n) * 1000 for n in range(N)]),
        ("date", [f"{datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=n):%Y%m%d}" for n in range(N)]),
        ("year", list(range(1950, 1950 + N))),
        ("quarter", [f"{2000 + n // 4}-Q{n % 4 + 1}" for n in range(N)]),
        ("month", months("%b %Y")),
    ],
)
def test_other_ways_to_say_when_a_row_was_make_a_series(tmp_path, name, values):
    upload, _ = described(tmp_path, series_of(values, name))

    assert (upload.recipe.task, upload.recipe.roles[name]) == ("forecast", "time")
    has_season = "season, sine" in [column.name for column in upload.read().x]
    assert has_season == (name != "year")


def found(folder, content: str) -> Findings:
    return read_table(written(folder, content), folder)


def test_a_date_alone_splits_no_table_by_time(tmp_path):
    days = [f"{DAY + timedelta(days=n * n):%Y-%m-%d}" for n in range(N)]
    findings = found(tmp_path, table(N, day=days, y=[("a", "b")[n % 2] for n in range(N)]))
    recipe, guess = guess_recipe(findings), table_guess(findings)[2]["day"]

    assert (recipe.task, recipe.target, recipe.roles["day"]) == ("classification", "y", "left out")
    assert "split at random" in guess.reason
    assert guess.instead == "time"


def test_dates_at_uneven_steps_make_no_series(tmp_path):
    days = [f"{DAY + timedelta(days=n**3 % 4001):%Y-%m-%d}" for n in range(N)]
    prices = [100 + n * 7 % 31 + n / 64 for n in range(N)]

    content = table(N, day=days, price=prices).replace(",y,", ",kind,", 1)
    recipe = guess_recipe(found(tmp_path, content))

    assert (recipe.task, recipe.target, recipe.roles["day"]) == ("regression", "price", "left out")
