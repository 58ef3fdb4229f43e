"""The web process reads knobs, presets and datasets; that must never load what trainings need."""

import re
import subprocess
import sys
from pathlib import Path

import trainers

HEAVY = ("keras", "tensorflow", "sklearn", "scipy", "django", "celery")


BACKENDS = re.compile(
    r"^\s*(import|from) (tensorflow|jax|torch)\b|keras\.src|backend\.tensorflow", re.MULTILINE
)


def test_training_code_calls_no_backend_by_its_name():
    """Threads are set by backend.py; all else runs wherever Keras does."""
    root = Path(trainers.__file__).parent
    named = [path.name for path in sorted(root.rglob("*.py")) if BACKENDS.search(path.read_text())]
    assert named == ["backend.py"]


def loaded_by(code: str) -> str:
    script = f"{code}\nimport sys\nprint(','.join(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_describing_trainers_and_datasets_loads_nothing_heavy():
    code = """
import trainers, trainers.base, trainers.space
import trainers.processes.child, trainers.processes.host, trainers.processes.training_process
from trainers.registry import trainer_infos
from trainers.presets import presets
from trainers.datasets.registry import datasets
import trainers.datasets.pictures
assert trainer_infos() and presets() and datasets("/nowhere")
"""
    assert loaded_by(code) == ""
