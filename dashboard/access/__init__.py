"""Who may see and change what, and the record of who tried."""
