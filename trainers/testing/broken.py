"""How a check fails."""

from __future__ import annotations


class ContractBroken(AssertionError):  # noqa: N818 (says what happened)
    """A trainer breaks a rule; the message names the rule and the knob, metric or value."""


def require(condition: object, message: str) -> None:
    """Raise ContractBroken with this message where the condition is false."""
    if not condition:
        raise ContractBroken(message)
