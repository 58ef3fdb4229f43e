"""Running Parzen: workers page, probes, metrics, start, backups."""
