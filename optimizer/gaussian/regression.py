"""A Gaussian process with a Matern 5/2 kernel and one length-scale per parameter.

Rasmussen and Williams, "Gaussian processes for machine learning", 2006, chapters 2, 4 and 5. Snoek,
Larochelle and Adams, "Practical Bayesian optimization of machine learning algorithms", NIPS 2012, for the
kernel. Posterior mode instead of samples of the hyperparameters; priors below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs
from scipy.optimize import Bounds, minimize

if TYPE_CHECKING:
    from optimizer.values import FloatArray, IntArray

_ROOT_5: Final = np.sqrt(5.0)
_JITTERS: Final = (1e-10, 1e-8, 1e-6, 1e-4, 1e-2)  # rows that nearly coincide make a matrix singular
MAX_ITERATIONS: Final = 40
MIN_NOISE: Final = 1e-6  # of the variance of the targets


@dataclass(frozen=True)
class Prior:
    """Normal priors of the logarithms of length-scales, signal variance and noise variance."""

    length_mean: float = 0.0
    length_sd: float = 1.0
    signal_sd: float = 1.0
    noise_mean: float = -9.0
    noise_sd: float = 2.0


@dataclass(frozen=True)
class Hyperparameters:
    """Kernel parameters: ``log_lengths`` (d,) in the unit cube, ``log_signal`` and ``log_noise``
    variances.
    """

    log_lengths: FloatArray
    log_signal: float
    log_noise: float

    @classmethod
    def at_prior(cls, d: int, prior: Prior) -> Hyperparameters:
        """The mode of the priors."""
        return cls(np.full(d, prior.length_mean), 0.0, prior.noise_mean)

    def scaled(self, spread: float) -> Hyperparameters:
        """For targets that are ``spread`` times as large."""
        more = 2 * float(np.log(spread))
        return Hyperparameters(self.log_lengths, self.log_signal + more, self.log_noise + more)

    def to_vector(self) -> FloatArray:
        """Shape (d + 2,)."""
        return np.concatenate([self.log_lengths, [self.log_signal, self.log_noise]])

    @classmethod
    def from_vector(cls, vector: FloatArray) -> Hyperparameters:
        """The inverse of ``to_vector``."""
        return cls(vector[:-2], float(vector[-2]), float(vector[-1]))


def squared_distances(a: FloatArray, b: FloatArray) -> FloatArray:
    """Between rows of a (n, c) and b (m, c), shape (n, m); never negative."""
    # |a|² - 2ab + |b|² in one matrix product; in place, because these arrays are the largest here.
    distances: FloatArray = np.dot(a, b.T)
    distances *= -2
    distances += np.einsum("ij,ij->i", a, a)[:, None]
    distances += np.einsum("ij,ij->i", b, b)
    np.maximum(distances, 0.0, out=distances)
    return distances


def matern52(squared: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Matern 5/2 correlation at squared distances, and minus its derivative by them."""
    root = np.sqrt(squared)
    root *= _ROOT_5
    decay = np.exp(-root)
    root += 1.0
    slope = root * decay
    value: FloatArray = slope + (5 / 3) * squared * decay
    slope *= 5 / 6
    return value, slope


