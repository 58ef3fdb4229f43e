"""Every trainer under Keras' other backend, in real child processes."""

import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.trainers.builders import make_job
from tests.trainers.datasets.uploads.made import described
from tests.trainers.datasets.uploads.test_real_fits import TEXTS
from tests.trainers.processes.test_host import read_all
from tests.trainers.sources import series
from trainers.processes.host import TrainerHost
from trainers.registry import compatible_trainers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_spec("jax"), reason="JAX is not installed: deploy/requirements-jax.txt"),
]

EPOCHS = 60


@pytest.fixture(scope="module")
def host():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "jax")
        with TrainerHost() as host:
            yield host


def last_of(host: TrainerHost, cache_dir: str, **changes: Any) -> dict[str, Any]:
    with host.start(make_job(cache_dir, **changes)) as process:
        return result_in(read_all(process))


def result_in(messages: list[dict[str, Any]]) -> dict[str, Any]:
    last = next(message for message in messages if message["type"] in ("result", "failed"))
    assert last["type"] == "result", messages
    return last


def kept(cache_dir: Path) -> set[str]:
    return {path.name for path in (cache_dir / "jax").glob("*-cache")}


def test_a_training_is_repeated_to_the_last_bit_from_what_the_first_one_compiled(host, tmp_path):
    first = last_of(host, str(tmp_path))
    compiled = kept(tmp_path)
    second = last_of(host, str(tmp_path))

    assert first["versions"]["jax"]
    assert second["metrics"] == first["metrics"]
    assert compiled
    assert kept(tmp_path) == compiled


def test_images_and_numbers_are_learned(host, cache_dir):
    for trainer, dataset in {"cnn": "digits", "mlp_regressor": "diabetes"}.items():
        found = last_of(host, cache_dir, trainer=trainer, dataset=dataset, params={}, max_epochs=1)
        assert math.isfinite(found["value"])


@pytest.mark.parametrize("content", ["\n".join(["label\ttext", *TEXTS]), series(120)], ids=["text", "series"])
def test_texts_and_series_are_learned(host, cache_dir, tmp_path, content: str):
    upload, _ = described(tmp_path, content)
    (info, *_) = compatible_trainers(upload.info)
    objective = next(metric for metric in info.metrics if metric.is_objective)

    found = last_of(
        host,
        cache_dir,
        trainer=info.name,
        dataset=upload.info.name,
        upload=upload.to_json_dict(),
        params={},
        max_epochs=1,
        objective=objective.name,
        direction=objective.direction,
    )
    assert math.isfinite(found["value"])


def test_a_training_goes_on_behind_the_epochs_of_an_earlier_attempt(host, tmp_path):
    place = {"checkpoint_dir": str(tmp_path / "epochs"), "checkpoint_seconds": 0}
    whole = last_of(host, str(tmp_path), max_epochs=EPOCHS)
    with host.start(make_job(str(tmp_path), max_epochs=EPOCHS, **place)) as process:
        while (message := process.poll(30)) and message.get("step") != 5:
            pass
        process.kill()
        read_all(process)
    with host.start(make_job(str(tmp_path), max_epochs=EPOCHS, attempt=2, **place)) as process:
        messages = read_all(process)
    assert any(message["type"] == "resumed" for message in messages)
    assert result_in(messages)["metrics"] == whole["metrics"]
