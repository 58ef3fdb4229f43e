"""The pictures of the explore view: true numbers, whatever the trials are like."""

import datetime as dt
import math

import numpy as np
import pytest
from django.urls import reverse

from dashboard.charts.panels.panel import Boxes, Dots, Line
from dashboard.engine.lifecycle import record_event
from dashboard.models import Attempt, AttemptState, TrialState
from dashboard.studies.explore.asked import Asked
from dashboard.studies.explore.axes import Subject, axis_order, explore_data
from dashboard.studies.explore.pictures import OF_SELECTED, PICTURES
from dashboard.trials.results import forget_results, results_of
from dashboard.trials.selected import selection_for
from optimizer import SearchSpace
from tests.builders import add_trials, running_study

SPACE = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-5, "high": 0.1, "log": True},
        {"name": "optimizer", "type": "categorical", "choices": ["adam", "adamw", None]},
        {
            "name": "decay",
            "type": "float",
            "low": 0.0,
            "high": 0.1,
            "when": {"parent": "optimizer", "in": ["adamw"]},
        },
        {"name": "layers", "type": "int", "low": 1, "high": 3},
        {"name": "still", "type": "constant", "value": 7},
    ],
}


def fill(study, n, value=None, state=TrialState.COMPLETE, **fields):
    """Random points; by default the best learning rate is 1e-3, and adamw is worse by a half."""
    space, rng = SearchSpace.from_json(study.space), np.random.default_rng(n)

    def own(params):
        lr = abs(math.log10(params["learning_rate"]) + 3)
        return 0.1 + lr + (0.5 if params["optimizer"] == "adamw" else 0)

    for _ in range(n):
        params = space.sample(rng)
        number = study.trials.count()
        result = (value or own)(params)
        add_trials(
            study, params=params, value=lambda _, r=result: r, state=state, n_reports=3, step=3, **fields
        )
        if state == TrialState.COMPLETE:
            assert study.trials.get(number=number).value == result
    forget_results()


def study_of(**changes):
    return running_study(**{"space": SPACE, "max_trials": 400, **changes})


def picture(study, name, text="", **query):
    results = results_of(study)
    return PICTURES[name](Asked(Subject(study, results), selection_for(study, results, text), query))


def marks(shown, kind, panel=0):
    return [mark for mark in shown.panels[panel].marks if isinstance(mark, kind)]


def test_lines_have_the_places_of_every_param(user):
    study = study_of()
    fill(study, 20)
    add_trials(
        study, 2, state=TrialState.FAILED, params={"learning_rate": 0.01, "optimizer": None, "layers": 2}
    )
    forget_results()

    data = explore_data(Subject(study, results_of(study)))

    assert {axis["name"] for axis in data["axes"]} == {"learning_rate", "optimizer", "decay", "layers"}
    columns = data["columns"]
    for i, trial in enumerate(study.trials.order_by("number")):
        assert columns["n"][i] == trial.number
        assert columns["p:optimizer"][i] == ["adam", "adamw", None].index(trial.params["optimizer"])
        assert columns["p:learning_rate"][i] == pytest.approx(trial.params["learning_rate"], rel=1e-5)
        assert (columns["p:decay"][i] is None) == ("decay" not in trial.params)
        assert (columns["value"][i] is None) == (trial.value is None)
    decay = next(axis for axis in data["axes"] if axis["name"] == "decay")
    assert "optimizer" in decay["when"]
    best = study.trials.filter(state="complete").order_by("value").first()
    assert data["best"] == best.number


def test_what_depends_on_a_param_stands_behind_it(user):
    study = study_of()
    fill(study, 60)
    order = axis_order(Subject(study, results_of(study)))
    assert order[0] == "learning_rate"
    assert order.index("decay") == order.index("optimizer") + 1


def test_somebody_who_has_the_lines_gets_what_ended_since(user):
    study = study_of()
    fill(study, 5)
    subject = Subject(study, results_of(study))
    since = float(subject.results["finished"][3])
    data = explore_data(subject, since)
    assert data["is_update"]
    assert data["columns"]["n"] == [3, 4]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_model_is_best_where_the_trials_are(direction, user):
    study = study_of(direction=direction, objective="val_loss")
    sign = 1 if direction == "minimize" else -1
    fill(study, 80, lambda p: sign * (5 + abs(math.log10(p["learning_rate"]) + 3)))

    shown = picture(study, "scatter")

    assert shown.panels[0].title == "learning_rate"
    (line,) = marks(shown, Line)
    best = min(zip(line.y, line.x, strict=True)) if sign > 0 else max(zip(line.y, line.x, strict=True))
    assert 1e-4 < best[1] < 1e-2
    assert int(shown.panels[0].corner.strip("<>% ")) > 50


def test_a_pair_shows_its_best_corner_and_the_trials(user):
    study = study_of()
    fill(study, 80)
    shown = picture(study, "pair", x="learning_rate", y="layers")
    (boxes,) = marks(shown, Boxes)
    best = [i for i, color in enumerate(boxes.colors) if color == "seq-7"]
    middle = [math.sqrt(boxes.x0[i] * boxes.x1[i]) for i in best]
    assert all(1e-4 < x < 1e-2 for x in middle)
    assert len(shown.rows) == len(boxes.colors)


