"""What is in a file, whoever wrote it, in one form. Nothing here knows the database, or runs what a file says."""
