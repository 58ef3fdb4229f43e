"""How `fmin` searches: its arguments, the algorithms, and the loop over trials."""
