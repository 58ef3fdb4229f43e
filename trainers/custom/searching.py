"""The search that a file begins: Parzen stops reading there, and searches itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Search:
    """The function and the space that a file gave to Hyperopt's `fmin`."""

    function: Callable[..., Any]
    space: Any


class SearchBegan(BaseException):
    """A file began a search: it has said what is searched, and Parzen searches itself.

    No subclass of Exception, which the file may catch. `search` is a `Search`, or what the stand-ins of
    KerasTuner and Optuna say of theirs.
    """

    def __init__(self, search: Any) -> None:
        super().__init__("a search cannot begin inside of a trial")
        self.search = search
