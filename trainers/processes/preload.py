"""What the fork server imports before it forks, so that a training starts in a fraction of a second.

With every backend Keras imports TensorFlow to seed it, which takes three seconds: here it happens once.
Import only: one TensorFlow operation here would hang every child after the fork (measured, 9 of 9).
"""

from __future__ import annotations

import importlib
from contextlib import suppress

import keras
import numpy as np
import sklearn.model_selection

import optimizer.ask_tell
import trainers.fitting.fit
import trainers.processes.child

with suppress(ImportError):
    importlib.import_module("tensorflow")

__all__ = ["keras", "np", "optimizer", "sklearn", "trainers"]
