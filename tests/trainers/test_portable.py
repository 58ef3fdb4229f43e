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

from tests.trainers.builders import run
from tests.trainers.datasets.uploads.made import described
from tests.trainers.datasets.uploads.test_real_fits import TEXTS
from tests.trainers.outside import outside_of_parzen
from tests.trainers.sources import series, table
from trainers.datasets.registry import load_dataset, load_test_part
from trainers.datasets.splits import Split
from trainers.portable import predict as portable
from trainers.processes.prediction import PredictionRefused, predict
from trainers.registry import trainer_info

pytestmark = pytest.mark.slow


def kept(tmp_path, trainer, data, **changes):
    """A model of one epoch and how it is read."""
    path = tmp_path / "kept" / "model.keras"
    run(trainer_info(trainer), data, model_path=path, **changes)
    return path, json.loads(path.with_suffix(".json").read_text())


def uploaded(tmp_path, content, **changes):
    upload, _ = described(tmp_path, content, **changes)
    return upload, load_dataset(upload.info.name, "", str(tmp_path / "cache"), Split(), upload=upload)


def script(folder: Path, file: Path, *options: str) -> list[str]:
    """What predict.py prints, run with nothing of ours on the path."""
    shutil.copy(portable.__file__, folder / "predict.py")
    shutil.copy(Path(portable.__file__).with_name("dates.py"), folder)
    shutil.copy(folder / "model.json", folder / "reading.json")
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "predict.py"), *options, str(file)],
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
    assert lines[0] == answer["class"]
    whole = [json.loads(line) for line in script(path.parent, tmp_path / "rows.csv", "--json")]
    assert [prediction["class"] for prediction in whole] == lines
    assert whole[0]["probabilities"] == pytest.approx(answer["probabilities"], rel=1e-5)


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

    again = portable.encode_image(reading, file.getvalue())

    assert np.abs(again[0].astype(int) - data.x_train[0]).max() <= 4  # smoothed at its edges, of 16
    answer = predict(path, reading, {"picture": base64.b64encode(file.getvalue()).decode()})
    assert set(answer["probabilities"]) == set("0123456789")
    with pytest.raises(PredictionRefused, match="This is not an image"):
        predict(path, reading, {"picture": base64.b64encode(b"nothing").decode()})


def test_texts_get_the_same_word_numbers(tmp_path):
    _, data = uploaded(tmp_path, "\n".join(["label\ttext", *TEXTS]))
    path, reading = kept(tmp_path, "text", data)

    from trainers.datasets.texts import unpack_texts
    from trainers.families.text import token_ids

    values = trainer_info("text").complete_params({})
    texts = unpack_texts(data.x_validation)
    assert np.array_equal(portable.encode_texts(reading, texts), token_ids(values, data)[1])
    assert predict(path, reading, {"text": "something else"})["class"] in {"ham", "spam"}


def package(path: Path, reading) -> Path:
    """What a person gets, less the network."""
    shutil.copy(portable.__file__, path.parent / "predict.py")
    for name in ("train.py", "dates.py"):
        shutil.copy(Path(portable.__file__).with_name(name), path.parent)
    (path.parent / "network.py").write_text(reading.pop("code"))
    (path.parent / "reading.json").write_text(json.dumps(reading))
    return path.parent


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """Runs a script where nothing of ours can be imported."""
    with outside_of_parzen(tmp_path_factory.mktemp("outside")) as outside:
        yield outside.run


def trained_again(outside, folder: Path, file: Path):
    done = outside(folder / "train.py", file)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "val_loss" in done.stdout
    return network_of(folder / "trained.keras")


def shapes(network):
    return [weights.shape for weights in network.get_weights()]


@pytest.mark.parametrize(
    ("trainer", "target", "params"),
    [
        ("mlp", "answer", {"class_weights": "balanced", "schedule": "plateau", "l2_1": 0.001}),
        ("mlp_regressor", "size", {"loss": "huber", "schedule": "cosine", "optimizer": "adamw"}),
    ],
)
def test_a_network_of_a_table_is_built_and_trained_again(outside, tmp_path, trainer, target, params):
    content = table(60, size=[f"{n / 3:.4f}" for n in range(60)])
    task = "classification" if trainer == "mlp" else "regression"
    upload, data = uploaded(
        tmp_path, content, **({} if trainer == "mlp" else {"target": target, "task": task})
    )
    path, reading = kept(tmp_path, trainer, data, params=params)
    folder = package(path, reading)
    (tmp_path / "rows.csv").write_text(content)

    assert shapes(trained_again(outside, folder, tmp_path / "rows.csv")) == shapes(network_of(path))

    (tmp_path / "other.csv").write_text(content.replace(upload.info.target, "nothing", 1))
    done = outside(folder / "train.py", tmp_path / "other.csv")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith(f"a column named '{upload.info.target}'.")


