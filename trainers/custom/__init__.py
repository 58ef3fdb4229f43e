"""Custom models: a Python file with a search space and a function, run in child processes only."""
