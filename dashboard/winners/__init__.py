"""What comes out of a study: confirming the best trials, trying a model, taking it away."""
