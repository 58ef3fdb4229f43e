import pytest

from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info
from trainers.space import KnobSetting, space_json

MLP = trainer_info("mlp")


def params_of(**settings: KnobSetting) -> dict[str, dict[str, object]]:
    return {param["name"]: param for param in space_json(MLP, settings)["params"]}


def test_layers_that_a_fixed_depth_never_reaches_are_left_out():
    params = params_of(n_layers=KnobSetting.fixed(2))
    assert "units_2" in params
    assert "units_3" not in params
    assert "when" not in params["units_2"]


def test_layers_of_a_searched_depth_hang_on_the_depths_that_can_occur():
    params = params_of(n_layers=KnobSetting.search({"type": "int", "low": 2, "high": 3}))
    assert "when" not in params["units_2"]
    assert params["units_3"]["when"] == {"parent": "n_layers", "in": [3]}
    assert "units_4" not in params


def test_a_step_skips_depths():
    params = params_of(n_layers=KnobSetting.search({"type": "int", "low": 1, "high": 4, "step": 2}))
    assert params["units_2"]["when"] == {"parent": "n_layers", "in": [3]}


def test_knobs_of_an_optimizer_hang_on_it():
    searched = KnobSetting.search({"type": "categorical", "choices": ["adam", "sgd"]})
    params = params_of(optimizer=searched)
    assert params["momentum"]["when"] == {"parent": "optimizer", "in": ["sgd"]}
    assert "weight_decay" not in params
    assert "when" not in params_of(optimizer=KnobSetting.fixed("adamw"))["weight_decay"]


@pytest.mark.parametrize(
    ("name", "setting", "error"),
    [
        ("units_9", KnobSetting.fixed(1), "no knob named 'units_9'"),
        ("units_1", KnobSetting.fixed(0), "units_1 must be at least 1"),
        ("dropout_1", KnobSetting.search({"type": "float", "low": 0, "high": 2}), "high of dropout_1"),
        ("dropout_1", KnobSetting("search"), "dropout_1"),
    ],
)
def test_a_setting_outside_its_knob_is_refused(name: str, setting: KnobSetting, error: str):
    with pytest.raises(ParamsInvalid, match=error):
        space_json(MLP, {name: setting})
