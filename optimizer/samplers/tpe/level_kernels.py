"""How kernels spread over the levels of parameters with few values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from optimizer.discrete_axes import TINY

if TYPE_CHECKING:
    from optimizer.discrete_axes import Levels
    from optimizer.values import FloatArray, IntArray


def level_rows(levels: Levels, at: IntArray, widths: FloatArray, n_trials: int) -> FloatArray:
    """Log(mass / prior) of every level under n kernels, shape (n, n_columns).

    ``at`` holds the kernels' own levels and ``widths`` their bandwidths, both of shape (n, n_discrete).
    Nominal kernels are the narrower, the more trials there are.
    """
    if levels.is_nominal.all():
        rows = np.zeros((len(at), levels.n_columns))
    else:
        rows = _cell_rows(levels, at, widths)
    if levels.is_nominal.any():
        _fill_nominal_rows(rows, levels, at, n_trials)
    return rows


def _cell_rows(levels: Levels, at: IntArray, widths: FloatArray) -> FloatArray:
    """Log(mass / prior) of each cell under Gaussians at the middles of the cells ``at``, truncated to [0, 1].

    ``at`` and ``widths`` have shape (n, n_discrete). No kernel is narrower than half its own cell.
    """
    own = levels.starts + at
    # Narrower, a kernel would put all its mass into its own cell and say nothing about the neighbours.
    widths = np.maximum(widths, 0.5 * levels.prior[own])
    z = (levels.edges - levels.middles[own][:, levels.edge_axis]) / widths[:, levels.edge_axis]
    below, above = ndtr(z), ndtr(-z)  # differences are taken in the tail that has digits left
    low = np.arange(levels.n_columns) + levels.axis
    mass = np.where(z[:, low] > 0, above[:, low] - above[:, low + 1], below[:, low + 1] - below[:, low])
    first = levels.starts + np.arange(len(levels.starts))
    inside = below[:, first + levels.counts] - below[:, first]
    rows: FloatArray = np.log(np.maximum(mass, TINY) / (inside[:, levels.axis] * levels.prior))
    return rows


def _fill_nominal_rows(rows: FloatArray, levels: Levels, at: IntArray, n: int) -> None:
    """Log(mass / prior) of nominal levels, mass = (prior · a + [same level]) / (a + 1) with a = K / (n +
    1).
    """
    columns = levels.nominal_columns
    # With K levels the prior counts as K / (n + 1) trials: it fades as trials come in.
    pseudo = levels.counts[levels.axis] / (n + 1)
    rows[:, columns] = np.log(pseudo / (1 + pseudo))[columns]
    hit = np.log((pseudo + 1 / levels.prior) / (1 + pseudo))
    same = (levels.starts + at)[:, levels.is_nominal]
    rows[np.arange(len(rows))[:, None], same] = hit[same]
