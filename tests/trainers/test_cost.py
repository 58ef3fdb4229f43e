"""What is found out about a search space before a study of it."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.trainers.datasets.uploads.made import described
from tests.trainers.sources import series
from trainers.costs.estimate import CostUnknown, measure
from trainers.costs.extremes import default_point, extreme_point
from trainers.registry import compatible_trainers, trainer_info
from trainers.space import KnobSetting, space_json

MLP = trainer_info("mlp")


def space(info=MLP, **settings: KnobSetting) -> dict[str, Any]:
    """All knobs fixed but those that are set otherwise."""
    fixed = {knob.name: KnobSetting.fixed(knob.default) for knob in info.knobs}
    return space_json(info, fixed | settings)


def searched(low: int, high: int) -> KnobSetting:
    return KnobSetting.search({"type": "int", "low": low, "high": high})


LAYERS = {"n_layers": searched(1, 2), "units_1": searched(8, 32), "units_2": searched(8, 64)}


def n_units(point) -> int:
    return sum(value for name, value in point.items() if name.startswith("units_"))


def extreme(of, size, *, direction, n_times=100):
    times = iter(range(n_times))
    has_time = lambda: next(times, None) is not None  # noqa: E731
    return extreme_point(MLP, of, size, direction=direction, has_time=has_time)


def test_the_ends_of_a_space_are_its_smallest_and_its_largest_network():
    assert n_units(extreme(space(**LAYERS), n_units, direction="minimize")) == 8
    assert n_units(extreme(space(**LAYERS), n_units, direction="maximize")) == 32 + 64


def test_which_end_makes_a_network_larger_is_found_by_counting():
    def shrinking(point):
        return 1_000 - n_units(point)

    assert n_units(extreme(space(**LAYERS), shrinking, direction="maximize")) == 8
    assert n_units(extreme(space(**LAYERS), shrinking, direction="minimize")) == 32 + 64


def test_a_choice_is_tried_out():
    of = space(optimizer=KnobSetting.search({"type": "categorical", "choices": ["sgd", "adam", "lion"]}))
    found = extreme(
        of, lambda point: {"sgd": 1, "adam": 3, "lion": 2}[point["optimizer"]], direction="maximize"
    )
    assert found["optimizer"] == "adam"
    assert "beta_1" in found
    assert "momentum" not in found


def test_points_of_which_nothing_can_be_built_are_passed_over():
    def up_to_40(point):
        return n_units(point) if n_units(point) <= 40 else None

    assert n_units(extreme(space(**LAYERS), up_to_40, direction="maximize")) == 32


def test_the_search_for_the_ends_ends_in_time():
    sizes = []
    extreme(space(**LAYERS), lambda point: sizes.append(1) or n_units(point), direction="maximize", n_times=2)
    assert len(sizes) <= 3


def test_a_default_outside_the_space_gives_way_to_the_closest_value():
    point = default_point(MLP, space(n_layers=KnobSetting.fixed(1), units_1=searched(8, 16)))
    assert point["units_1"] == 16
    assert MLP.complete_params(point)


@pytest.mark.slow
def test_networks_are_counted_and_timed(cache_dir):
    found = measure(
        trainer="mlp",
        space=space(
            n_layers=KnobSetting.fixed(1), batch_norm=KnobSetting.fixed(False), units_1=searched(8, 16)
        ),
        dataset="digits",
        upload=None,
        data_dir="",
        cache_dir=cache_dir,
        threads=1,
    )
    assert found["smallest"]["n_parameters"] == 64 * 8 + 8 + 8 * 10 + 10
    assert found["default"]["n_parameters"] == found["largest"]["n_parameters"] == 64 * 16 + 16 + 16 * 10 + 10
    for network in (found["smallest"], found["largest"], *found["sampled"]):
        assert 0 < network["epoch_seconds"] < 60
        assert network["start_seconds"] > 0


@pytest.mark.slow
def test_networks_for_an_upload_are_timed(tmp_path, cache_dir):
    upload, _ = described(tmp_path, series(120))
    (info, *_) = compatible_trainers(upload.info)
    request = {
        "trainer": info.name,
        "space": space(info),
        "dataset": upload.info.name,
        "data_dir": "",
        "cache_dir": cache_dir,
        "threads": 1,
    }
    found = measure(**request, upload=upload.to_json_dict())
    assert found["default"]["epoch_seconds"] > 0

    with pytest.raises(CostUnknown, match="nothing"):
        measure(**request | {"dataset": "nothing"}, upload=None)


@pytest.mark.slow
def test_what_else_the_machine_does_during_one_epoch_does_not_count(monkeypatch):
    from trainers.costs import timing

    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(timing, "time", SimpleNamespace(monotonic=lambda: clock.now))
    timer = timing._StepTimer()
    timer.set_model(SimpleNamespace(stop_training=False))
    for epoch, seconds_per_step in enumerate((0.3, 0.01, 0.2)):  # compiles; undisturbed; disturbed
        timer.on_epoch_begin(epoch)
        for batch in range(10):
            timer.on_train_batch_begin(batch)
            clock.now += seconds_per_step / (1 if batch else 10)
            timer.on_train_batch_end(batch)
        clock.now += seconds_per_step
        timer.on_epoch_end(epoch)

    found = timer.extrapolate(began=0.0, n_batches=100, validation_factor=1.0, n_validation_batches=10)

    assert found.epoch_seconds == pytest.approx(0.001 + 99 * 0.01 + 0.01)
