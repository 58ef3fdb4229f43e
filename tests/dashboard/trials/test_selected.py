"""The selection of a study: edits of the filter by brushes and legends, and which trials it holds."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.trials.results import results_of
from dashboard.trials.selected import Edit, bits_of, selected_of
from tests.builders import add_trials, running_study


@pytest.fixture
def study(user):
    study = running_study(owner=user)
    add_trials(study, 6)
    add_trials(study, 3, state="pruned")
    add_trials(study, 2, state="failed")
    return study


def select(study, text, *edits):
    return selected_of(study, study.search_space, results_of(study), text, {"val_accuracy": 0.9}, edits)


def test_a_brush_replaces_an_earlier_one_on_its_axis(study):
    first = select(study, "state = complete", Edit("trial", "1", "4"))
    assert (first.text, first.n) == ("state = complete and 1 <= trial <= 4", 4)

    second = select(study, first.text, Edit("trial", "3", "9"))
    assert (second.text, second.n) == ("state = complete and 3 <= trial <= 9", 3)


def test_a_box_edits_both_axes_at_once(study):
    selected = select(study, "", Edit("trial", "", "8"), Edit("val_loss", "0.2", "0.5"))
    assert selected.text == "trial <= 8 and 0.2 <= val_loss <= 0.5"
    assert np.flatnonzero(selected.mask).tolist() == [1, 2, 3, 4]


def test_an_open_brush_takes_its_condition_away(study):
    assert select(study, "trial < 4 and state = complete", Edit("trial")).text == "state = complete"


def test_a_state_is_chosen_changed_and_given_up(study):
    pruned = select(study, "trial > 1", Edit("state", choice="pruned"))
    assert (pruned.text, pruned.n) == ("trial > 1 and state = pruned", 3)

    failed = select(study, pruned.text, Edit("state", choice="failed"))
    assert failed.text == "trial > 1 and state = failed"

    assert select(study, failed.text, Edit("state", choice="failed")).text == "trial > 1"


@pytest.mark.parametrize(
    "edit", [Edit("trial", "x"), Edit("nothing", "1"), Edit("state", "1"), Edit("state", choice="lost")]
)
def test_an_edit_that_cannot_be_made_is_said_and_changes_nothing(study, edit):
    selected = select(study, "state = pruned", edit)

    assert selected.error
    assert selected.position is None
    assert (selected.text, selected.n, selected.is_filter) == ("state = pruned", 3, True)


def test_an_edit_of_a_text_that_cannot_be_read_shows_where(study):
    selected = select(study, "state = prund", Edit("trial", "1"))
    assert (selected.text, selected.position, selected.n) == ("state = prund", 8, 11)


def test_trials_can_be_chosen_by_when_they_ended(study):
    """As the wall clock of the charts: the builder ends one trial a second after another."""
    assert select(study, "2 s <= ended <= 4 s").n == 3


@given(st.sets(st.integers(0, 300)))
def test_bits_hold_exactly_these_numbers(numbers):
    data = base64.b64decode(bits_of(np.array(sorted(numbers), dtype=np.int64)))
    # As the browser reads them.
    assert {n for n in range(8 * len(data)) if data[n >> 3] & (128 >> (n & 7))} == numbers
