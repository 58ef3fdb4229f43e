"""`python -m benchmarks.training [mnist] [california] [memory]`; without names, all of them.

BENCH_TRIALS makes the search on MNIST shorter than ten trials. The others run on KERAS_BACKEND, TensorFlow by
default.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import psutil

from benchmarks.stack import ROOT, running_stack
from benchmarks.training.waiting import confirm, wait

SEED, N_TRIALS, N_EPOCHS = 0, int(os.environ.get("BENCH_TRIALS", "10")), 5
GOALS = {"tensorflow": 0.75, "jax": 0.5}  # wall time on this backend, of that of the faster peer
PEERS = ROOT / ".venv-training" / "bin" / "python"
HERE = Path(__file__).parent


def main() -> None:
    names = sys.argv[1:] or ["mnist", "california", "memory"]
    packages = ["keras", "tensorflow-cpu", "numpy"] + (["jax"] if find_spec("jax") else [])
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    print(
        f"Python {platform.python_version()}, {versions}; {cores} cores; load {load:.1f}; seed {SEED}; "
        f"backend {backend}"
    )
    if "mnist" in names:
        _classic()
    if "california" in names:
        _california()
    if "memory" in names:
        _memory()


def _classic() -> None:
    print(
        f"\nThe classic on MNIST, {N_TRIALS} trials of {N_EPOCHS} epochs, batch 32; 48,000 rows to train on",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        data = _write_arrays(Path(folder))
        peers = {
            "Hyperopt 0.3, the blog's loop": _peer("blog_loop.py", data),
            "KerasTuner, Bayesian": _peer("keras_tuner_loop.py", data),
        }
    parzen = {f"Parzen on {backend}": _parzen(backend) for backend in GOALS if find_spec(backend)}
    fastest = min(found["seconds"] for found in peers.values())
    print(f"{'':32}{'wall time':>12}{'best val_loss':>15}{'test accuracy':>15}")
    for name, found in {**peers, **parzen}.items():
        print(
            f"{name:32}{found['seconds']:>10.0f} s{found['val_loss']:>15.4f}{found['test_accuracy']:>15.4f}"
        )
    for (name, found), goal in zip(parzen.items(), GOALS.values(), strict=False):
        print(f"{name} takes {found['seconds'] / fastest:.2f} of the faster peer (goal: at most {goal})")


def _write_arrays(folder: Path) -> Path:
    from trainers.datasets.registry import load_dataset, load_test_part
    from trainers.datasets.splits import Split

    place = ("mnist", os.environ.get("PARZEN_DATA_DIR", ""), str(folder), Split())
    data, test = load_dataset(*place), load_test_part(*place)
    parts = {
        "train": (data.x_train, data.y_train),
        "validation": (data.x_validation, data.y_validation),
        "test": (test.x, test.y),
    }
    arrays = {}
    for name, (x, y) in parts.items():
        arrays[f"x_{name}"] = x.reshape(len(x), -1).astype(np.float32) / 255
        arrays[f"y_{name}"] = np.asarray(y)
    np.savez(folder / "mnist.npz", **arrays)  # type: ignore[arg-type]  # the stubs take names for options
    return folder / "mnist.npz"


def _peer(script: str, data: Path) -> dict[str, Any]:
    return _found(
        script,
        [str(PEERS), str(HERE / script), str(data), str(N_TRIALS), str(N_EPOCHS), str(SEED)],
        cwd=HERE,
    )


def _parzen(backend: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.training.parzen_classic", str(N_TRIALS), str(SEED)]
    return _found(f"Parzen on {backend}", command, cwd=ROOT, env=os.environ | {"KERAS_BACKEND": backend})


def _found(name: str, command: list[str], **options: Any) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name}: {found}", flush=True)
    return found


def _california() -> None:
    print(
        "\nCalifornia housing, 100 trials of the MLP, best three of them with three seeds on the test part",
        flush=True,
    )
    with running_stack(n_slots=len(os.sched_getaffinity(0))):
        from django.contrib.auth.models import User

        from dashboard.engine.lifecycle import create_study, start_study
        from trainers.registry import trainer_info
        from trainers.space import KnobSetting, space_json

        info = trainer_info("mlp_regressor")
        searched = ("learning_rate", "n_layers", "batch_size", "batch_norm", "schedule", "loss")
        layers = [f"{name}_{i}" for name in ("units", "dropout") for i in range(1, 5)]
        settings = {
            knob.name: KnobSetting.search(knob.distribution)
            for knob in info.knobs
            if knob.name in {*searched, *layers}
        }
        settings["n_layers"] = KnobSetting.search({"type": "int", "low": 1, "high": 4})
        began = time.perf_counter()
        study = create_study(
            owner=User.objects.get(),
            name="california",
            dataset="california_housing",
            trainer=info.name,
            space=space_json(info, settings),
            objective="val_rmse",
            direction="minimize",
            sampler="auto",
            max_trials=100,
            max_epochs=40,
            n_parallel=len(os.sched_getaffinity(0)),
            seed=SEED,
        )
        start_study(study_id=study.pk, by="Ada")
        wait(study)
        seconds = time.perf_counter() - began
        runs = confirm(study, n_best=3, n_seeds=3)
        by_trial: dict[int, list[float]] = {}
        for run in runs.trials.filter(state="complete").select_related("copy_of"):
            by_trial.setdefault(run.copy_of.number, []).append(run.metrics["test_rmse"] / 1e5)
        failed = study.trials.filter(state="failed").count()
        print(f"  {seconds:.0f} s, {failed} failed; test RMSE / 100,000 (goal: at most 0.52)")
        for number, values in by_trial.items():
            print(f"  trial {number:3}: {fmean(values):.4f} ± {stdev(values):.4f}")


def _memory() -> None:
    """The fork server stays, its children go: what grows would be the server."""
    from trainers.job import Job
    from trainers.processes.host import TrainerHost

    sizes, peaks = [], []
    with TrainerHost() as host, tempfile.TemporaryDirectory() as folder:
        for number in range(100):
            job = Job(
                trainer="mlp",
                dataset="digits",
                params={},
                max_epochs=1,
                objective="val_loss",
                direction="minimize",
                seed=number,
                cache_dir=folder,
            )
            with host.start(job) as process:
                peak = 0
                while (message := process.poll(1)) is None or message["type"] != "exited":
                    peak = max(peak, process.rss_bytes())
            sizes.append(psutil.Process(host.server_pid).memory_info().rss / 2**20)
            peaks.append(peak / 2**20)
    slope = np.polyfit(np.arange(100), sizes, 1)[0]
    print(
        f"\n100 trials: the process that starts them takes {sizes[0]:.0f} MB at first, {sizes[-1]:.0f} MB "
        f"at last, {slope:+.3f} MB a trial; a training's peak {np.median(peaks[:10]):.0f} MB at first, "
        f"{np.median(peaks[-10:]):.0f} MB at last"
    )


if __name__ == "__main__":
    main()
