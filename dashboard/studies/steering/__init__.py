"""Changing how a study that has trials searches: its space, its sampler, and early stopping."""
