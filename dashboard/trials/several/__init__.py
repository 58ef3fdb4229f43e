"""Several trials of a study: those that are ticked in the table, and a few beside each other."""
