"""Datasets: bundled ones, and files that people upload and describe."""
