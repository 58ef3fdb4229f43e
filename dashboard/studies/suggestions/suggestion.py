"""What every suggestion has."""

from dataclasses import dataclass
from typing import Literal

# Below this probability of being chance alone, something is evidence.
CHANCE = 0.001


@dataclass(frozen=True)
class Suggestion:
    """One finding. `key` is the same as long as the finding is about the same thing.

    The button leads to `url`, with a GET, or with a POST of `fields` where it `acts` at once. `strength` is
    how many trials say so: whoever has dismissed it sees it again when these are many more. Of several
    findings about the same part of the space, `about`, the first counts.
    """

    key: str
    tone: Literal["warning", "info"]
    title: str
    evidence: str
    strength: float
    button: str
    url: str
    acts: bool = False
    # Whether the button is of use to editors of the study alone.
    is_for_editors: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    about: str = ""
