"""Gaussian process regression over a search space: features, targets, model, and where to look next."""
