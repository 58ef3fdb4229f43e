"""The page of one study, in every state, and the moves that it offers."""

import html
import re

import pytest
from django.urls import reverse

from dashboard.engine.fences import lose_trial, report_steps
from dashboard.engine.registration import register_worker
from dashboard.models import StudyState
from tests.builders import (
    add_trials,
    claim,
    complete,
    fence_of,
    make_dataset,
    make_study,
    running_study,
    steps,
)

BUTTONS = {
    "draft": {"start"},
    "running": {"pause", "stop"},
    "paused": {"resume", "stop"},
    "finished": set(),
    "stopped": set(),
    "failed": set(),
}


@pytest.fixture
def show(page):
    def get(study, **query):
        response = page.get(study.get_absolute_url(), query)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def table(page):
    def get(study, **query):
        return page.get(reverse("study-trials", args=[study.pk]), query).context["page"].table

    return get


@pytest.fixture
def show_trials(page):
    def get(study, **query):
        return page.get(reverse("study-trials", args=[study.pk]), query).content.decode()

    return get


def numbers(table):
    return [row.trial.number for row in table.rows]


@pytest.mark.parametrize("state", StudyState.values)
def test_page_offers_what_is_allowed_in_its_state(show, user, state):
    study = make_study(state)

    html = show(study)

    offered = {
        m for m in ("start", "pause", "resume", "stop") if reverse(f"study-{m}", args=[study.pk]) in html
    }
    assert offered == BUTTONS[state]
    assert StudyState(state).label in html


@pytest.mark.parametrize("state", StudyState.values)
def test_page_polls_only_while_the_study_can_change(show, user, state):
    polls = 'hx-trigger="every' in show(make_study(state))

    assert polls is (state in {"draft", "running", "paused"})


@pytest.mark.parametrize(
    ("move", "state", "after"),
    [
        ("start", "draft", "running"),
        ("pause", "running", "paused"),
        ("resume", "paused", "running"),
        ("stop", "running", "stopped"),
        ("stop", "finished", "finished"),
        ("start", "failed", "failed"),
    ],
)
def test_button_moves_the_study_and_leads_back_to_it(page, user, move, state, after):
    study = make_study(state)

    response = page.post(reverse(f"study-{move}", args=[study.pk]))

    study.refresh_from_db()
    assert (response.status_code, response.url) == (302, study.get_absolute_url())
    assert study.state == after


def test_reason_names_the_person_who_pressed(page):
    study = running_study()

    page.post(reverse("study-stop", args=[study.pk]))

    study.refresh_from_db()
    assert study.state_reason == "Stopped by ada"


def test_person_hears_of_a_broker_that_is_down_and_the_study_starts_all_the_same(page, user, monkeypatch):
    monkeypatch.setattr("dashboard.operations.troubles.is_broker_up", lambda: False)
    study = make_study()

    response = page.post(reverse("study-start", args=[study.pk]), follow=True)

    assert "The broker is not responding" in response.content.decode()
    study.refresh_from_db()
    assert study.state == "running"


def test_best_value_stands_with_its_trial_and_params(show, user):
    study = running_study()
    complete(study, 0.5)
    best = complete(study, 0.125)
    complete(study, 0.25)

    html = show(study)

    assert "Trial #1" in html
    assert "0.1250" in html
    assert f'title="{best.params["units_1"]}"' in html


def test_first_best_trial_wins_when_values_are_equal(page, user):
    study = running_study()
    for _ in range(3):
        complete(study, 0.25)

    assert page.get(study.get_absolute_url()).context["page"].best.trial.number == 0


def test_running_study_without_a_worker_says_what_to_do(show, user):
    study = running_study()
    assert "No workers are running, so trials cannot start" in show(study)

    register_worker(name="node-a:1", n_slots=1)
    assert "so nothing trains" not in show(study)


def test_table_names_what_became_of_each_trial(show_trials, user):
    study = running_study(max_trials=20)
    add_trials(study, state="failed")
    lose_trial(fence_of(claim(study)), reason="gone")
    running = claim(study)
    report_steps(fence_of(running), steps=steps(0.5, 0.4), objective="val_loss", log="")
    claim(study)

    html = show_trials(study)

    for words in ("Failed: error", "Epoch 2 of 5", "Setting up"):
        assert words in html


def test_trial_that_was_lost_waits_for_another_attempt(show_trials, user):
    study = running_study()
    lose_trial(fence_of(claim(study)), reason="gone")

    assert "Waiting for another attempt" in show_trials(study)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("number", [0, 1, 2, 3]),
        ("-number", [3, 2, 1, 0]),
        ("value", [1, 2, 0, 3]),
        ("-value", [0, 2, 1, 3]),
        ("params.units_1", [2, 0, 1, 3]),
        ("-params.units_1", [1, 0, 2, 3]),
        ("state", [2, 1, 0, 3]),
        ("password", [3, 2, 1, 0]),
        ("params.password", [3, 2, 1, 0]),
        ("-study__owner__password", [3, 2, 1, 0]),
        ("", [3, 2, 1, 0]),
    ],
)
def test_table_is_sorted_by_what_the_address_says(table, user, sort, order):
    """Numbers are sorted as numbers, and what has no value comes last in both directions."""
    study = running_study()
    for value, units in ((0.5, 16), (0.1, 104), (0.3, 8)):
        add_trials(study, value=lambda n, v=value: v, params={"units_1": units})
    add_trials(study, state="failed", params={})

    assert numbers(table(study, sort=sort)) == order


