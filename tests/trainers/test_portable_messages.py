"""What the script of a downloaded model says about a wrong call or file, before it loads Keras."""

import json
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from trainers.portable import predict as portable

READING = {
    "kind": "table",
    "encoding": [
        {"name": "size", "type": "number", "median": 1, "mean": 0, "scale": 1, "is_marked": False},
        {"name": "colour", "type": "category", "known": ["red", "blue"], "has_other": False},
    ],
    "classes": [],
}


def call(folder, monkeypatch, *arguments):
    """Run predict.py as a person does; return what it ends with."""
    shutil.copy(portable.__file__, folder / "predict.py")
    shutil.copy(Path(portable.__file__).with_name("dates.py"), folder)
    (folder / "reading.json").write_text(json.dumps(READING))
    monkeypatch.setattr(sys, "argv", ["predict.py", *arguments])
    monkeypatch.setitem(sys.modules, "keras", None)  # any import of it fails
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(folder / "predict.py"), run_name="__main__")
    return ended.value.code


@pytest.mark.parametrize("arguments", [(), ("--help",), ("one.csv", "two.csv")])
def test_a_call_without_one_file_shows_how_to_call(tmp_path, monkeypatch, arguments):
    assert "python predict.py rows.csv" in call(tmp_path, monkeypatch, *arguments)


def test_a_file_that_is_not_there_is_named(tmp_path, monkeypatch):
    assert "nothing.csv" in call(tmp_path, monkeypatch, str(tmp_path / "nothing.csv"))


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "size,colour\n", ""])
def test_a_table_without_any_column_of_the_model_is_refused(tmp_path, monkeypatch, content):
    (tmp_path / "rows.csv").write_text(content)
    assert "columns named size, colour" in call(tmp_path, monkeypatch, str(tmp_path / "rows.csv"))


def test_a_column_that_is_missing_is_told_and_counts_as_missing(tmp_path, capsys):
    (tmp_path / "rows.csv").write_text("size,color\n3,red\n")
    inputs = portable.load_inputs(READING, tmp_path / "rows.csv")
    assert inputs.tolist() == [[3, 0, 0]]
    assert "rows.csv lacks colour" in capsys.readouterr().err


def test_a_table_with_all_columns_is_read_without_a_word(tmp_path, capsys):
    (tmp_path / "rows.csv").write_text("size,colour,more\n3,red,x\n")
    assert portable.load_inputs(READING, tmp_path / "rows.csv").tolist() == [[3, 1, 0]]
    assert capsys.readouterr().err == ""


class Network:
    """Answers what a network of one or of several outputs would."""

    def __init__(self, outputs):
        self.outputs = np.array(outputs, np.float32)

    def predict(self, _inputs, verbose):
        return self.outputs


@pytest.fixture
def printed(tmp_path, monkeypatch, capsys):
    """What predict.py prints for two rows."""

    def run(outputs, *options, **changes):
        (tmp_path / "rows.csv").write_text("size,colour\n3,red\n4,blue\n")
        (tmp_path / "reading.json").write_text(json.dumps(READING | changes))
        monkeypatch.setattr(portable, "__file__", str(tmp_path / "predict.py"))
        monkeypatch.setattr(portable, "load_network", lambda *_: Network(outputs))
        monkeypatch.setattr(portable, "predict_rows", lambda network, *_: network.outputs)
        monkeypatch.setattr(sys, "argv", ["predict.py", *options, str(tmp_path / "rows.csv")])
        portable.main()
        return capsys.readouterr().out.splitlines()

    return run


def test_a_number_is_printed_once_per_row_with_the_digits_that_it_has(printed):
    outputs = [[436923.34], [0.1]]
    assert printed(outputs) == ["436923.34", "0.1"]
    assert printed(outputs, "--json") == ['{"value": 436923.34}', '{"value": 0.1}']


def test_a_class_is_printed_alone_or_with_all_probabilities(printed):
    outputs = [[0.9, 0.1], [0.25, 0.75]]
    assert printed(outputs, classes=["not yet", "yes"]) == ["not yet", "yes"]
    first, _ = (json.loads(line) for line in printed(outputs, "--json", classes=["not yet", "yes"]))
    assert first == {"class": "not yet", "probabilities": {"not yet": 0.9, "yes": 0.1}}


def test_other_outputs_are_a_list(printed):
    assert printed([[1.5, 0.1, 2], [3, 4, 5]]) == ["[1.5, 0.1, 2.0]", "[3.0, 4.0, 5.0]"]
