"""Texts that somebody pastes: a search space, or params of trials. They are parsed and never run."""