def test_a_pair_of_which_one_depends_on_the_other_shows_ranks(user):
    study = study_of()
    fill(study, 80)
    shown = picture(study, "pair", x="optimizer", y="decay")
    (dots,) = marks(shown, Dots)
    assert len(dots.n) == sum("decay" in params for params in study.trials.values_list("params", flat=True))
    values = dict(study.trials.values_list("number", "value"))
    assert values[dots.n[-1]] == min(values[n] for n in dots.n)
    assert dots.tones[-1] == 7


def test_an_effect_says_how_much_better_a_value_was(user):
    study = study_of()
    fill(study, 150)
    shown = picture(study, "effects")
    names = [words for _, words in sorted(shown.panels[0].y.ticks, reverse=True)]
    assert names[0] == "learning_rate"
    rows = [row for row in shown.rows if row[1] == "optimizer" and row[2] == "adamw"]
    assert np.mean([row[3] - row[4] for row in rows]) == pytest.approx(0.33, abs=0.12)
    (dots,) = marks(shown, Dots)
    assert len(dots.n) == len(dots.x) == len(dots.words)


def test_groups_have_their_own_medians(user):
    study = study_of()
    fill(study, 40)
    shown = picture(study, "groups", by="optimizer")
    counts = {}
    for params in study.trials.values_list("params", flat=True):
        counts[params["optimizer"]] = counts.get(params["optimizer"], 0) + 1
    assert [panel.title for panel in shown.panels] == ["optimizer adam", "optimizer adamw", "optimizer None"]
    assert [int(panel.corner.split()[0]) for panel in shown.panels] == [
        counts[k] for k in ("adam", "adamw", None)
    ]
    assert [row[:3] for row in shown.rows[:3]] == [
        ["optimizer adam", step, counts["adam"]] for step in (1, 2, 3)
    ]
    assert shown.rows[1][4] == pytest.approx(0.5)  # every trial reports 1, 1/2, 1/3
    unused = picture(study, "groups", by="decay")
    assert unused.panels[-1].title == "decay not used"


def test_the_best_tenth_is_where_it_is(user):
    study = study_of()
    fill(study, 100)
    shown = picture(study, "tenth")
    rows = [row for row in shown.rows if row[0] == "learning_rate"]
    assert sum(row[2] for row in rows) == pytest.approx(1, abs=0.01)
    assert sum(row[3] for row in rows) == pytest.approx(1, abs=0.01)
    assert max(rows, key=lambda row: row[2])[2] > 0.3
    assert shown.sub == "The best 10 of 100 complete trials"


def test_the_distribution_counts_every_complete_trial(user):
    study = study_of()
    fill(study, 30)
    shown = picture(study, "distribution")
    assert [row[1] for row in shown.rows] == sorted(study.trials.values_list("value", flat=True))
    assert shown.rows[-1][2] == 1


def test_the_timeline_shows_retries_pauses_and_slots(user):
    study = study_of()
    start = study.started_at
    trial = add_trials(study, 1)[0]
    Attempt.objects.filter(trial=trial).delete()
    spans = [("node:1 / 2", 0, 10, "lost"), ("node:1 / 10", 20, 60, "complete")]
    for number, (worker, begin, end, state) in enumerate(spans, 1):
        Attempt.objects.create(
            trial=trial,
            number=number,
            worker=worker,
            state=AttemptState(state),
            started_at=start + dt.timedelta(seconds=begin),
            finished_at=start + dt.timedelta(seconds=end),
        )
    for what, at in (("paused the study", 30), ("resumed the study", 40)):
        record_event(study.pk, what, by="ada")
        study.events.filter(what=what).update(at=start + dt.timedelta(seconds=at))
    forget_results()

    shown = picture(study, "timeline")

    pause, bars = marks(shown, Boxes)
    assert (pause.x0, pause.x1) == ([30], [40])
    assert bars.colors == ["mark-bad", "mark-good"]
    assert [words for _, words in shown.panels[0].y.ticks] == ["node, slot 2", "node, slot 10"]
    assert "1 retry" in shown.sub
    assert "busy 50% of the time" in shown.sub  # 50 of twice 50 seconds
    assert [row[:4] for row in shown.rows] == [
        [0, 1, "node, slot 2", "lost"],
        [0, 2, "node, slot 10", "complete"],
    ]


def test_two_workers_at_once_on_one_host_have_rows_of_their_own(user):
    study = study_of()
    for i, trial in enumerate(add_trials(study, 2)):
        Attempt.objects.filter(trial=trial).update(
            worker=f"node:{i} / 1",
            started_at=study.started_at,
            finished_at=study.started_at + dt.timedelta(minutes=1),
        )
    forget_results()
    slots = [words for _, words in picture(study, "timeline").panels[0].y.ticks]
    assert slots == ["node, process 0, slot 1", "node, process 1, slot 1"]


