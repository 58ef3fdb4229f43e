"""Models that people write: a Python file with a search space and a function, run in child processes only."""
