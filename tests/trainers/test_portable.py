"""A kept model answers as it did in its training, by the script that goes with it and nothing of ours."""

import base64
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainers.sources import table
from tests.trainers.test_every_trainer import run
from tests.trainers.uploads.made import described
from tests.trainers.uploads.test_real_fits import TEXTS
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.portable import predict as portable
from trainers.predicting import PredictionRefused, predict
from trainers.registry import trainer_info

pytestmark = pytest.mark.slow


def kept(tmp_path, trainer, data):
    """A model of one epoch and how it is read."""
    path = tmp_path / "kept" / "model.keras"
    run(trainer_info(trainer), data, model_path=path)
    return path, json.loads(path.with_suffix(".json").read_text())


def uploaded(tmp_path, content, **changes):
    upload, _ = described(tmp_path, content, **changes)
    return upload, load_dataset(upload.info.name, "", str(tmp_path / "cache"), Split(), upload=upload)


def script(folder: Path, file: Path) -> list[str]:
    """What predict.py prints, run with nothing of ours on the path."""
    shutil.copy(portable.__file__, folder / "predict.py")
    (folder / "model.json").rename(folder / "reading.json")
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "predict.py"), str(file)],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return done.stdout.strip().splitlines()


def network_of(path):
    import keras

    return keras.saving.load_model(path, compile=False)


def test_rows_of_a_table_are_read_as_in_training(tmp_path):
    content = table(60, size=["" if n == 7 else f"{n / 3:.4f}" for n in range(60)])
    upload, data = uploaded(tmp_path, content)
    path, reading = kept(tmp_path, "mlp", data)
    rows = list(csv.DictReader(io.StringIO(content)))

    ours = portable.encode_rows(reading, rows)

    theirs = np.concatenate([data.x_train, data.x_validation])
    assert {tuple(row) for row in theirs.tolist()} <= {tuple(row) for row in ours.tolist()}
    answer = predict(path, reading, {"row": rows[0]})
    expected = network_of(path).predict(ours[:1], verbose=0)[0]
    assert answer["probabilities"]["no"] == pytest.approx(float(expected[0]), rel=1e-5)
    assert answer["class"] == upload.info.class_names[int(np.argmax(expected))]
    with pytest.raises(PredictionRefused, match="size must be a number, not 'tall'"):
        predict(path, reading, {"row": {"size": "tall"}})
    (tmp_path / "rows.csv").write_text(content)
    lines = script(path.parent, tmp_path / "rows.csv")
    assert len(lines) == 60
    assert lines[0].split()[0] == answer["class"]


def test_a_number_is_answered_in_its_own_unit(tmp_path):
    content = table(60, price=[str(1000 + n) for n in range(60)])
    _, data = uploaded(tmp_path, content, target="price", task="regression")
    path, reading = kept(tmp_path, "mlp_regressor", data)
    assert 500 < predict(path, reading, {"row": {"size": "10", "colour": "blue"}})["value"] < 2000


def test_pictures_are_brought_to_the_size_of_the_network(tmp_path):
    data = load_dataset("digits", "", str(tmp_path / "cache"), Split())
    path, reading = kept(tmp_path, "cnn", data)
    file = io.BytesIO()
    pixels = (data.x_train[0] * (255 / 16)).round().astype(np.uint8)
    Image.fromarray(np.kron(pixels, np.ones((8, 8), np.uint8))).save(file, "PNG")

    again = portable.encode_picture(reading, file.getvalue())

    assert np.abs(again[0].astype(int) - data.x_train[0]).max() <= 4  # smoothed at its edges, of 16
    answer = predict(path, reading, {"picture": base64.b64encode(file.getvalue()).decode()})
    assert set(answer["probabilities"]) == set("0123456789")
    with pytest.raises(PredictionRefused, match="This is no picture"):
        predict(path, reading, {"picture": base64.b64encode(b"nothing").decode()})


def test_texts_get_the_same_word_numbers(tmp_path):
    _, data = uploaded(tmp_path, "\n".join(["label\ttext", *TEXTS]))
    path, reading = kept(tmp_path, "text", data)

    from trainers.datasets.texts import unpack_texts
    from trainers.text import word_numbers

    values = trainer_info("text").complete_params({})
    texts = unpack_texts(data.x_validation)
    assert np.array_equal(portable.encode_texts(reading, texts), word_numbers(values, data)[1])
    assert predict(path, reading, {"text": "something else"})["class"] in {"ham", "spam"}
