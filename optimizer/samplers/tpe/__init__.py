"""The tree-structured Parzen estimator: split, kernels, densities, and the sampler itself."""

from __future__ import annotations

from optimizer.samplers.tpe.sampler import TPESampler

__all__ = ["TPESampler"]
