"""The form of a new study: data, model, search space, budget, and what it will cost."""
