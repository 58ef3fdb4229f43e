"""`python -m benchmarks [digits] [mnist] [queries] [page]`; without names, all of them."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version

from benchmarks.overhead import compare
from benchmarks.page import time_the_page
from benchmarks.queries import count_queries
from benchmarks.stack import running_stack


def main() -> None:
    names = sys.argv[1:] or ["digits", "mnist", "queries", "page"]
    packages = ("django", "celery", "keras", "tensorflow-cpu", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {versions}; {cores} cores; load {load:.1f}; seed 0")
    with running_stack(n_slots=1) as address:
        from django.conf import settings

        if "digits" in names:
            compare("Digits", "quick", "digits", "(overhead at most 0.6 s a trial)", max_trials=10)
        if "mnist" in names and (settings.DATA_DIR / "mnist.npz").is_file():
            compare("MNIST MLP, the classic", "classic", "mnist", "1.05")
        elif "mnist" in names:
            print("\nMNIST MLP, the classic: skipped, no mnist.npz in PARZEN_DATA_DIR")
        if "queries" in names:
            count_queries()
        if "page" in names:
            time_the_page(address)


if __name__ == "__main__":
    main()
