"""What the fork server imports before it forks, so that a training starts in a fraction of a second.

Keras asks for TensorFlow under every backend, to seed it, and then it takes three seconds: here it is once.
Import only: one TensorFlow operation here would hang every child after the fork (measured, 9 of 9).
"""

from __future__ import annotations

import importlib
from contextlib import suppress

import keras
import numpy as np
import sklearn.model_selection

import trainers.fitting.fit
import trainers.processes.child

with suppress(ImportError):
    importlib.import_module("tensorflow")

__all__ = ["keras", "np", "sklearn", "trainers"]
