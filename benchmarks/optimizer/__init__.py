"""Parzen's optimizer beside its peers: regret at equal evaluations, latency, memory. See README.md here."""
