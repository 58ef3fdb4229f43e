"""Starting everything on one machine: what `make run` does once the packages are there."""
