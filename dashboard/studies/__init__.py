"""The list of studies, the page of one, its budget, and its end: archived, deleted, restored."""
