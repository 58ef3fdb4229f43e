"""The child's side of a call: a module answers one request where Keras is loaded already."""

from __future__ import annotations

import importlib
import json
import os
from typing import TYPE_CHECKING, NoReturn

from trainers.subprocess_call import respond

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CALL = "call"  # what tells a call from a job


def is_call(text: str) -> bool:
    """Say whether it is no job."""
    return CALL in json.loads(text)


def answer_call(connection: Connection, text: str) -> NoReturn:
    """Send what the `handle` of the called module answers, and end the process."""
    call = json.loads(text)
    # what a person's file prints is for nobody
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    handle = importlib.import_module(call[CALL]).handle
    response = respond(handle, call["request"], task=call["task"])
    connection.send_bytes(json.dumps({"type": "response", **response}).encode())
    os._exit(0)
