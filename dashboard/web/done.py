"""What came of an action on several rows of a list, in one message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.core.exceptions import PermissionDenied

from dashboard.refusal import Refused
from dashboard.wording import count_noun

# Reasons in full; the rest are counted.
MAX_REASONS = 3


class Named(Protocol):
    @property
    def name(self) -> str: ...


Row = TypeVar("Row", bound=Named)


@dataclass(frozen=True)
class Done:
    n: int
    # Why, for rows that were left as they are.
    left: list[str]
    # As for `count_noun`.
    noun: str
    # Of how many rows `left` tells; one each where nothing is said.
    n_left: int | None = None

    def message(self, did: str, after: str = "") -> str:
        """As in: Archived 2 studies. 1 study was not changed. digits: it is running."""
        words = [f"{did} {count_noun(self.n, self.noun)}.{after}"] if self.n else []
        if self.left:
            n_left = len(self.left) if self.n_left is None else self.n_left
            verb = "was" if n_left == 1 else "were"
            reasons = "; ".join(self.left[:MAX_REASONS])
            more = "; and others" if len(self.left) > MAX_REASONS else ""
            words.append(f"{count_noun(n_left, self.noun)} {verb} not changed. {reasons}{more}.")
        return " ".join(words)


def act_on_each(
    rows: Iterable[Row], act: Callable[[Row], bool], unchanged: Callable[[Row], str], noun: str
) -> Done:
    """Each is checked and recorded by the action itself; what one refuses keeps nobody else from changing."""
    done, left = 0, []
    for row in rows:
        try:
            is_changed = act(row)
        except PermissionDenied:
            left.append(f"{row.name}: you cannot change it")
        except Refused as refusal:
            left.append(str(refusal).rstrip("."))
        else:
            done += is_changed
            if not is_changed:
                left.append(f"{row.name}: {unchanged(row)}")
    return Done(done, left, noun)
