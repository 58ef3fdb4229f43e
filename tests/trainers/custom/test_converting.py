"""Files of Hyperas and Talos become model files that can be read and run."""

import pytest
from django.core.management import CommandError, call_command

from trainers.custom.converting import convert_tuning_file
from trainers.custom.model_file import read_model_file
from trainers.custom.user_code import CodeInvalid

HYPERAS = """
from hyperas import optim
from hyperas.distributions import choice, uniform
from hyperopt import Trials, STATUS_OK, tpe


def data():
    return [1.0, 2.0], [3.0]


def Dropout(rate):
    return rate


def create_model(x_train, x_test):
    # the comment stays
    total = Dropout({{uniform(0, 1)}}) + Dropout({{uniform(0.5, 1)}}) + sum(x_train)
    if {{choice(['three', 'four'])}} == 'four':
        total += 100
    total += dict(batch_size={{choice([64, 128])}})['batch_size']
    return {'loss': -total, 'status': STATUS_OK, 'model': object()}


if __name__ == '__main__':
    best_run, best_model = optim.minimize(model=create_model, data=data, algo=tpe.suggest, max_evals=5)
"""
TALOS = """
import talos

x, y = [[1.0], [2.0], [3.0], [4.0]], [1, 2, 3, 4]


def train(x_train, y_train, x_val, y_val, params):
    class History:
        history = {"val_loss": [params["lr"] * params["units"] + len(x_val)]}
    return History, None


p = {"lr": (0.5, 1.5, 2), "units": [8, 16], "size": (0, 10, 5)}
scan = talos.Scan(x=x, y=y, params=p, model=train, experiment_name="one")
print(scan.data)
"""


def test_templates_of_hyperas_become_params_that_are_named_after_their_places():
    text = convert_tuning_file(HYPERAS)
    assert "# the comment stays" in text
    assert "hyperas" not in text.partition("\n")[2]
    file = read_model_file(text)
    assert file.search_space.names == ("Dropout", "Dropout_1", "choice", "batch_size")
    assert file.search_space["batch_size"].distribution.choices == (64, 128)
    params = {"Dropout": 0.25, "Dropout_1": 0.75, "choice": "four", "batch_size": 64}
    assert file.function(file.point_of(params))["loss"] == -(0.25 + 0.75 + 3 + 100 + 64)


def test_a_scan_of_talos_becomes_an_objective():
    file = read_model_file(convert_tuning_file(TALOS))
    choices = {param.name: param.distribution.choices for param in file.search_space}
    assert choices == {"lr": (0.5, 1.0), "units": (8, 16), "size": (0, 2, 4, 6, 8)}
    assert (file.goal().metric, file.goal().direction) == ("val_loss", "minimize")
    result = file.function(file.point_of({"lr": 0.5, "units": 8, "size": 2}))
    assert result["val_loss"] == 0.5 * 8 + 2, "three tenths of four rows, rounded up, validate"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1", r"Only files of Hyperas \(with {{...}}\) and Talos"),
        (HYPERAS.replace("optim.minimize", "optim.best"), "does not call optim.minimize"),
        (HYPERAS.replace("{{uniform(0, 1)}}", "{{gamma(0, 1)}}"), "is not one of Hyperas' distributions"),
        (HYPERAS.replace("{{uniform(0, 1)}}", "{{uniform(0, }}"), "is not a call of Hyperas"),
        (HYPERAS.replace("model=create_model", "model=other"), "The file has no function other"),
        (HYPERAS.replace("def create_model(x_train, x_test)", "def create_model()"), "takes no arguments"),
        (HYPERAS.replace("def data():", "def data(:"), "^Line 7: invalid syntax"),
        (TALOS.replace("talos.Scan", "talos.Other"), "does not call talos.Scan"),
        (TALOS.replace("params=p, ", ""), "talos.Scan lacks params"),
        (TALOS.replace("[8, 16]", "make()"), "units must be a list, or a tuple of low, high and steps"),
        (TALOS.replace("params=p", "params=make()"), "must be a dict that the file writes out"),
        (
            TALOS.replace("import talos", "import talos\nfrom talos.utils import lr_normalizer").replace(
                'params["lr"] *', 'lr_normalizer(params["lr"]) *'
            ),
            "^Line 10: lr_normalizer is Talos' own",
        ),
    ],
)
def test_what_cannot_be_converted_gets_a_sentence(source, words):
    with pytest.raises(CodeInvalid, match=words):
        convert_tuning_file(source)


def test_the_command_writes_a_new_file_only(tmp_path, capsys):
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    old.write_text(TALOS)
    call_command("convert_tuning_file", str(old), str(new))
    assert "Read it, then load it as a custom model" in capsys.readouterr().out
    assert read_model_file(new.read_text()).name == "objective"
    with pytest.raises(CommandError, match="already exists"):
        call_command("convert_tuning_file", str(old), str(new))
    with pytest.raises(CommandError, match="nothing"):
        call_command("convert_tuning_file", str(tmp_path / "nothing.py"), str(tmp_path / "other.py"))
