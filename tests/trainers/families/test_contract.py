"""What every trainer and every preset owes the pages and the sampler."""

import pytest

from optimizer import SearchSpace
from trainers.base import TrainerInfo
from trainers.datasets.registry import datasets
from trainers.errors import ParamsInvalid
from trainers.presets import Preset, preset, presets
from trainers.registry import trainer_info, trainer_infos
from trainers.space import space_json
from trainers.testing import DECLARATION_CHECKS

TRAINERS = trainer_infos()
every_trainer = pytest.mark.parametrize("info", TRAINERS, ids=lambda info: info.name)
every_preset = pytest.mark.parametrize("one", presets(), ids=lambda one: one.name)


@every_trainer
@pytest.mark.parametrize("check", DECLARATION_CHECKS, ids=lambda check: check.__name__)
def test_every_declaration_holds_the_contract(check, info: TrainerInfo):
    check(info)


@every_trainer
def test_a_study_searches_a_handful_of_knobs_by_default(info: TrainerInfo):
    assert 6 <= sum(knob.is_searched for knob in info.knobs) <= 9


@every_trainer
def test_the_trainer_is_compatible_with_a_dataset(info: TrainerInfo):
    assert any(info.is_compatible_with(dataset) for dataset in datasets(""))


@pytest.mark.parametrize("name", ["mlp", "mlp_regressor"])
def test_a_perceptron_has_more_than_sixty_knobs(name: str):
    assert len(trainer_info(name).knobs) > 60


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
    assert len(SearchSpace.from_json(space)) == len(space["params"])


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
    with pytest.raises(ParamsInvalid, match="Choose one of mlp"):
        trainer_info("svm")
    with pytest.raises(ParamsInvalid, match="Choose one of classic, quick"):
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