def test_a_network_of_images_is_trained_again_on_an_array_and_on_pictures(outside, tmp_path):
    data = load_dataset("digits", "", str(tmp_path / "cache"), Split())
    params = {"mixup": 0.2, "flip": "horizontal", "residual": True, "n_blocks": 2}
    path, reading = kept(tmp_path, "cnn", data, params=params)
    folder = package(path, reading)
    np.savez(tmp_path / "some.npz", x=data.x_train[:200], y=data.y_train[:200])
    assert shapes(trained_again(outside, folder, tmp_path / "some.npz")) == shapes(network_of(path))

    for number in range(20):
        place = tmp_path / "pictures" / str(data.y_train[number])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.x_train[number] * 15).save(place / f"{number}.png")
    assert shapes(trained_again(outside, folder, tmp_path / "pictures")) == shapes(network_of(path))


def test_a_network_of_texts_is_trained_again(outside, tmp_path):
    content = "\n".join(["label\ttext", *TEXTS])
    _, data = uploaded(tmp_path, content)
    path, reading = kept(tmp_path, "text", data, params={"network": "gru", "bidirectional": True})
    folder = package(path, reading)
    (tmp_path / "texts.tsv").write_text(content)
    assert shapes(trained_again(outside, folder, tmp_path / "texts.tsv")) == shapes(network_of(path))


@pytest.mark.parametrize("uses_ahead", [True, False])
def test_a_series_is_forecast_and_trained_again(outside, tmp_path, uses_ahead):
    content = series(120)
    upload, data = uploaded(tmp_path, content)
    params = {"uses_ahead": uses_ahead, "network": "conv"}
    path, reading = kept(tmp_path, "forecast", data, params=params)
    folder = package(path, reading)
    header, *lines = content.strip().splitlines()
    place = header.split(",").index(upload.info.target)
    horizon = reading["forecast"]["horizon"]

    def without_target(line):
        return ",".join("" if i == place else text for i, text in enumerate(line.split(",")))

    known, ahead = lines[:-horizon], [without_target(line) for line in lines[-horizon:]]
    (tmp_path / "series.csv").write_text("\n".join([header, *known, *ahead]))
    done = outside(folder / "predict.py", tmp_path / "series.csv")
    assert done.returncode == 0, done.stderr[-2000:]
    found = [float(line) for line in done.stdout.strip().splitlines()]

    test = load_test_part(upload.info.name, "", str(tmp_path / "cache"), Split(), upload=upload)
    x = np.concatenate([data.x_train, data.x_validation, test.x])
    start, how = len(x) - horizon, reading["forecast"]
    inputs = [x[None, start - how["window"] : start]]
    if how["n_ahead"]:
        inputs.append(x[None, start:, -how["n_ahead"] :])
    assert bool(how["n_ahead"]) == uses_ahead
    expected = network_of(path).predict(inputs, verbose=0)[0]
    assert found == pytest.approx(expected.tolist(), rel=1e-4)
    pasted = "\n".join([header, *reversed(known), known[0], *ahead])  # files repeat days, in any order
    assert predict(path, reading, {"series": pasted})["values"] == pytest.approx(expected.tolist(), rel=1e-4)
    with pytest.raises(PredictionRefused, match="A forecast needs"):
        predict(path, reading, {"series": "\n".join([header, *known[:3], *ahead])})
    with pytest.raises(PredictionRefused, match="a column named"):
        predict(path, reading, {"series": "a,b\n1,2"})

    (tmp_path / "series.csv").write_text(content)
    assert shapes(trained_again(outside, folder, tmp_path / "series.csv")) == shapes(network_of(path))


@pytest.mark.parametrize(
    ("task", "written"),
    [
        ("regression", lambda n: f"{1000 + n},50 €"),
        ("regression", lambda n: f"$ {1000 + n}.50"),
        ("regression", lambda n: f"1.0{n:02},5"),
        ("forecast", lambda n: f"1.0{n:02},5 kg"),
    ],
)
def test_a_target_with_unit_and_decimal_comma_is_read_as_in_the_product(outside, tmp_path, task, written):
    days = [f"2024-01-{n + 1:02}" if n < 31 else f"2024-02-{n - 30:02}" for n in range(60)]
    lines = ["day;size;price", *(f"{day};{n % 7};{written(n)}" for n, day in enumerate(days))]
    content = "\n".join([*lines, *["2024-03-01;5;unknown"] * (task == "regression")])
    _, data = uploaded(
        tmp_path,
        content,
        task=task,
        target="price",
        roles={"day": "time" if task == "forecast" else "left out", "size": "number"},
        missing=("unknown",),
        drops_unknown=task == "regression",
    )
    params = {"params": {"window": 7, "horizon": 2}} if task == "forecast" else {}
    path, reading = kept(tmp_path, "forecast" if task == "forecast" else "mlp_regressor", data, **params)
    folder = package(path, reading)
    (tmp_path / "rows.csv").write_text(
        "\n".join([*lines, *["2024-03-01;5;unknown"] * (task == "regression")])
    )

    assert data.facts.y_mean > 1_000
    assert shapes(trained_again(outside, folder, tmp_path / "rows.csv")) == shapes(network_of(path))
