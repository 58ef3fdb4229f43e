"""Showing a study to others: who sees it, links for people without an account, reports."""
