"""Datasets: what they are, where their files belong, how they are split and prepared."""