def fit_hyperparameters(
    x: FloatArray, y: FloatArray, owner: IntArray, start: Hyperparameters, prior: Prior
) -> Hyperparameters:
    """The hyperparameters with the highest posterior density near ``start``.

    ``x`` (n, c) are features, ``y`` (n,) targets, ``owner`` (c,) the parameter of each column, ascending.
    """
    # First column of each parameter: the columns of a one-hot block share a length-scale.
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    means = Hyperparameters.at_prior(len(start.log_lengths), prior).to_vector()
    sds = np.full(len(means), prior.length_sd)
    sds[-2:] = prior.signal_sd, prior.noise_sd

    def energy(vector: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = _negative_log_likelihood(x, y, owner, starts, vector)
        z = (vector - means) / sds
        return value + 0.5 * float(z @ z), gradient + z / sds

    # About five standard deviations of the priors: beyond, the likelihood is flat and steps are wasted.
    floor, ceiling = np.full(len(means), -5.0), np.full(len(means), 5.0)
    floor[-1], ceiling[-1] = np.log(MIN_NOISE), 1.0
    options: Any = {"maxiter": MAX_ITERATIONS, "maxcor": 10, "ftol": 1e-5, "gtol": 1e-3}
    found = minimize(
        energy, start.to_vector(), jac=True, method="L-BFGS-B", bounds=Bounds(floor, ceiling), options=options
    )
    return Hyperparameters.from_vector(found.x)


def _negative_log_likelihood(
    x: FloatArray, y: FloatArray, owner: IntArray, starts: IntArray, vector: FloatArray
) -> tuple[float, FloatArray]:
    """Minus the log marginal likelihood (without its constant) and its gradient by the vector."""
    n = len(y)
    z = x / np.exp(vector[:-2])[owner]
    signal, noise = np.exp(vector[-2:])
    value, slope = matern52(squared_distances(z, z))
    value *= signal
    kernel = value.copy()
    kernel.flat[:: n + 1] += noise
    factor = cholesky(kernel)
    alpha = dpotrs(factor, y, lower=1)[0]
    # Rasmussen and Williams, equation 2.30; the log determinant is twice the sum over the factor's diagonal.
    energy = 0.5 * float(y @ alpha) + float(np.log(factor.diagonal()).sum())
    weights = dpotri(factor, lower=1)[0]  # the lower triangle of the inverse
    weights += np.tril(weights, -1).T
    trace = float(weights.trace())
    # Equation 5.9: the derivative by any parameter is half the sum of this times the kernel's derivative.
    weights -= np.outer(alpha, alpha)
    gradient = np.empty_like(vector)
    gradient[-1] = 0.5 * noise * (trace - float(alpha @ alpha))
    gradient[-2] = 0.5 * float(np.einsum("ij,ij->", weights, value))
    slope *= weights
    slope *= 2 * signal
    # The sum of slope_ij (z_ik - z_jk)², multiplied out: no array of shape (n, n, c).
    by_column = slope.sum(axis=1) @ (z * z) - np.einsum("ij,ij->j", z, slope @ z)
    gradient[:-2] = np.add.reduceat(by_column, starts)
    return energy, gradient


def cholesky(kernel: FloatArray) -> FloatArray:
    """Lower Cholesky factor, with as little added to the diagonal as it takes."""
    factor, info = dpotrf(kernel, lower=1, clean=1)
    for jitter in _JITTERS:
        if info == 0:
            break
        # From the kernel itself, so that the jitters do not add up.
        shifted = kernel.copy()
        shifted.flat[:: len(kernel) + 1] += jitter
        factor, info = dpotrf(shifted, lower=1, clean=1)
    if info == 0 and not np.isfinite(factor.diagonal()).all():
        raise np.linalg.LinAlgError("the kernel matrix holds numbers that are not finite")
    if info != 0:
        raise np.linalg.LinAlgError("the kernel matrix is not positive definite")
    lower: FloatArray = factor
    return lower


class Posterior:
    """What the process believes after n observations; predictions are of the noiseless function."""

    def __init__(self, x: FloatArray, y: FloatArray, owner: IntArray, hyper: Hyperparameters) -> None:
        self.scale = np.exp(-hyper.log_lengths)[owner]
        self.hyper = hyper
        self.signal = float(np.exp(hyper.log_signal))
        self.noise = float(np.exp(hyper.log_noise))
        self.z = x * self.scale
        kernel = self.signal * matern52(squared_distances(self.z, self.z))[0]
        kernel.flat[:: len(y) + 1] += self.noise
        self.factor = cholesky(kernel)
        self.alpha = dpotrs(self.factor, y, lower=1)[0]
        self.inverse = dpotri(self.factor, lower=1)[0]  # the lower triangle; the factor is clean above it
        self.inverse += np.tril(self.inverse, -1).T

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation at features (m, c), each of shape (m,)."""
        value = matern52(squared_distances(x * self.scale, self.z))[0]
        value *= self.signal
        # The inverse once instead of two triangular solves each time: the search predicts thousands of
        # points.
        variance = self.signal - np.einsum("ij,ij->i", value @ self.inverse, value)
        # Rounding may take it below 0 at an observation, and the acquisition divides by its root.
        return value @ self.alpha, np.sqrt(np.maximum(variance, 1e-12 * self.signal))

    def predict_with_gradients(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """``predict`` and the gradients of mean and standard deviation by x, each of shape (m, c)."""
        scaled = x * self.scale
        value, slope = matern52(squared_distances(scaled, self.z))
        value *= self.signal
        slope *= -2 * self.signal
        solved = value @ self.inverse
        variance = np.maximum(self.signal - np.einsum("ij,ij->i", solved, value), 1e-12 * self.signal)
        deviation = np.sqrt(variance)
        by_mean = slope * self.alpha
        mean_slope = (scaled * by_mean.sum(axis=1)[:, None] - by_mean @ self.z) * self.scale
        by_variance = slope * solved
        variance_slope = -2 * (scaled * by_variance.sum(axis=1)[:, None] - by_variance @ self.z) * self.scale
        return value @ self.alpha, deviation, mean_slope, variance_slope / (2 * deviation[:, None])
