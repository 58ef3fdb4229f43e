"""Every form of upload is trained on for real, by a trainer that fits it."""

import math

import numpy as np
import pytest

from tests.trainers.builders import run
from tests.trainers.datasets.uploads.made import described
from tests.trainers.datasets.uploads.test_arrays_and_pictures import npz, pets, zipped
from tests.trainers.sources import series, table
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.registry import compatible_trainers

pytestmark = pytest.mark.slow
RNG = np.random.default_rng(0)
TEXTS = [f"{('ham', 'spam')[n % 2]}\tThis is message {n % 9} of a friend, and number {n}." for n in range(60)]
UPLOADS = {
    "table": (table(60), "table", {}),
    "numbers": (table(60), "table", {"target": "size", "task": "regression"}),
    "texts": ("\n".join(["label\ttext", *TEXTS]), "table", {}),
    "series": (series(120), "table", {}),
    "arrays": (npz(x=RNG.integers(0, 256, (60, 8, 8), dtype=np.uint8), y=np.arange(60) % 3), "arrays", {}),
    "rows": (npz(x=RNG.normal(size=(60, 4)), y=RNG.normal(size=60)), "arrays", {}),
    "colours": (zipped(pets(20)), "pictures", {}),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_an_upload_is_trained_on(tmp_path, name):
    content, form, changes = UPLOADS[name]
    upload, _ = described(tmp_path, content, form, **changes)
    data = load_dataset(upload.info.name, "", str(tmp_path / "cache"), Split(), upload=upload)

    trainers = compatible_trainers(upload.info)
    assert trainers
    for info in trainers:
        assert math.isfinite(run(info, data).value)
