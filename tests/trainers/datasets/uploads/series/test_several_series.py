"""Several series in one file: windows stay inside of one, and all are split at the same times."""

import json

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from trainers.base import Budget, Objective
from trainers.datasets.base import TestPart
from trainers.datasets.registry import load_dataset, load_test_part
from trainers.datasets.splits import Split
from trainers.datasets.uploads.guesses.guess import guess_recipe
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid
from trainers.families.series import FORECASTER, window_starts
from trainers.portable import predict
from trainers.testing import RecordingReporter

N = 100
DAYS = [str(np.datetime64("2024-01-01") + n) for n in range(N)]
STORES = {"Bonn": 1_000, "Aachen": 5_000, "Celle": 9_000}


def sales(day: int, store: str) -> str:
    return f"{STORES[store] + day}"


def by_day(stores=STORES) -> str:
    rows = [f"{day},{store},{sales(n, store)}" for n, day in enumerate(DAYS) for store in stores]
    return "\n".join(["day,store,sold", *rows])


def by_store(starts=None) -> str:
    """Each store's rows after the other's; `starts` are the first days of some."""
    rows = [
        f"{day},{store},{sales(n, store)}"
        for store in STORES
        for n, day in enumerate(DAYS)
        if n >= (starts or {}).get(store, 0)
    ]
    return "\n".join(["day,store,sold", *rows])


ROLES = {"task": "forecast", "target": "sold", "roles": {"day": "time", "store": "group"}}


def loaded(tmp_path, content, split=Split(), **changes):  # noqa: B008 (frozen)
    upload, _ = described(tmp_path, content, **{**ROLES, **changes})
    cache = str(tmp_path / "cache")
    data = load_dataset(upload.info.name, "", cache, split, upload=upload)
    return upload, data, load_test_part(upload.info.name, "", cache, split, upload=upload)


def store_of(values) -> set[int]:
    return {int(value) // 1_000 for value in np.ravel(values)}


@pytest.mark.parametrize("content", [by_day(), by_store()])
def test_all_series_are_split_at_the_same_times(tmp_path, content):
    upload, data, test = loaded(tmp_path, content)

    assert (upload.info.n_series, upload.info.series_columns) == (3, ("store",))
    assert data.facts.series_rows == ((60, 20, 20),) * 3
    parts = (data.y_train, data.y_validation, test.y)
    for part, days in zip(parts, (range(60), range(60, 80), range(80, 100)), strict=True):
        wanted = [float(sales(day, store)) for store in sorted(STORES) for day in days]
        assert np.asarray(part).tolist() == wanted


def test_a_series_that_begins_late_is_split_at_the_times_of_the_others(tmp_path):
    _, data, _ = loaded(tmp_path, by_store({"Celle": 70}))

    assert data.facts.series_rows == ((60, 20, 20), (60, 20, 20), (0, 10, 20))


@pytest.mark.parametrize("window", [1, 7, 20])
@pytest.mark.parametrize("is_test", [False, True])
def test_no_window_reaches_from_one_series_into_another(tmp_path, window, is_test):
    _, data, test = loaded(tmp_path, by_store({"Celle": 30}), season=7)
    measured = data.measured_on(test) if is_test else data
    plan = FORECASTER.plan(FORECASTER.info.complete_params({"window": window, "horizon": 5}), measured)
    n_seen = 0
    scale, mean = data.facts.y_scale, data.facts.y_mean
    for rows, n in ((plan.train, plan.train.n), (plan.validation, plan.validation.n)):
        numbers = np.arange(n)
        past = np.asarray(rows.inputs(numbers)[0])[:, :, 0].astype(np.float64) * scale + mean
        ahead = np.asarray(rows.targets(numbers), dtype=np.float64)
        steps = np.diff(np.round(np.hstack([past, ahead]), 1), axis=1)
        assert np.allclose(steps, 1, atol=0.5)  # one more each day, thousands more between stores
        n_seen += n
    n_days = (80, 80, 50) if is_test else (60, 60, 30)
    assert plan.train.n == sum(n - window - 4 for n in n_days)
    assert plan.validation.n == 3 * 16
    assert n_seen == plan.train.n + plan.validation.n


def test_a_series_too_short_for_a_window_has_none_and_the_others_keep_theirs():
    train, validation, tails = window_starts(((20, 5, 0), (3, 5, 0), (10, 1, 0)), 5, 5, 2)

    assert train.tolist() == [*range(5, 19), *range(28, 32)]
    assert tails == [5, 3, 5]
    assert validation.tolist() == [5, 6, 7, 8]


def test_folds_follow_the_times_of_all_series(tmp_path):
    split = Split(n_folds=3, fold=1)
    _, data, _ = loaded(tmp_path, by_store(), split)

    counts = np.array(data.facts.series_rows)
    assert (counts == counts[0]).all()
    latest = max(float(value) % 1_000 for value in data.y_train)
    assert all(float(value) % 1_000 > latest for value in data.y_validation)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (by_store().replace("2024-02-10,Bonn", "2024-02-10,"), "store is empty"),
        (by_store().replace("2024-02-10,Bonn,1040\n", ""), "no row between day of Bonn 2024-02-09"),
        (by_store() + "\n2024-01-05,Bonn,7", "day of Bonn is '2024-01-05' in two different rows"),
    ],
)
def test_gaps_and_repeats_are_said_with_their_series(tmp_path, content, words):
    with pytest.raises(DatasetInvalid, match=words):
        described(tmp_path, content, **ROLES)


