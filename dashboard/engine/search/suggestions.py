"""Params for the next trial of a study, from what is recorded of it and nothing else.

A process remembers what it has read of a study, so that a suggestion costs the same in a long study as in a
short one. What it remembers never changes a suggestion: the same recorded trials give the same params in
whatever process, fresh or not.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dashboard.charts.explanations import kept_explanation
from dashboard.engine.search.study_history import Past
from dashboard.models import Study
from optimizer import Suggestion, generator_for
from optimizer.samplers.proposing import propose

# Studies that a process remembers; a past of 10,000 trials takes some 10 MB.
MAX_STUDIES = 8


@dataclass
class _Memory:
    lock: threading.RLock = field(default_factory=threading.RLock)
    past: Past | None = None


_lock = threading.Lock()
_memories: OrderedDict[int, _Memory] = OrderedDict()


@contextmanager
def one_at_a_time(study_id: int) -> Iterator[None]:
    """Slots of one process take turns with a study: at once they would only race for the same number."""
    with _memory_of(study_id).lock:
        yield


def suggest(study: Study, number: int) -> Suggestion:
    memory = _memory_of(study.pk)
    with memory.lock:
        if memory.past is None or not memory.past.catch_up(study):
            memory.past = Past(study)
        return _suggest(memory.past, study, number)


def _suggest(past: Past, study: Study, number: int) -> Suggestion:
    suggestion = propose(
        past.sampler,
        past.history,
        past.pending,
        generator_for(study.seed, number),
        budget=study.max_trials,
        seed=study.seed,
    )
    # Why these params is worked out now, while the past is as it was and before anybody holds a lock.
    explanation = kept_explanation(suggestion.explanation, suggestion.params, past.space)
    return Suggestion(suggestion.params, explanation, suggestion.proposer)


def _memory_of(study_id: int) -> _Memory:
    with _lock:
        memory = _memories.setdefault(study_id, _Memory())
        _memories.move_to_end(study_id)
        # One that is in use may go, too: then two slots race, and the lock on the study's row decides.
        while len(_memories) > MAX_STUDIES:
            _memories.popitem(last=False)
        return memory
