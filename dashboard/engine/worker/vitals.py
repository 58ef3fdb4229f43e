"""What a worker knows of its host and of itself."""

import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import psutil

from dashboard.engine.registration import Vitals
from dashboard.engine.worker import slots

PACKAGES = {"Keras": ("keras",), "TensorFlow": ("tensorflow", "tensorflow-cpu"), "JAX": ("jax",)}


def vitals() -> Vitals:
    host = psutil.virtual_memory()
    return Vitals(
        host_memory_used=host.total - host.available,
        host_memory_total=host.total,
        memory=_memory_of_worker(),
        trainings=slots.trainings(),
    )


@cache
def versions() -> dict[str, str]:
    """Of what the bits of a result may depend on; nothing heavy is imported for it."""
    found = {"Python": platform.python_version()}
    for label, names in PACKAGES.items():
        for name in names:
            with suppress(PackageNotFoundError):
                found[label] = version(name)
    return found


def _memory_of_worker() -> int:
    """Resident bytes of this process and its fork server; trainings are counted apart."""
    total = psutil.Process().memory_info().rss
    server = slots.trainer_host().server_pid
    if server is not None:
        with suppress(psutil.Error):  # it may have ended just now
            total += psutil.Process(server).memory_info().rss
    return int(total)
