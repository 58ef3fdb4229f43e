"""All trials in columns: what this process keeps is always what the database has."""

import math
import random

import numpy as np
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from dashboard.engine.fences import fail_trial, lose_trial, prune_trial, report_steps
from dashboard.engine.lifecycle import stop_study
from dashboard.engine.retries import retry_failed_trials
from dashboard.engine.timeline import begin_timeline
from dashboard.engine.trials import best_trial, counts_by_state
from dashboard.models import FailureKind, Study, Trial
from dashboard.trials import detail_columns
from dashboard.trials import results as module
from dashboard.trials.detail_columns import columns_named, fields_of
from dashboard.trials.results import COLUMNS, KINDS, STATES, forget_results, results_of
from tests.builders import add_trials, claim, complete, fence_of, running_study, steps

pytestmark = pytest.mark.django_db


def fresh(study):
    return Study.objects.get(pk=study.pk)


def same(one, other):
    assert one.stamp == other.stamp
    for name in COLUMNS:
        if one[name].dtype == object:
            assert one[name].tolist() == other[name].tolist(), name
        else:
            np.testing.assert_allclose(one[name], other[name], atol=0.002, err_msg=name)
    assert (one.counts, one.best) == (other.counts, other.best)
    assert one.by_end.tolist() == other.by_end.tolist()
    np.testing.assert_array_equal(one.losses, other.losses)


ENDS = [
    lambda study, trial, draw: complete(study, draw.random()),
    lambda study, trial, draw: prune_trial(fence_of(trial), step=steps(0.5)[0], value=0.5, reason="bad"),
    lambda study, trial, draw: fail_trial(fence_of(trial), kind=FailureKind.DIVERGED, message="It broke."),
    lambda study, trial, draw: lose_trial(fence_of(trial), reason="Killed."),
    lambda study, trial, draw: report_steps(
        fence_of(trial), steps=steps(draw.random()), objective="val_loss", log=""
    ),
    lambda study, trial, draw: retry_failed_trials(study_id=study.pk, by="ada"),
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("many_open", [0, 500])
def test_whatever_happens_the_kept_results_are_those_of_the_database(user, monkeypatch, seed, many_open):
    monkeypatch.setattr(module, "MANY_OPEN", many_open)
    draw, study = random.Random(seed), running_study(max_trials=200, n_parallel=50, max_failures=100)
    for _ in range(25):
        trial = claim(study)
        if trial is not None:
            draw.choice(ENDS)(study, trial, draw)
        kept = results_of(fresh(study))
        forget_kept = dict(module._kept)
        forget_results()
        same(kept, results_of(fresh(study)))
        module._kept.clear()
        module._kept.update(forget_kept)
    stop_study(study_id=study.pk, by="ada")
    kept = results_of(fresh(study))
    forget_results()
    same(kept, results_of(fresh(study)))


def test_columns_say_what_happened(user):
    study = running_study(max_failures=10)
    complete(study, 0.5)
    complete(study, 1e-13)
    prune_trial(fence_of(claim(study)), step=steps(0.25)[0], value=0.25, reason="bad")
    fail_trial(fence_of(claim(study)), kind=FailureKind.DIVERGED, message="It broke.")
    claim(study)

    results = results_of(fresh(study))

    assert [STATES[code] for code in results["state"]] == [
        "complete",
        "complete",
        "pruned",
        "failed",
        "running",
    ]
    assert results["value"][:2].tolist() == [0.5, 1e-13]
    assert np.isnan(results["value"][2:]).all()
    assert KINDS[results["kind"][3]] == FailureKind.DIVERGED
    assert results.counts == counts_by_state(study)
    assert results["pk"][results.best] == best_trial(study).pk
    assert results.by_end.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("direction", "best"), [("minimize", 1), ("maximize", 0)])
def test_best_is_the_first_among_equals(user, direction, best):
    study = running_study(direction=direction)
    for value in (0.9, 0.1, 0.1, 0.9):
        complete(study, value)

    assert results_of(fresh(study)).best == best


def test_study_without_trials_has_results(user):
    results = results_of(running_study())

    assert (len(results), results.best, results.counts) == (0, None, {})
    assert results.by_end.tolist() == []


def test_nothing_is_asked_while_the_version_is_the_same(user):
    study = running_study()
    complete(study, 0.5)
    study = fresh(study)
    results_of(study)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        results_of(study)
    assert len(asked) == 0


