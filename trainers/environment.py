"""The environment variables of child processes: what trainings need, without the worker's secrets."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Mapping
from pathlib import Path

# Everything else is removed: DATABASE_URL, REDIS_URL, PARZEN_SECRET_KEY and any secret added later.
ALLOWED_VARIABLES = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_*",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "PYTHON*",
    "KERAS_*",
    "TF_*",
    "XLA_*",
    "JAX_*",
    "OMP_*",
    "CUDA_*",
    "NVIDIA_*",
)
_DEFAULTS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # or the first of several trainings takes all memory of a GPU
}
_ROOT = Path(__file__).resolve().parents[1]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a training may see, with the repository root on its PYTHONPATH."""
    kept = {
        name: value
        for name, value in environment.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in ALLOWED_VARIABLES)
    }
    path = os.pathsep.join(part for part in (str(_ROOT), kept.get("PYTHONPATH", "")) if part)
    return {**_DEFAULTS, **kept, "PYTHONPATH": path}
