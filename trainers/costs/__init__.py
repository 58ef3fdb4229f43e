"""The cost of a search space, measured before a study of it starts."""
