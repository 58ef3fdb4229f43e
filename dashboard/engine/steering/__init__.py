"""What people change in a study that runs: its trials, its search space, and how it searches."""
