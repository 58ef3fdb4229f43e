"""What the pictures of the explore view count, in which order, and how far their axes reach."""

import datetime as dt

from dashboard.charts.panels.panel import Line
from dashboard.models import Attempt, TrialState
from dashboard.studies.explore.axes import Subject
from dashboard.trials.results import forget_results
from tests.builders import add_trials
from tests.dashboard.studies.explore.test_pictures import fill, picture, study_of


def test_groups_count_every_trial_that_has_an_epoch(user):
    """The median of a group is that of all its trials, not of the best ones."""
    study = study_of()
    fill(study, 150)
    fill(study, 150, state=TrialState.PRUNED, step_value=9.0)
    shown = picture(study, "groups", by="layers")
    assert shown.sub == "300 trials with at least one epoch"
    assert sum(int(panel.corner.split()[0]) for panel in shown.panels) == 300


def test_groups_of_a_long_study_say_which_trials_they_are(user, monkeypatch):
    monkeypatch.setattr("dashboard.studies.explore.groups.MAX_EPOCHS", 30)
    study = study_of()
    fill(study, 25)
    assert picture(study, "groups").sub == "Every third of 25 trials with at least one epoch"


def test_groups_of_a_number_are_named_after_the_values_in_them(user):
    study = study_of()
    for rate in (1e-4, 2e-4, 0.003, 0.004, 0.02, 0.03, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1):
        params = {"learning_rate": rate, "optimizer": None, "layers": 2}
        add_trials(study, params=params, n_reports=3, step=3)
    forget_results()
    titles = [panel.title for panel in picture(study, "groups", by="learning_rate").panels]
    assert titles[0] == "learning_rate 1e-4 to 0.003"
    assert titles[-1] == "learning_rate 0.07 to 0.1"


def test_effects_stand_in_the_order_of_importance(user):
    study = study_of()
    fill(study, 60)
    (panel,) = picture(study, "effects").panels
    rows = [words for _, words in sorted(panel.y.ticks, reverse=True)]
    assert rows == [name for name in Subject.of(study).names if name in rows]


def test_the_axis_of_a_param_plot_holds_what_the_model_expects(user):
    study = study_of()
    fill(study, 60, state=TrialState.COMPLETE)
    fill(study, 60, value=lambda params: 0.1 + params["learning_rate"] / 10)
    for panel in picture(study, "scatter").panels:
        (line,) = marks_of(panel, Line)
        known = [v for v in line.y if v is not None]
        assert panel.y.low <= min(known)
        assert max(known) <= panel.y.high


def marks_of(panel, kind):
    return [mark for mark in panel.marks if isinstance(mark, kind)]


def test_whole_numbers_have_a_bin_each_where_there_are_few(user):
    study = study_of()
    fill(study, 60)
    spans = [row[1] for row in picture(study, "tenth").rows if row[0] == "layers"]
    assert spans == ["1", "2", "3"]


def test_the_timeline_says_where_the_training_time_went(user):
    study = study_of(started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    fill(study, 2)
    fill(study, 1, state=TrialState.PRUNED)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for number, seconds in enumerate((30, 30, 40)):
        end = start + dt.timedelta(seconds=seconds)
        Attempt.objects.filter(trial__number=number).update(started_at=start, finished_at=end)
    assert "Training time, 1 min 40 s in all: 60% complete and 40% pruned." in picture(study, "timeline").note
