"""Measured beside plain Keras in one run; nothing here is asserted. `make bench` prints it all."""
