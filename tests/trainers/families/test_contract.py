"""What every trainer and every preset owes the pages and the sampler."""

import json
from typing import Any

import pytest

from trainers.base import Knob, TrainerInfo
from trainers.datasets.registry import datasets
from trainers.errors import ParamsInvalid
from trainers.presets import Preset, preset, presets
from trainers.registry import trainer_info, trainer_infos
from trainers.space import KnobSetting, space_json

TRAINERS = trainer_infos()
KNOBS = [pytest.param(info, knob, id=f"{info.name}-{knob.name}") for info in TRAINERS for knob in info.knobs]
every_trainer = pytest.mark.parametrize("info", TRAINERS, ids=lambda info: info.name)
every_knob = pytest.mark.parametrize(("info", "knob"), KNOBS)
every_preset = pytest.mark.parametrize("one", presets(), ids=lambda one: one.name)


def search_space(raw: dict[str, Any]) -> Any:
    optimizer = pytest.importorskip("optimizer", exc_type=ImportError)
    if not hasattr(optimizer, "SearchSpace"):
        pytest.skip("optimizer has no SearchSpace yet")
    return optimizer.SearchSpace.from_json(raw)


@every_trainer
def test_knob_names_are_unique(info: TrainerInfo):
    names = [knob.name for knob in info.knobs]
    assert len(set(names)) == len(names)


@every_trainer
def test_knobs_of_a_group_stand_together(info: TrainerInfo):
    in_groups = [knob for knobs in info.groups().values() for knob in knobs]
    assert in_groups == list(info.knobs)


@every_trainer
def test_a_study_searches_a_handful_of_knobs_by_default(info: TrainerInfo):
    assert 6 <= sum(knob.is_searched for knob in info.knobs) <= 9


@every_trainer
def test_an_objective_is_a_metric_of_the_validation_part(info: TrainerInfo):
    objectives = [metric for metric in info.metrics if metric.is_objective]
    assert objectives
    assert all(metric.name.startswith("val_") for metric in objectives)


@every_trainer
def test_the_trainer_fits_a_dataset(info: TrainerInfo):
    assert any(info.is_compatible_with(dataset) for dataset in datasets(""))


@pytest.mark.parametrize("name", ["mlp", "mlp_regressor"])
def test_a_perceptron_has_more_than_sixty_knobs(name: str):
    assert len(trainer_info(name).knobs) > 60


@every_knob
def test_the_default_is_inside_the_limits(info: TrainerInfo, knob: Knob):
    assert knob.check_value(knob.default) is None


@every_knob
def test_the_default_distribution_is_inside_the_limits(info: TrainerInfo, knob: Knob):
    assert knob.check_distribution(knob.distribution) is None


@every_knob
def test_the_default_distribution_is_one_of_the_optimizers(info: TrainerInfo, knob: Knob):
    space = search_space({"version": 1, "params": [{"name": knob.name, **knob.distribution}]})
    assert space.names == (knob.name,)


@every_knob
def test_the_texts_are_sentences(info: TrainerInfo, knob: Knob):
    assert knob.help.endswith(".")
    assert knob.label
    assert knob.group


@every_knob
def test_the_parent_comes_before_and_allows_the_values(info: TrainerInfo, knob: Knob):
    if knob.when is None:
        return
    parent, values = knob.when
    names = [other.name for other in info.knobs]
    assert names.index(parent) < names.index(knob.name)
    assert values
    assert all(info.knob(parent).check_value(value) is None for value in values)


@every_trainer
def test_defaults_are_complete_params(info: TrainerInfo):
    params = info.complete_params({})
    assert info.complete_params(params) == params
    assert all(knob.name in params for knob in info.knobs if knob.when is None)


@every_trainer
def test_the_default_space_is_accepted_and_its_points_are_params(info: TrainerInfo):
    np = pytest.importorskip("numpy")
    space = search_space(json.loads(json.dumps(space_json(info, {}))))
    rng = np.random.default_rng(0)
    for _ in range(50):
        params = space.sample(rng)
        assert info.complete_params(params) == pytest.approx(params)


@every_trainer
def test_everything_can_be_searched_at_once(info: TrainerInfo):
    settings = {knob.name: KnobSetting.search(knob.distribution) for knob in info.knobs}
    assert len(search_space(space_json(info, settings))) > 6


@every_trainer
def test_unknown_and_wrong_params_are_refused(info: TrainerInfo):
    with pytest.raises(ParamsInvalid, match="no knob named 'nonsense'"):
        info.complete_params({"nonsense": 1})
    for knob in info.knobs:
        with pytest.raises(ParamsInvalid, match=knob.name):
            info.complete_params({**_parents(info, knob), knob.name: "nonsense"})


def _parents(info: TrainerInfo, knob: Knob) -> dict[str, Any]:
    return {} if knob.when is None else {knob.when[0]: knob.when[1][0]}


@every_preset
def test_a_preset_is_a_study_that_can_run(one: Preset):
    info = trainer_info(one.trainer)
    space = space_json(info, one.knobs)
    assert any(param["type"] != "constant" for param in space["params"])
    metric = info.metric(one.objective)
    assert metric.is_objective
    assert metric.direction == one.direction
    assert one.max_epochs >= 1
    assert one.max_trials >= 1
    known = {dataset.name: dataset for dataset in datasets("")}
    assert all(info.is_compatible_with(known[name]) for name in one.datasets)
    assert any(known[name].is_available for name in one.datasets)
    assert len(search_space(space)) == len(space["params"])


def test_the_classic_searches_exactly_its_three_knobs():
    space = space_json(trainer_info("mlp"), preset("classic").knobs)
    searched = {param["name"]: param for param in space["params"] if param["type"] != "constant"}
    assert set(searched) == {"activation_1", "pre_dropout_2", "dropout_2"}
    assert searched["activation_1"]["choices"] == ["tanh", "relu"]
    fixed = {param["name"]: param["value"] for param in space["params"] if param["type"] == "constant"}
    assert (fixed["units_1"], fixed["units_2"], fixed["batch_size"]) == (512, 1000, 32)
    assert not any("when" in param for param in space["params"])
    assert not {"momentum", "weight_decay", "units_3"} & set(fixed)


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(ParamsInvalid, match="there are mlp"):
        trainer_info("svm")
    with pytest.raises(ParamsInvalid, match="there are classic, quick"):
        preset("slow")


def test_params_of_earlier_studies_still_mean_the_same():
    """What studies of the first trainer stored: names are there, and what was left open changes nothing."""
    layer = {"units_1": 512, "activation_1": "tanh", "pre_dropout_1": 0.1, "dropout_1": 0.2}
    stored = {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.5, "n_layers": 1, "batch_norm": True}
    params = {**stored, **layer, "batch_size": 64, "patience": 3}
    complete = trainer_info("mlp").complete_params(params)
    assert {name: complete[name] for name in params} == params
    new = {
        "nesterov": False,
        "clipping": "none",
        "schedule": "constant",
        "batch_norm_1": False,
        "l2_1": 0.0,
        "initializer_1": "glorot_uniform",  # Keras' own
        "label_smoothing": 0.0,
        "class_weights": "none",
    }
    assert {name: value for name, value in complete.items() if name not in params} == new
