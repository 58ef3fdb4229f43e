"""Gaussian process regression over a search space: features, targets, model, acquisition."""
