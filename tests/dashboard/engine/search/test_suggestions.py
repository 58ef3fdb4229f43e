"""What a sampler is told of the trials so far, and what is kept of its answer."""

from unittest.mock import create_autospec

import pytest

from dashboard.engine.search import study_history
from dashboard.engine.search.suggestions import suggest
from optimizer import Suggestion
from optimizer.samplers import Sampler
from tests.builders import PARAMS, add_trials, claim, running_study

pytestmark = pytest.mark.django_db


def test_sampler_hears_who_proposed_each_trial(monkeypatch):
    study = running_study()
    for sampler in ("gp", "tpe", ""):
        add_trials(study, sampler=sampler)
    add_trials(study, state="running", sampler="gp")
    fake = create_autospec(Sampler, instance=True)
    fake.suggest.return_value = Suggestion(PARAMS, {})
    monkeypatch.setattr(study_history, "create_sampler", lambda _name: fake)

    suggest(study, 4)

    _space, history, pending, _rng = fake.suggest.call_args.args
    assert list(history.proposers) == ["gp", "tpe", ""]
    assert pending == [PARAMS]


def test_trial_keeps_who_proposed_it_when_one_sampler_let_another_propose(monkeypatch):
    said = {"sampler": "gp", "kind": "model", "text": "Because.", "chosen_by": "auto", "why": "Its turn."}
    fake = create_autospec(Sampler, instance=True)
    fake.suggest.return_value = Suggestion(PARAMS, said, "gp")
    monkeypatch.setattr(study_history, "create_sampler", lambda _name: fake)

    trial = claim(running_study(sampler="auto"))

    assert (trial.sampler, trial.origin, trial.explanation) == ("gp", "model", said)
