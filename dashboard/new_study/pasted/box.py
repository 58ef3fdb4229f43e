"""The box of the new-study form that a search space is pasted into."""

from dataclasses import dataclass

from django.http import QueryDict

from dashboard.new_study.knob_form import SEARCH
from dashboard.new_study.pasted.errors import TextError
from dashboard.new_study.pasted.space import read_space
from dashboard.new_study.rows import with_settings
from dashboard.wording import count_noun
from trainers.base import TrainerInfo

# The button below the box.
READ = "read"
PASTED = "pasted"


@dataclass(frozen=True)
class Paste:
    """What stands in the box, and what came of it."""

    text: str = ""
    problem: str = ""
    done: str = ""


def read_paste(trainer: TrainerInfo, data: QueryDict) -> tuple[QueryDict, Paste]:
    """The form with the pasted space; as it was, where the text cannot be read."""
    text = data.get(PASTED, "").replace("\r\n", "\n")
    try:
        settings = read_space(trainer, text)
    except TextError as error:
        return data, Paste(text, problem=str(error))
    n = sum(setting.mode == SEARCH for setting in settings.values())
    done = f"Read {count_noun(n, 'parameter')} to search. All others are fixed."
    return with_settings(trainer, data, settings), Paste(done=done)
