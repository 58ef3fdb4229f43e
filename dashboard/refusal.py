"""What a person asked for and does not get."""


class Refused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""
