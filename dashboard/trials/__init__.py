"""The page of a trial, and the table of a study's trials."""
