"""A study's search space and best params as Python files for other libraries."""
