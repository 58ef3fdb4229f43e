import os
from pathlib import Path

import pytest

MNIST_FILES = ("mnist.npz", "mnist_small.npz", "fashion_mnist_small.npz")


@pytest.fixture(scope="session")
def data_dir() -> str:
    """The directory with MNIST's files, named by PARZEN_DATA_DIR; tests that need it are skipped without."""
    named = os.environ.get("PARZEN_DATA_DIR", "")
    if not named or not all((Path(named) / name).is_file() for name in MNIST_FILES):
        pytest.skip("PARZEN_DATA_DIR names no directory with " + ", ".join(MNIST_FILES))
    return str(Path(named).resolve())


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))
