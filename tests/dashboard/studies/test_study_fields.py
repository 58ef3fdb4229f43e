"""Whatever somebody sets on a study stays with it: on forms, in copies, budgets and confirmations."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.db import models
from django.urls import reverse

from dashboard.engine.lifecycle import end_study, start_study
from dashboard.models import Study, StudyEvent, study_fields
from dashboard.models.study_fields import FIELDS, NOT_SETTINGS, NewStudy
from dashboard.new_study import actions
from dashboard.winners.actions import confirm_best
from tests.builders import actor, complete
from tests.dashboard.posted import keep_few_knobs, shown_fields
from trainers.custom.declaration import Declaration

pytestmark = pytest.mark.django_db

SPACE = {"version": 1, "params": [{"name": "x", "type": "float", "low": 0.0, "high": 1.0}]}
# Setting -> (what is typed, what the database keeps). None is what a study has by default.
TYPED = {
    "name": ("one of a kind", "one of a kind"),
    "dataset": ("breast_cancer", "breast_cancer"),
    "code": ("x = 1", "x = 1"),
    "objective": ("val_accuracy", "val_accuracy"),
    "sampler": ("random", "random"),
    "pruner": ("median", "median"),
    "seed": ("11", 11),
    "n_folds": ("3", 3),
    "max_trials": ("31", 31),
    "max_epochs": ("12", 12),
    "max_seconds": ("90", 5400),
    "max_trial_seconds": ("2.5", 150),
    "n_parallel": ("3", 3),
    "target_value": ("99.5", 0.995),
    "max_stale_trials": ("21", 21),
    "min_improvement": ("0.5", 0.5),
    "max_failures": ("7", 7),
    "queue": ("gpu", "gpu"),
    "lost_retries": ("4", 4),
    "memory_retries": ("5", 5),
    "error_retries": ("6", 6),
}
# What comes without a field of its own.
FOLLOWING = {"is_open": True, "team_id": None, "direction": "maximize", "trainer": "mlp", "split_seed": 0}
CHANGED = {
    "max_trials": ("41", 41),
    "max_seconds": ("30", 1800),
    "max_trial_seconds": ("1.5", 90),
    "n_parallel": ("2", 2),
    "target_value": ("98", 0.98),
    "max_stale_trials": ("22", 22),
    "min_improvement": ("1.5", 1.5),
    "max_failures": ("8", 8),
    "queue": ("cpu", "cpu"),
    "lost_retries": ("1", 1),
    "memory_retries": ("2", 2),
    "error_retries": ("3", 3),
}


class TrainerWay:
    """A new study with a trainer of Parzen's."""

    form, url, following = NewStudy.TRAINER, "/studies/new/", FOLLOWING
    kept = TYPED


class CustomModelWay:
    """The same with a model file, which says the objective itself: so no value is a share."""

    form, url = NewStudy.CUSTOM_MODEL, "/studies/new/custom/"
    following = FOLLOWING | {"trainer": "own", "objective": "score"}
    kept = TYPED | {"target_value": ("99.5", 99.5)}


@pytest.fixture(autouse=True)
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


@pytest.fixture(params=[TrainerWay, CustomModelWay])
def way(request, settings, user, monkeypatch):
    settings.QUEUES, settings.OWN_CODE = ["cpu", "gpu"], True
    user.user_permissions.add(Permission.objects.get(codename="run_own_code"))
    declared = Declaration(space=SPACE, metric="score", direction="maximize", needs_data=False)
    monkeypatch.setattr(actions, "read_declaration", lambda *_: declared)
    return request.param


def send(page, url, typed):
    """Fill the form of a page in and post it as a browser does: what is not on the page is not sent."""
    shown = shown_fields(page.get(url, follow=True))
    assert set(typed) <= set(shown), f"not on the page: {set(typed) - set(shown)}"
    answer = page.post(shown.pop("at"), {**shown, **typed, "action": "draft"})
    assert answer.status_code == 302, answer.context
    return Study.objects.order_by("pk").last()


def typed_by(way):
    asked = [declared for declared in FIELDS if declared.asked_by & way.form]
    return {declared.input_name: way.kept[declared.name][0] for declared in asked} | {"place": "everyone"}


def new_study(page, way):
    return send(page, way.url, typed_by(way))


