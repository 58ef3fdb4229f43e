"""What a search space costs, measured before anything of it is trained."""
