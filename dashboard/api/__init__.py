"""The HTTP API: the same rights, actions, and records as the pages, for scripts."""
