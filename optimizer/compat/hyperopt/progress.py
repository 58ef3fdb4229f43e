"""One line with the progress of a search."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, redirect_stdout
from time import monotonic
from typing import Any, Final, Protocol, TextIO, TypeAlias

from optimizer.wording import duration

INTERVAL: Final = 0.1  # seconds between two states of the line on a terminal
LOG_INTERVAL: Final = 30.0  # seconds between two lines in a file


class Bar(Protocol):
    """What a progress callback of Hyperopt yields, such as tqdm's bar; ``postfix`` is set to the best
    loss.
    """

    postfix: Any

    def update(self, n: int) -> object: ...


ProgressCallback: TypeAlias = Callable[..., AbstractContextManager[Bar]]


class Line:
    """Shows "12/100 trials, best loss: 0.1, 3.2 s per trial" on standard error."""

    def __init__(self, initial: int, total: int) -> None:
        self.postfix = ""
        self._n = self._first = initial
        self._total = "" if total == sys.maxsize else f"/{total}"
        self._is_terminal = sys.stderr.isatty()
        self._began = self._shown = monotonic()

    def update(self, n: int) -> None:
        self._n += n
        if monotonic() - self._shown >= (INTERVAL if self._is_terminal else LOG_INTERVAL):
            self.show()

    def show(self) -> None:
        """Write the line now, on a terminal over the one before."""
        self._shown = monotonic()
        parts = [f"{self._n}{self._total} trials", self.postfix]
        if self._n > self._first:
            parts.append(f"{duration((self._shown - self._began) / (self._n - self._first))} per trial")
        start, end = ("\r\x1b[K", "") if self._is_terminal else ("", "\n")
        sys.stderr.write(f"{start}{', '.join(filter(None, parts))}{end}")
        sys.stderr.flush()

    def close(self) -> None:
        """Write the last state."""
        self.show()
        if self._is_terminal:
            sys.stderr.write("\n")


class _NoBar:
    postfix = ""

    def update(self, n: int) -> None: ...


@contextmanager
def default_callback(initial: int, total: int) -> Iterator[Bar]:
    """A ``Line``."""
    line = Line(initial, total)
    try:
        yield line
    finally:
        line.close()


@contextmanager
def no_progress_callback(initial: int, total: int) -> Iterator[Bar]:  # noqa: ARG001 - every callback has these
    """Show no progress."""
    yield _NoBar()


@contextmanager
def tqdm_progress_callback(initial: int, total: int) -> Iterator[Bar]:
    """A bar of tqdm; what is printed meanwhile appears above it. For ``fmin(..., show_progressbar=...)``.

    Raises ``ImportError`` without tqdm, which is not installed with Parzen.
    """
    try:
        from tqdm import tqdm  # noqa: PLC0415 - only who asks for the bar needs it
    except ImportError as error:
        raise ImportError("tqdm_progress_callback needs tqdm; install it with: pip install tqdm") from error
    terminal = sys.stdout
    # The bar keeps the terminal itself: it would print into what prints above it.
    count = None if total == sys.maxsize else total
    with (
        tqdm(total=count, initial=initial, file=terminal, unit="trial", dynamic_ncols=True) as bar,
        closing(_AboveBar(tqdm, terminal)) as above,
        redirect_stdout(above),
    ):
        yield _TqdmBar(bar)


class _TqdmBar:
    """tqdm's bar, whose text changes when ``postfix`` is set."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    @property
    def postfix(self) -> Any:
        return self._bar.postfix

    @postfix.setter
    def postfix(self, text: Any) -> None:
        self._bar.set_postfix_str(str(text), refresh=False)

    def update(self, n: int) -> None:
        self._bar.update(n)


class _AboveBar(io.TextIOBase):
    """A standard output that prints above the bar, line by line."""

    def __init__(self, tqdm: Any, terminal: TextIO) -> None:
        self._tqdm = tqdm
        self._terminal = terminal
        self._line = ""

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._tqdm.write(line, file=self._terminal)
        return len(text)

    def flush(self) -> None:
        self._terminal.flush()

    def isatty(self) -> bool:
        return self._terminal.isatty()

    def close(self) -> None:
        """Print what has no end of line yet."""
        if self._line:
            self.write("\n")
        super().close()


def callback_for(show_progressbar: bool | ProgressCallback, *, verbose: bool) -> ProgressCallback:
    """The progress that ``fmin`` shows: none, a line, or the bar of the user."""
    if not (show_progressbar and verbose):
        return no_progress_callback
    return default_callback if show_progressbar is True else show_progressbar
