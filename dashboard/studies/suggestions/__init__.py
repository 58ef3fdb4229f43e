"""What a study's own trials say about its search, each with the evidence and one button that acts on it."""
