"""Datasets that people bring: looked at, described by a recipe, read from then on like any other."""
