"""What the fork server imports before it forks, so that a training starts in a fraction of a second.

Import only: one TensorFlow operation here would hang every child after the fork (measured, 9 of 9).
"""

from __future__ import annotations

import keras
import numpy as np
import sklearn.model_selection

import trainers.fit
import trainers.process

__all__ = ["keras", "np", "sklearn", "trainers"]
