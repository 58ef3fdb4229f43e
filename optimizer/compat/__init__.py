"""Faces of other libraries on top of the core: Hyperopt's `fmin`, `Trials`, and `hp.*`."""
