"""Reads model files in processes of their own, which have Keras already where a file asks for it."""

from functools import cache

from trainers.custom import declaration
from trainers.custom.declaration import Declaration, loads_keras
from trainers.processes.call_host import CallHost


@cache
def call_host() -> CallHost:
    """One for this process; it starts nothing before a file needs Keras."""
    return CallHost()


def read_declaration(code: str, private: tuple[str, ...]) -> Declaration:
    """What a file declares. CodeInvalid says why it cannot be used."""
    if loads_keras(code):
        return declaration.read_declaration(code, private, call=call_host().call)
    return declaration.read_declaration(code, private)
