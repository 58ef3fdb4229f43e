"""What an uploaded file looks like: guesses that a person sees and corrects, each with its reason."""
