"""Optuna's names, as files that were written for it import them. Its studies are recorded, not run."""