def test_a_filter_changes_what_counts_trials(user):
    study = study_of()
    fill(study, 100)
    n = sum(params["layers"] == 2 for params in study.trials.values_list("params", flat=True))
    assert (
        picture(study, "tenth", "layers = 2").sub
        == f"The best {max(5, round(n / 10))} of {n} complete selected trials"
    )
    assert len(picture(study, "distribution", "layers = 2").rows) == n
    assert f"{n} selected trials" in picture(study, "groups", "layers = 2").sub


HARD = {
    "nothing": lambda study: None,
    "one": lambda study: fill(study, 1),
    "three": lambda study: fill(study, 3),
    "all failed": lambda study: fill(study, 12, state=TrialState.FAILED),
    "all pruned": lambda study: fill(study, 12, state=TrialState.PRUNED, step_value=0.5),
    "constant": lambda study: fill(study, 30, lambda p: 0.5),
    "diverged": lambda study: fill(study, 30, lambda p: 1e30 if p["layers"] == 3 else 0.5),
    "tiny": lambda study: fill(study, 30, lambda p: 1e-13 * p["layers"]),
    "below zero": lambda study: fill(study, 30, lambda p: -p["layers"]),
    "zero": lambda study: fill(study, 30, lambda p: p["layers"] - 1),
}


@pytest.mark.parametrize("name", HARD)
def test_every_picture_stands_whatever_the_trials_are_like(name, page):
    study = study_of()
    HARD[name](study)
    for each in PICTURES:
        response = page.get(reverse("study-picture", args=[study.pk, each]))
        assert response.status_code == 200
        shown = response.context["picture"]
        assert bool(shown.empty) != bool(shown.panels)
        for panel in shown.panels:
            assert panel.x.low < panel.x.high
            assert panel.y.low < panel.y.high
        assert "NaN" not in response.content.decode()
        assert "Infinity" not in response.content.decode()
    assert page.get(reverse("study-explore", args=[study.pk])).status_code == 200


@pytest.mark.parametrize(
    "params",
    [
        [{"name": "only", "type": "categorical", "choices": ["one"]}],
        [{"name": "fixed", "type": "constant", "value": 3}],
        [{"name": f"x{i}", "type": "float", "low": 0, "high": 1} for i in range(60)],
        [
            {"name": "wide", "type": "normal", "mu": 0, "sigma": 1},
            {"name": "tail", "type": "normal", "mu": -7, "sigma": 2, "log": True},
        ],
    ],
    ids=["one category", "nothing searched", "sixty", "open ends"],
)
def test_every_picture_stands_whatever_the_space_is_like(params, page):
    study = study_of(space={"version": 1, "params": params})
    rng = np.random.default_rng(0)
    fill(study, 30, lambda p: float(rng.random()))
    for each in PICTURES:
        response = page.get(reverse("study-picture", args=[study.pk, each]))
        assert response.status_code == 200
    assert page.get(reverse("study-explore", args=[study.pk])).status_code == 200


def test_nothing_new_is_nothing_sent(page):
    study = study_of()
    fill(study, 12)
    url = reverse("study-picture", args=[study.pk, "timeline"])
    stamp = page.get(url).context["stamp"]
    assert page.get(f"{url}?seen={stamp}").status_code == 204
    fill(study, 1)
    assert page.get(f"{url}?seen={stamp}").status_code == 200


def test_numbers_come_as_a_table(page):
    study = study_of()
    fill(study, 30)
    html = page.get(reverse("study-picture", args=[study.pk, "distribution"]) + "?table=1").content.decode()
    assert html.count("<tr>") == 31


def test_who_may_not_see_the_study_sees_no_picture(page, client):
    from tests.builders import make_user

    study = study_of(owner=make_user("grace"))
    assert page.get(reverse("study-picture", args=[study.pk, "pair"])).status_code == 404


def test_an_unknown_picture_or_filter_breaks_nothing(page):
    study = study_of()
    fill(study, 12)
    assert page.get(reverse("study-picture", args=[study.pk, "nothing"])).status_code == 404
    for name in OF_SELECTED:
        url = reverse("study-picture", args=[study.pk, name])
        assert page.get(url, {"q": "layers >", "by": "nothing", "x": "<script>"}).status_code == 200


def test_long_studies_send_some_of_their_trials(user):
    study = study_of(max_trials=9_000)
    params = {"learning_rate": 0.01, "optimizer": "adam", "layers": 2}
    add_trials(study, 4_000, params=params, value=lambda n: 1 + (n * 7919 % 4_000) / 4_000)
    forget_results()
    data = explore_data(Subject(study, results_of(study)))
    assert len(data["columns"]["n"]) <= 2_000
    assert data["best"] in data["columns"]["n"]
    assert len(picture(study, "timeline").panels[0].marks[0].x0) <= 2_000
    assert "The last 2,000 of 4,000 attempts" in picture(study, "timeline").sub
