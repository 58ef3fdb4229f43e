"""What is done with several rows of a list at once: studies, and trials of one."""
