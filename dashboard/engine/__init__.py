"""Trials from claim to recorded end: what docs/reliability.md promises. Knows no page, form or request."""
