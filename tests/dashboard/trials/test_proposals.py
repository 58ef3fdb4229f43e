"""Where trials came from: on the study page, in its table, and on the trial page."""

import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.models import Origin
from tests.builders import WORKER, add_trials, complete, running_study

GP = {
    "sampler": "gp",
    "kind": "model",
    "text": "A Gaussian process expects the most here.",
    "mean": 0.5,
    "sd": 0.1,
    "best": 0.45,
    "improvement": 0.02,
    "n": 12,
    "lengths": {"learning_rate": 0.2, "units_1": 0.8},
}
AUTO = GP | {"chosen_by": "auto", "why": "The Gaussian process's turn."}


@pytest.fixture
def proposals(page):
    def get(study):
        return page.get(study.get_absolute_url()).context["page"].proposals

    return get


@pytest.fixture
def show(page):
    return lambda entry: page.get(entry.get_absolute_url()).content.decode()


def started(n, **fields):
    study = running_study(max_trials=100, **fields)
    add_trials(study, n, origin=Origin.STARTUP, sampler=study.sampler)
    return study


def test_page_says_from_which_trial_on_a_model_proposes(proposals, user):
    study = started(4, sampler="tpe")
    add_trials(study, 3, origin=Origin.MODEL, sampler="tpe")

    found = proposals(study)

    assert found.sentence == "Trials #0 to #3 explore the search space. TPE proposes trials from #4."
    assert found.words == "4 starting points, then TPE"
    assert found.first_modelled == 4


def test_every_sampler_has_its_share_when_several_propose(proposals, user):
    study = started(2, sampler="auto")
    add_trials(study, 5, origin=Origin.MODEL, sampler="gp")
    add_trials(study, 3, origin=Origin.MODEL, sampler="tpe")

    found = proposals(study)

    assert [(e.label, e.n, e.share) for e in found.proposers] == [
        ("Starting points", 2, 0.2),
        ("Gaussian process", 5, 0.5),
        ("TPE", 3, 0.3),
    ]
    assert found.sentence.endswith("Gaussian process and TPE propose trials from #2.")


def test_sampler_is_credited_with_the_best_values_it_found(proposals, user):
    study = running_study(max_trials=50)
    for sampler, value in (("gp", 0.5), ("tpe", 0.6), ("gp", 0.4), ("tpe", 0.3)):
        add_trials(study, origin=Origin.MODEL, sampler=sampler, value=lambda _n, v=value: v)
    add_trials(study, state="failed", origin=Origin.MODEL, sampler="random")

    results = {entry.label: entry.result for entry in proposals(study).proposers}

    assert results == {
        "Gaussian process": "best 0.4000, set a new best twice",
        "TPE": "best 0.3000, set a new best once",
        "Random search": "none complete",
    }


@pytest.mark.parametrize(
    ("n", "words"), [(1, "The first trial explores"), (3, "The first 3 trials explore the search space.")]
)
def test_study_without_a_model_yet_says_so(proposals, user, n, words):
    assert words in proposals(started(n, sampler="tpe")).sentence


def test_grid_says_how_far_it_is(proposals, user):
    study = running_study(sampler="grid", space=GRID)
    complete(study)

    assert proposals(study).sentence == "1 of 6 grid points tried."


GRID = {
    "version": 1,
    "params": [
        {"name": "n_layers", "type": "int", "low": 1, "high": 3},
        {"name": "activation_1", "type": "categorical", "choices": ["relu", "tanh"]},
    ],
}


def test_study_whose_grid_is_used_up_says_so_in_words(show, user):
    study = running_study(sampler="grid", space=GRID, max_trials=50)
    for _ in range(6):
        complete(study)

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None

    study.refresh_from_db()
    assert study.state == "finished"
    assert "exhausted: all 6 points tried." in show(study)


def test_table_names_the_sampler_and_its_reason(page, user):
    study = started(1, sampler="auto")
    add_trials(study, origin=Origin.MODEL, sampler="gp", explanation=AUTO)
    add_trials(study, origin=Origin.RANDOM, sampler="sobol")

    rows = page.get(study.get_absolute_url()).context["page"].table.rows

    assert [row.proposer for row in rows] == ["Sobol sequence", "Gaussian process", "Starting points"]
    assert [row.why for row in rows] == ["", AUTO["text"], ""]


def test_trial_page_draws_what_the_process_expected(page, show, user):
    study = running_study()
    trial = add_trials(study, origin=Origin.MODEL, sampler="gp", explanation=AUTO, value=lambda _n: 0.3)[0]

    html = show(trial)

    for words in (
        "Proposed by Gaussian process, chosen by Automatic.",
        AUTO["text"],
        "The Gaussian process&#x27;s turn.",
        "predicted 0.5000 ± 0.1",
        "actual 0.3000",
        "2.0 standard deviations better than predicted",
        "Length-scales",
        "learned from 12 trials",
    ):
        assert words in html


@pytest.mark.parametrize(
    ("state", "words"),
    [("running", "No result to compare yet."), ("failed", "No result to compare.")],
)
def test_prediction_without_a_result_says_so(show, user, state, words):
    trial = add_trials(running_study(), state=state, origin=Origin.MODEL, sampler="gp", explanation=GP)[0]

    assert words in show(trial)


def test_prediction_of_nothing_draws_nothing(page, user):
    said = GP | {"mean": None, "sd": None, "lengths": {}}
    trial = add_trials(running_study(), origin=Origin.MODEL, sampler="gp", explanation=said)[0]

    shown = page.get(trial.get_absolute_url()).context["page"]

    assert not shown.is_modelled


def test_real_process_explains_itself_on_the_trial_page(page, user):
    study = running_study(max_trials=20, sampler="gp")
    trial = next(t for t in (complete(study, 1 / (n + 1)) for n in range(20)) if t.origin == "model")

    shown = page.get(trial.get_absolute_url()).context["page"]

    assert shown.forecast.outcome is not None
    assert {bar.name for bar in shown.lengths} <= set(study.search_space.names)
