"""What is in a file, in one form, whoever wrote it. Nothing here knows the database or runs a file."""
