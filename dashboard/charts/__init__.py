"""Trials to frozen chart data: no models, no HTML, no JavaScript."""
