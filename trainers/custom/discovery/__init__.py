"""Finds the search space of a function that asks for its values one by one, as in KerasTuner and Optuna."""
