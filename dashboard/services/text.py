"""Text from strangers, as it is kept."""

from typing import Any


def clean_text(value: Any, limit: int) -> str:
    """What every database can keep: no lone surrogates, and not the one character PostgreSQL refuses."""
    return str(value)[:limit].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