def lost(before, after, fields):
    names = [declared.name for declared in fields]
    return {name for name in names if getattr(before, name) != getattr(after, name)}


def check_form(page, way):
    study = new_study(page, way)
    asked = {d.name: way.kept[d.name][1] for d in FIELDS if d.asked_by & way.form}
    expected = way.following | asked
    assert {name: getattr(study, name) for name in expected} == expected


def check_copy(page, way):
    study = new_study(page, way)

    copy = send(page, f"/studies/new/?from={study.pk}", {})

    assert copy.pk != study.pk
    assert lost(study, copy, [d for d in FIELDS if d.is_kept_by_copy]) == set()
    assert (copy.name, copy.is_open) == ("one of a kind (copy)", False)


def check_budget(page, way):
    study, budget = new_study(page, way), [d for d in FIELDS if d.is_budget]
    url = reverse("study-budget", args=[study.pk])

    same = send(page, url, {})
    assert lost(study, same, FIELDS) == set()
    assert not StudyEvent.objects.filter(study=study, what__startswith="changed").exists()

    values = CHANGED if way is TrainerWay else CHANGED | {"target_value": ("98", 98)}
    changed = send(page, url, {d.input_name: values[d.name][0] for d in budget})
    assert {d.name: getattr(changed, d.name) for d in budget} == {d.name: values[d.name][1] for d in budget}
    assert lost(study, changed, FIELDS) == {d.name for d in budget}
    (told,) = StudyEvent.objects.filter(study=study, what__startswith="changed").values_list(
        "what", flat=True
    )
    assert [d.label.lower() for d in budget if f"{d.label.lower()} " not in told] == []


def check_confirmation(page, way):
    study = new_study(page, way)
    start_study(study_id=study.pk, by="Ada")
    complete(study)
    end_study(study_id=study.pk, state="finished", reason="enough")
    study.refresh_from_db()

    runs = confirm_best(study, n_best=1, n_seeds=2, by=actor(study.owner))

    assert lost(study, runs, [d for d in FIELDS if d.is_kept_by_confirmation]) == set()
    assert (runs.max_trials, runs.max_failures) == (2, 2)
    assert (runs.pruner, runs.max_seconds, runs.target_value) == ("", None, None)


CHECKS = {
    "asked_by": check_form,
    "section": check_form,
    "is_kept_by_copy": check_copy,
    "is_budget": check_budget,
    "is_kept_by_confirmation": check_confirmation,
}


@pytest.mark.parametrize("check", [check_form, check_copy, check_budget, check_confirmation])
def test_no_setting_is_lost(page, way, check):
    check(page, way)


@pytest.mark.parametrize("place", CHECKS)
@pytest.mark.parametrize("way", [TrainerWay], indirect=True)
def test_a_setting_that_is_left_out_somewhere_is_noticed(page, way, monkeypatch, place):
    without = {"asked_by": NewStudy.NONE, "section": None}.get(place, False)
    left_out = [replace(d, **{place: without}) if d.name == "error_retries" else d for d in FIELDS]
    monkeypatch.setattr(study_fields, "FIELDS", left_out)

    with pytest.raises(AssertionError, match="error_retries"):
        CHECKS[place](page, way)


def test_every_column_is_a_setting_or_says_why_not():
    columns = [field.attname for field in Study._meta.concrete_fields]

    assert sorted([*(declared.name for declared in FIELDS), *NOT_SETTINGS]) == sorted(columns)
    assert all(NOT_SETTINGS.values())


def test_every_setting_is_tried_with_a_value_that_is_not_the_default():
    for declared in FIELDS:
        if declared.asked_by:
            value = TYPED[declared.name][1]
            default = Study._meta.get_field(declared.name).default
            assert value not in {default, declared.initial, declared.empty}
    assert set(CHANGED) == {declared.name for declared in FIELDS if declared.is_budget}
    assert all(CHANGED[name][1] != TYPED[name][1] for name in CHANGED)


def test_a_form_takes_nothing_that_the_database_refuses():
    """Bounds are declared in the unit in which people enter them."""
    for declared in FIELDS:
        column = Study._meta.get_field(declared.name)
        if isinstance(column, models.PositiveIntegerField | models.FloatField) and not declared.form_name:
            for bound in (declared.low, declared.high):
                if bound is not None:
                    column.clean(bound, None)
