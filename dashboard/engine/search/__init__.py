"""Between the database and the optimizer: what a sampler sees, proposes, and prunes."""
