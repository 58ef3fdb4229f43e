"""The web process reads knobs, presets and datasets; that must never load what trainings need."""

import subprocess
import sys

HEAVY = ("keras", "tensorflow", "sklearn", "scipy", "django", "celery")


def loaded_by(code: str) -> str:
    script = f"{code}\nimport sys\nprint(','.join(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_describing_trainers_and_datasets_loads_nothing_heavy():
    code = """
import trainers, trainers.base, trainers.host, trainers.running, trainers.process, trainers.space
from trainers.registry import trainer_infos
from trainers.presets import presets
from trainers.datasets.registry import datasets
import trainers.datasets.pictures
assert trainer_infos() and presets() and datasets("/nowhere")
"""
    assert loaded_by(code) == ""
