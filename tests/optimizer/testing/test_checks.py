"""The checks for outsiders find what they are there to find."""

import math
from typing import ClassVar

import pytest

from optimizer.pruners.base import Decision, Pruner
from optimizer.pruners.median import MedianPruner
from optimizer.samplers.base import Sampler, Seen, Suggestion, draw_unseen, random_suggestion
from optimizer.samplers.random import RandomSampler
from optimizer.testing import check_pruner, check_sampler


class Good(Sampler):
    """As simple as can be; the members of ``BROKEN`` differ from it in one thing."""

    name = "good"

    def suggest(self, space, history, pending, rng, *, budget=None, allow_repeats=False, seed=0):
        seen = Seen(history, pending, allow_repeats=allow_repeats)
        return self.finish(random_suggestion(self, space, seen, rng), history)

    def finish(self, suggestion, history):
        return suggestion


class Nameless(Good):
    name = ""


class Forgetful(Good):
    """What was pending or done is proposed again."""

    def suggest(self, space, history, pending, rng, **options):
        return random_suggestion(self, space, Seen(history, (), allow_repeats=True), rng)


class Silent(Good):
    def suggest(self, space, history, pending, rng, **options):
        params, _ = draw_unseen(space, Seen(history, pending), rng)
        return Suggestion(params, {"sampler": self.name, "kind": "random", "text": "Random point."})


class Incomplete(Good):
    def finish(self, suggestion, history):
        return Suggestion(dict(list(suggestion.params.items())[1:]), suggestion.explanation)


class Unexplained(Good):
    def finish(self, suggestion, history):
        return Suggestion(suggestion.params, {"sampler": self.name, "kind": "random"})


class NotJson(Good):
    def finish(self, suggestion, history):
        return Suggestion(suggestion.params, {**suggestion.explanation, "mean": math.nan})


class Remembering(Good):
    """The second call on a sampler gives something else than the first call on a new one."""

    def __init__(self):
        self.n_calls = 0

    def suggest(self, space, history, pending, rng, **options):
        self.n_calls += 1
        for _ in range(self.n_calls):
            rng.random()
        return super().suggest(space, history, pending, rng, **options)


class Meddling(Good):
    def finish(self, suggestion, history):
        history.add(10_000 + len(history), suggestion.params, None, "failed")
        return suggestion


class Averaging(Good):
    """Cannot live without values."""

    def finish(self, suggestion, history):
        if len(history):
            _ = history.best_rows(1)[0]
        return suggestion


BROKEN = {
    Nameless: "must have a name that is a string, got ''",
    Forgetful: "must not propose a point that is pending",
    Silent: 'must say so with the word "repeat"',
    Incomplete: "must be a point of the space, in the space 'float', trial 0: x: is missing",
    Unexplained: "an explanation must have 'text'",
    NotJson: "an explanation must be JSON",
    Remembering: "a sampler that was used before must suggest what a new one does",
    Meddling: "must not change the history",
}


def test_good_ones_pass():
    check_sampler(Good)
    check_sampler(RandomSampler)
    check_pruner(MedianPruner(n_startup_trials=1))


@pytest.mark.parametrize("cls", BROKEN)
def test_a_broken_sampler_is_told_what_it_did(cls):
    with pytest.raises(AssertionError) as caught:
        check_sampler(cls)
    assert BROKEN[cls] in str(caught.value)


def test_what_a_sampler_raises_comes_through():
    with pytest.raises(IndexError):
        check_sampler(Averaging)


class Constant(Pruner):
    name = "constant"
    is_relative = True

    def decide(self, reports, number, step):
        reports.loss_at(number, step)
        return Decision.keep("it always does")


class Eager(Constant):
    def decide(self, reports, number, step):
        reports.loss_at(number, step)
        return Decision.stop(step, "it always does")


class Mute(Constant):
    def decide(self, reports, number, step):
        return super().decide(reports, number, step)._replace(text="")


class Careless(Constant):
    def decide(self, reports, number, step):
        return Decision.keep("it always does")


class Counting(Constant):
    """Decides by how often it was asked."""

    asked: ClassVar = []

    def decide(self, reports, number, step):
        self.asked.append(step)
        reports.loss_at(number, step)
        return Decision.keep(f"asked {len(self.asked)} times")


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Eager, "must not stop a trial that is alone"),
        (Mute, "must be one sentence that begins with 'Continues: '"),
        (Careless, "decide must raise KeyError for trial 0"),
        (Counting, "in whatever order reports came"),
    ],
)
def test_a_broken_pruner_is_told_what_it_did(cls, message):
    check_pruner(Constant())
    with pytest.raises(AssertionError, match=message):
        check_pruner(cls())
