"""The readers of tables, one for each way in which files hold them: rows of texts come out of all."""
