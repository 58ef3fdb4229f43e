"""Trials that people ask for, take back, or judge."""
