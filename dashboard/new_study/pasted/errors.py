"""What is wrong with a text that somebody pasted."""


class TextError(ValueError):
    """A sentence that says what to do, and the line that it is about where there is one."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