def test_news_cost_what_changed(user):
    """Ended trials are not read again."""
    study = running_study(max_trials=100)
    add_trials(study, 50)
    claim(study)
    results_of(fresh(study))
    complete(study, 0.5)

    with CaptureQueriesContext(connection) as asked:
        results_of(fresh(study))
    (read,) = [query["sql"] for query in asked if '"started"' in query["sql"]]
    assert '"number" > 50' in read or "> 50" in read


def test_a_restored_backup_is_read_anew(user):
    study = running_study()
    complete(study, 0.5)
    claim(study)
    results_of(fresh(study))
    Trial.objects.filter(study=study, number=0).update(value=0.25)

    begin_timeline()

    results = results_of(fresh(study))
    assert results["value"][0] == 0.25
    assert results.counts == {"complete": 1, "waiting": 1}


def test_long_studies_are_forgotten_first_come_first_gone(user, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 5)
    studies = [running_study(name=f"study {number}") for number in range(3)]
    for study in studies:
        add_trials(study, 3)
        results_of(fresh(study))

    assert list(module._kept) == [studies[-1].pk]


def test_details_follow_trials_that_end(user):
    study = running_study()
    add_trials(study, 2, metrics={"val_loss": 0.5, "iou": 0.25})
    trial = claim(study)
    fields = fields_of(study, study.search_space, ["iou"])

    def iou():
        column = columns_named(fresh(study), results_of(fresh(study)), {"iou"}, fields)["iou"]
        return [
            v if known else None for v, known in zip(column.values.tolist(), column.is_known, strict=True)
        ]

    assert iou() == [0.25, 0.25, None]
    Trial.objects.filter(pk=trial.pk).update(
        state="complete", value=0.1, metrics={"iou": 0.75}, finished_at=F("started_at")
    )
    Study.objects.filter(pk=study.pk).update(version=F("version") + 1)
    assert iou() == [0.25, 0.25, 0.75]
    claim(study)
    assert iou() == [0.25, 0.25, 0.75, None]


def test_a_param_that_a_branch_does_not_use_is_unknown_and_none_is_a_value(user):
    study = running_study(
        space={
            "version": 1,
            "params": [
                {"name": "penalty", "type": "categorical", "choices": [None, "none"]},
                {
                    "name": "ratio",
                    "type": "float",
                    "low": 0.0,
                    "high": 1.0,
                    "when": {"parent": "penalty", "in": ["none"]},
                },
            ],
        }
    )
    add_trials(study, params={"penalty": None})
    add_trials(study, params={"penalty": "none", "ratio": 0.5})
    study = fresh(study)
    found = columns_named(
        study, results_of(study), {"penalty", "ratio"}, fields_of(study, study.search_space, [])
    )

    assert found["penalty"].values.tolist() == [None, "none"]
    assert found["penalty"].is_known.tolist() == [True, True]
    assert found["ratio"].is_known.tolist() == [False, True]
    assert math.isnan(found["ratio"].values[0])


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_rows_that_come_in_parts_are_the_same(user, monkeypatch, chunk):
    study = running_study(max_failures=10)
    for value in (0.5, 0.25, 0.125):
        complete(study, value)
    lose_trial(fence_of(claim(study)), reason="Killed.")
    claim(study)
    whole = results_of(fresh(study))
    forget_results()
    monkeypatch.setattr(module, "CHUNK", chunk)

    same(whole, results_of(fresh(study)))


def test_first_attempts_that_run_are_not_added_up(user):
    study = running_study()
    complete(study, 0.5)
    claim(study)
    results_of(fresh(study))
    report_steps(fence_of(study.trials.get(number=1)), steps=steps(0.5), objective="val_loss", log="")

    with CaptureQueriesContext(connection) as captured:
        results = results_of(fresh(study))

    assert not [query for query in captured.captured_queries if "dashboard_attempt" in query["sql"]]
    assert results["trained"][1] == 0


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_details_that_come_in_parts_are_the_same(user, monkeypatch, chunk):
    study = running_study(max_failures=10)
    for value in (0.5, 0.25, 0.125):
        complete(study, value)
    claim(study)
    monkeypatch.setattr(detail_columns, "CHUNK", chunk)
    detail_columns.forget_details()
    results, names = results_of(fresh(study)), ["learning_rate", "units_1", "activation_1", "val_accuracy"]
    found = columns_named(study, results, names, fields_of(study, study.search_space, ["val_accuracy"]))

    trials = list(study.trials.order_by("number"))
    for name in names[:3]:
        assert found[name].values.tolist() == [trial.params.get(name) for trial in trials], name
    assert found["val_accuracy"].values[:3].tolist() == [0.9, 0.9, 0.9]
    assert found["val_accuracy"].is_known.tolist() == [True, True, True, False]
