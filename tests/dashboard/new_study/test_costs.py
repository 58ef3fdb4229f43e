"""The new-study page says what a study will take, from a measurement in the background."""

import re
import socket

import pytest
from django.urls import reverse

from dashboard.models import Cost, QuestionState
from dashboard.new_study import costs
from dashboard.tasks import measure_costs
from tests.builders import claim, running_study
from tests.dashboard.posted import posted_fields
from trainers.costs.estimate import CostUnknown

URL = reverse("study-cost", args=["mlp"])
BUDGET = {"max_trials": "10", "max_epochs": "5", "n_parallel": "1"}


def network(n_parameters, epoch_seconds, start_seconds=1.0):
    return {"n_parameters": n_parameters, "epoch_seconds": epoch_seconds, "start_seconds": start_seconds}


@pytest.fixture
def measured(monkeypatch):
    """What was measured."""
    asked = []

    def measure(**request):
        asked.append(request)
        return {
            "smallest": network(1_210, 0.1),
            "default": network(26_122, 0.5),
            "largest": network(4_563_722, 4.0),
            "sampled": [network(20_000, 0.8), network(40_000, 1.0)],
        }

    monkeypatch.setattr(costs, "measure", measure)
    return asked


def words(page, *, measure=False, **changes):
    data = posted_fields(**{**BUDGET, **changes}) | ({"measure": "1"} if measure else {})
    answer = page.post(URL, data)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_asks_by_itself_and_shows_what_was_measured(page, measured):
    opened = page.get("/studies/new/").content.decode()
    assert f'hx-post="{URL}"' in opened
    assert "Measuring a few networks" in words(page, measure=True)

    measure_costs()

    shown = words(page)
    for number in ("1,210", "26,122", "4,563,722", "0.1 s", "4 s"):
        assert number in shown
    # ten trials, each of 1 s to begin with and five epochs
    assert "About 55 s</b> for 10 trials of 5 epochs, 1 in parallel." in shown
    assert "Between 15 s (all trials use the fastest network) and 3 min 30 s (all use the slowest)." in shown
    assert measured[0]["trainer"] == "mlp"
    assert measured[0]["dataset"] == Cost.objects.get().given["dataset"]


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("host", "words_shown"),
    [(socket.gethostname(), "1 trial was training on this machine meanwhile"), ("node-b", "")],
)
def test_trainings_on_this_machine_make_the_times_upper_bounds(page, host, words_shown):
    words(page, measure=True)
    claim(running_study(), worker=f"{host}:17 / 1")

    measure_costs()

    shown = words(page)
    assert "About" in shown
    assert ("upper bounds" in shown) == bool(words_shown)
    assert words_shown in shown


def test_networks_that_are_all_of_one_size_are_one_line(page, monkeypatch):
    one = network(924_930, 2.0)
    found = {"smallest": one, "default": one, "largest": network(924_930, 3.0), "sampled": [one]}
    monkeypatch.setattr(costs, "measure", lambda **_: found)
    words(page, measure=True)
    measure_costs()
    shown = words(page)
    assert shown.count("924,930") == 1
    assert "All networks" in shown
    assert "Smallest" not in shown


@pytest.mark.parametrize(("seconds", "shown"), [(0.04, "&lt; 0.1 s"), (0.1, "0.1 s"), (75, "1 min 15 s")])
def test_an_epoch_is_told_to_a_tenth_of_a_second(page, monkeypatch, seconds, shown):
    one = network(100, seconds)
    found = {"smallest": one, "default": one, "largest": one, "sampled": [one]}
    monkeypatch.setattr(costs, "measure", lambda **_: found)
    words(page, measure=True)
    measure_costs()
    assert f'<td class="r num">{shown}</td>' in words(page)


def test_the_budget_changes_the_sum_and_not_the_question(page, measured):
    words(page, measure=True)
    measure_costs()
    assert "About 1 min 50 s" in words(page, max_trials="20")
    assert "About 2 min 40 s</b> for 10 trials of 5 epochs, 3 folds each" in words(page, n_folds="3")
    assert "study time limit of 30 s" in words(page, max_minutes="0.5")
    assert "Fix the budget" in words(page, max_trials="many")
    assert Cost.objects.count() == len(measured) == 1


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(("objective", "is_percentage"), [("val_accuracy", True), ("val_loss", False)])
def test_the_hint_of_the_target_follows_the_objective(page, objective, is_percentage):
    hint = re.search(
        r'id="id_target_value_helptext" hx-swap-oob="true">(.*?)<', words(page, objective=objective)
    )
    assert ("percentage" in hint[1]) == is_percentage


def test_no_more_trials_run_at_once_than_there_are_slots(page, measured, settings):
    settings.SLOTS = 2
    words(page, measure=True)
    measure_costs()
    assert "About 28 s</b> for 10 trials of 5 epochs, 2 in parallel." in words(page, n_parallel="8")


def test_another_space_is_another_question_that_is_asked_on_demand_only(page, measured):
    words(page, measure=True)
    measure_costs()
    changed = {"knob__learning_rate__high": "0.5"}
    assert "has not been measured" in words(page, **changed)
    assert Cost.objects.count() == 1

    words(page, measure=True, **changed)
    measure_costs()
    assert "About 55 s" in words(page, **changed)
    assert len(measured) == 2


def test_of_a_persons_questions_only_the_last_one_waits(page, measured):
    words(page, measure=True)
    words(page, measure=True, knob__learning_rate__high="0.5")
    measure_costs()
    assert len(measured) == 1
    assert "About" in words(page, knob__learning_rate__high="0.5")


def test_nothing_is_asked_while_the_space_is_not_right(page, measured):
    assert "Choose a valid dataset and search space" in words(
        page, measure=True, knob__learning_rate__high="much"
    )
    assert "Choose a valid dataset and search space" in words(page, measure=True, dataset="nothing")
    assert not Cost.objects.exists()


def test_what_cannot_be_measured_says_why_and_may_be_tried_again(page, monkeypatch):
    def refuse(**_):
        raise CostUnknown("The measurement took more than 3 minutes.")

    monkeypatch.setattr(costs, "measure", refuse)
    words(page, measure=True)
    measure_costs()
    shown = words(page)
    assert "The measurement took more than 3 minutes." in shown
    assert "Measure again" in shown
    words(page, measure=True)
    assert Cost.objects.get().state == QuestionState.WAITING


def test_a_network_that_is_too_large_to_try_still_shows_its_parameters(page, monkeypatch):
    one, huge = network(100, 0.2, 0.0), network(9_000_000_000, None, None)
    found = {"smallest": one, "default": one, "largest": huge, "sampled": [one, huge]}
    monkeypatch.setattr(costs, "measure", lambda **_: found)
    words(page, measure=True)
    measure_costs()
    shown = words(page)
    assert "9,000,000,000" in shown
    assert "too large to measure" in shown
    assert "About 10 s" in shown
