"""What a log line is about. Code says it once, around a block, and every line from inside carries it."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

# In this order behind a human line, and as keys of a JSON line.
FIELDS = ("study", "trial", "attempt", "worker")

_context: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default=MappingProxyType({}))


@contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Lines from this block name these fields; an inner block adds to an outer one.

    A thread begins without context: start it with `contextvars.copy_context().run`.
    """
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


class ContextFilter(logging.Filter):
    """Puts the context on each record: as fields for JSON, and as `about` for people."""

    def filter(self, record: logging.LogRecord) -> bool:
        context = _context.get()
        record.about = "".join(f" {name}={context[name]!r}" for name in FIELDS if name in context)
        for name in FIELDS:
            if name in context:
                setattr(record, name, context[name])
        return True
