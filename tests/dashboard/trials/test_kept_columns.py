"""Columns that a person has chosen: kept in the database, theirs alone, and gone with a reset."""

import random

import pytest
from django.urls import reverse

from dashboard.models import AuditEntry, Membership, Role, TableColumns
from dashboard.people.actions import create_team
from dashboard.trials.columns import moved
from tests.builders import actor, add_trials, make_study, make_user

MANY = [f"p{n}" for n in range(20)]


def space_of(names):
    return {"version": 1, "params": [{"name": n, "type": "float", "low": 0.0, "high": 9.0} for n in names]}


@pytest.fixture
def study(user):
    study = make_study("running", owner=user, space=space_of(["a", "b"]), max_trials=20)
    add_trials(study, 2, params={"a": 1.0, "b": 2.0}, metrics={"val_loss": 1.0, "iou": 0.5})
    return study


def shown(client, study, **query):
    answer = client.get(reverse("study-trials", args=[study.pk]), query)
    return [column.key for column in answer.context["page"].table.columns.shown]


def choose(client, study, *keys, query="", **data):
    url = reverse("study-columns", args=[study.pk]) + query
    return client.post(url, {"column": keys, **data})


DEFAULT = ["state", "value", "params.a", "params.b", "sampler", "duration"]


def test_choice_and_order_are_kept(page, study):
    assert shown(page, study) == DEFAULT

    choose(page, study, "params.b", "metrics.iou", "state")

    assert shown(page, study) == ["params.b", "metrics.iou", "state"]


@pytest.mark.parametrize(
    ("press", "expected"),
    [
        ({"up": "params.b"}, ["params.b", "state", "value"]),
        ({"down": "state"}, ["params.b", "state", "value"]),
        ({"up": "state"}, ["state", "params.b", "value"]),
        ({"down": "value"}, ["state", "params.b", "value"]),
        ({"up": "params.nothing"}, ["state", "params.b", "value"]),
    ],
)
def test_buttons_move_a_column_by_one(page, study, press, expected):
    choose(page, study, "state", "params.b", "value", **press)
    assert shown(page, study) == expected


def test_moving_loses_and_doubles_nothing():
    draw = random.Random(4)
    for _ in range(200):
        keys = draw.sample(MANY, draw.randint(1, 20))
        key, by = draw.choice(keys), draw.randint(-30, 30)
        after = moved(keys, key, by)
        assert sorted(after) == sorted(keys)
        assert [k for k in after if k != key] == [k for k in keys if k != key]
        assert after.index(key) == min(max(keys.index(key) + by, 0), len(keys) - 1)


def test_unknown_keys_and_doubles_are_left_out(page, study):
    choose(page, study, "params.nothing", "value", "value", "x" * 5000, "__class__")
    assert shown(page, study) == ["value"]
    assert TableColumns.objects.get(study=study).keys == ["value"]


def test_no_column_but_the_number_can_be_chosen(page, study):
    choose(page, study)
    assert shown(page, study) == []
    assert page.get(reverse("study-trials", args=[study.pk])).status_code == 200


def test_show_all_and_reset(page, study):
    choose(page, study, "params.b", all="1")
    assert shown(page, study)[0] == "params.b"
    assert set(shown(page, study)) == {*DEFAULT, "metrics.iou", "epoch"}

    choose(page, study, "params.b", reset="1")
    assert shown(page, study) == DEFAULT
    assert not TableColumns.objects.exists()


def test_another_study_follows_in_the_common_columns_until_one_chooses_there(page, study, user):
    other = make_study("running", owner=user, space=space_of(["c", "d"]), max_trials=20)
    choose(page, study, "duration", "params.b", "params.a", "value")
    assert shown(page, other) == ["duration", "params.c", "params.d", "value"]

    choose(page, other, "state")
    assert shown(page, other) == ["state"]
    assert shown(page, study) == ["duration", "params.b", "params.a", "value"]


def test_address_of_somebody_else_comes_before_the_own_choice_and_is_not_kept(page, study):
    choose(page, study, "value")
    assert shown(page, study, column=["params.a", "state"]) == ["params.a", "state"]
    assert shown(page, study) == ["value"]


def test_viewers_choose_for_themselves_alone(client, page, study, user):
    study.team = create_team(name="Vision", by=actor(user))
    study.save()
    viewer = make_user("viewer")
    Membership.objects.create(team=study.team, user=viewer, role=Role.VIEWER)
    client.force_login(viewer)

    choose(client, study, "duration")

    assert shown(client, study) == ["duration"]
    assert shown(page, study) == DEFAULT
    entry = AuditEntry.objects.get(action="study-columns")
    assert (entry.who, entry.study_id, entry.is_refused) == ("viewer", study.pk, False)


def test_a_page_gets_the_table_alone_and_an_address_without_the_columns_that_it_named(page, study):
    url = reverse("study-columns", args=[study.pk]) + "?q=state+%3D+complete&sort=-params.b"
    answer = page.post(
        url, {"column": ["state", "params.b"], "up": "params.b"}, headers={"HX-Request": "true"}
    )
    body = answer.content.decode()

    assert answer["HX-Replace-Url"].endswith("/trials/?q=state+%3D+complete&sort=-params.b")
    assert 'id="study-trials"' in body
    assert "<html" not in body
    assert "b is now column 1 of 2." in body
    assert page.get(answer["HX-Replace-Url"]).context["page"].table.sort == "-params.b"


def test_without_scripts_one_returns_to_the_same_place(page, study):
    answer = choose(page, study, "state", query="?q=trial+%3E+0&page=7")
    assert answer.url == reverse("study-trials", args=[study.pk]) + "?q=trial+%3E+0"


def test_columns_of_a_study_go_with_it(page, study):
    choose(page, study, "value")
    study.delete()
    assert list(TableColumns.objects.values_list("study", "keys")) == [(None, ["value"])]


def test_most_telling_params_are_shown_where_not_all_fit(page, user):
    study = make_study("running", owner=user, space=space_of(MANY), max_trials=99)
    draw = random.Random(1)
    for _ in range(40):
        params = {name: round(draw.uniform(0, 9), 3) for name in MANY}
        value = 5 * params["p17"] + 4 * params["p19"] + 0.01 * draw.random()
        add_trials(study, params=params, value=lambda _, value=value: value, metrics={"val_loss": value})

    params = [key for key in shown(page, study) if key.startswith("params.")]

    assert len(params) == 8
    assert params[:2] == ["params.p17", "params.p19"]


def test_long_names_take_the_place_of_several(page, user):
    names = [f"{'long_name_of_a_parameter'}_{n}" for n in range(9)]
    study = make_study("running", owner=user, space=space_of(names))
    assert 1 < sum(key.startswith("params.") for key in shown(page, study)) < 8