def test_trials_are_sorted_by_who_proposed_them(table, user):
    study = running_study()
    for sampler in ("tpe", "gp", "random"):
        add_trials(study, sampler=sampler)

    assert numbers(table(study, sort="sampler")) == [1, 2, 0]


def test_duration_sorts_by_time(table, user):
    study = running_study()
    for seconds in (3.0, 1.0, 2.0):
        add_trials(study, seconds=seconds)

    assert numbers(table(study, sort="duration")) == [1, 2, 0]


def test_table_is_filtered_by_state(table, page, user):
    study = running_study()
    add_trials(study, 2)
    add_trials(study, 1, state="failed")

    assert numbers(table(study, q="state = failed")) == [2]
    assert numbers(table(study, q="state=complete")) == [1, 0]
    assert numbers(table(study, q="state = nonsense")) == [2, 1, 0]
    links = table(study).states
    assert [(link.label, link.n) for link in links] == [("All", 3), ("Complete", 2), ("Failed", 1)]
    assert [numbers(page.get(link.url).context["page"].table) for link in links] == [[2, 1, 0], [1, 0], [2]]


def test_long_table_has_pages_that_keep_order_and_filter(show_trials, table, user):
    study = running_study(max_trials=100)
    add_trials(study, 60)

    assert numbers(table(study, sort="number", page=3)) == list(range(50, 60))
    assert numbers(table(study, sort="number", page="x")) == list(range(25))
    html = show_trials(study, sort="value", q="state = complete", page=2)
    assert "26 to 50 of 60" in html
    assert "?q=state+%3D+complete&amp;sort=value&amp;page=3" in html


def test_study_of_a_trainer_that_is_gone_is_still_shown(show, user):
    study = running_study(trainer="gone", dataset="gone too", sampler="gone as well", objective="odd")
    add_trials(study, 3, metrics={"odd": 1.0, "val_other": 2.0})

    assert "gone too" in show(study)


def test_chart_data_of_the_page_follows_its_trials(page, user):
    study = running_study()
    add_trials(study, 3, n_reports=2)

    charts = page.get(study.get_absolute_url()).context["page"].charts
    charts |= page.get(reverse("study-explore", args=[study.pk])).context["page"].charts

    assert charts["best"]["trials"]["n"] == [0, 1, 2]
    assert charts["best"]["best"] == {"n": 2, "value": pytest.approx(1 / 3)}
    best = charts["epochs"]["curves"][0]
    assert (best["n"], best["points"]) == (2, [(1, 1.0), (2, 0.5)])


def test_curve_of_a_trial_is_that_of_its_last_attempt(page, user):
    study = running_study()
    first = claim(study)
    report_steps(fence_of(first), steps=steps(9.0, 8.0), objective="val_loss", log="")
    lose_trial(fence_of(first), reason="gone")
    report_steps(fence_of(claim(study)), steps=steps(0.5), objective="val_loss", log="")

    curves = page.get(reverse("study-explore", args=[study.pk])).context["page"].charts["epochs"]["curves"]

    assert [curve["points"] for curve in curves] == [[(1, 0.5)]]


def test_running_trials_are_among_the_curves_however_many_there_are(page, user):
    study = running_study(max_trials=500, n_parallel=100)
    add_trials(study, 100, n_reports=2)
    add_trials(study, 70, state="running", n_reports=2)

    curves = page.get(reverse("study-explore", args=[study.pk])).context["page"].charts["epochs"]["curves"]

    assert len(curves) <= 60
    assert any(curve["state"] == "running" for curve in curves)


def test_no_epoch_is_named_where_the_value_is_of_none(show, user):
    study = running_study()
    complete(study, 0.25, best_step=0)
    assert "epoch 0" not in show(study)
    assert "epoch 0" not in show(study.trials.get())


def test_the_page_calls_an_uploaded_dataset_as_people_do(page, user):
    study = make_study(dataset=make_dataset(owner=user, label="Plants of 2026").name)

    body = page.get(study.get_absolute_url()).content.decode()

    assert '<span class="tag">Plants of 2026</span>' in body
    assert "plants-0a1b2c3d" not in body


def test_the_best_params_can_be_copied_and_varied(page, user):
    study = running_study()
    (trial,) = add_trials(study, 1)
    body = page.get(study.get_absolute_url()).content.decode()
    copied = html.unescape(re.search(r'<pre[^>]*id="best-python"[^>]*>(.*?)</pre>', body, re.DOTALL)[1])
    found = {}
    exec(copied, found)
    assert found["params"] == trial.params
    assert reverse("trial-variation", args=[study.pk, trial.number]) in body


def test_the_next_best_trials_say_how_far_the_best_is_ahead(show, page, user):
    study = running_study(max_trials=3)
    add_trials(study, 3, value=lambda number: (0.3, 0.1, 0.2)[number])
    shown = page.get(study.get_absolute_url())
    assert [(number, words) for number, words, _ in shown.context["page"].runners_up] == [
        (2, "0.2000"),
        (0, "0.3000"),
    ]
    assert "not confirmed" not in shown.content.decode()

    study.state = StudyState.FINISHED
    study.save()
    assert "One training each, not confirmed" in show(study)


def test_a_study_that_has_ended_has_its_note_on_the_overview(show, user):
    study = running_study(note="Wide layers **win**.")
    assert "<strong>win</strong>" in show(study)
    ended = make_study(StudyState.FINISHED)
    assert "No note yet" not in show(ended)
    tried = make_study(StudyState.FINISHED, name="Tried")
    add_trials(tried, 1)
    assert "No note yet" in show(tried)