def test_two_columns_may_name_a_series(tmp_path):
    rows = [f"{day},{shop},{item},{n % 9 + shop * 10}.5" for shop in (1, 2) for item in "ab"
            for n, day in enumerate(DAYS)]  # fmt: skip
    content = "\n".join(["date,shop,item,sales", *rows])
    recipe = guess_recipe(read_table(written(tmp_path, content), tmp_path))
    assert (recipe.task, recipe.target, recipe.season) == ("forecast", "sales", 7)
    assert dict(recipe.roles) == {"date": "time", "shop": "group", "item": "group", "sales": "number"}

    upload, _ = described(tmp_path, content)
    assert upload.info.n_series == 4


@pytest.mark.parametrize("content", [by_day(), by_store(), by_store().replace("store", "name")])
def test_series_are_found_out(tmp_path, content):
    recipe = guess_recipe(read_table(written(tmp_path, content), tmp_path))

    assert (recipe.task, recipe.target) == ("forecast", "sold")
    assert recipe.columns_as("group") == [name for name in recipe.roles if name in {"store", "name"}]


def test_a_table_with_dates_that_repeat_is_no_series(tmp_path):
    rng = np.random.default_rng(0)
    rows = [f"{DAYS[rng.integers(N)]},{rng.choice(['a', 'b', 'c'])},{rng.normal():.3f}" for _ in range(400)]
    recipe = guess_recipe(read_table(written(tmp_path, "\n".join(["day,kind,price", *rows])), tmp_path))

    assert recipe.task == "regression"


@pytest.mark.slow
def test_series_are_trained_tested_and_forecast_each(tmp_path):
    _, data, test = loaded(tmp_path, by_store(), season=7)
    assert isinstance(test, TestPart)
    path = tmp_path / "kept" / "model.keras"
    result = FORECASTER(
        {"window": 14, "horizon": 3, "learning_rate": 0.01},
        data,
        Budget(20),
        RecordingReporter(),
        seed=1,
        objective=Objective("val_mae", "minimize"),
        model_path=path,
        test=test,
    )
    assert result.metrics["val_mae"] < 1_500
    # one more each day: the last value is closer than the last week, which is 7 away
    assert result.metrics["val_naive_mae"] == pytest.approx(2)

    reading = json.loads(path.with_suffix(".json").read_text())
    rows = predict.parse_csv(by_day())
    ahead = [str(np.datetime64(DAYS[-1]) + n) for n in (1, 2, 3)]
    extra = [{"day": day, "store": store, "sold": ""} for day in ahead for store in STORES]
    inputs = predict.next_windows(reading, [*rows, *extra])
    outputs = predict.predict_rows(predict.load_network(path.parent, reading), reading, inputs)

    assert outputs.shape == (3, 3)
    for store, forecast in zip(STORES, outputs, strict=True):
        assert abs(forecast.mean() - STORES[store] - 100) < 3_000
