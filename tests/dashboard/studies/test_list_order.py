"""The list sorted and narrowed by its address."""

import pytest
from django.urls import reverse

from dashboard.models import Membership, Role, Tag, Team
from dashboard.studies.list_page import COLUMNS
from tests.builders import add_trials, claim, make_study, make_user, running_study

URL = reverse("study-list")


@pytest.fixture
def names(page):
    def get(**query):
        answer = page.get(URL, query)
        assert answer.status_code == 200
        return [row.study.name for row in answer.context["page"].rows]

    return get


@pytest.fixture
def studies(user):
    """b has the best value, c most trials; a is a draft."""
    user.first_name = "Zoe"
    user.save(update_fields=["first_name"])
    a = make_study(owner=user, name="a")
    b = running_study(owner=make_user("bob"), is_open=True, name="B", max_trials=100)
    c = running_study(owner=user, name="c", max_trials=1_000)
    add_trials(b, 2, value=lambda _: 0.1)
    add_trials(c, 3, value=lambda _: 0.2, started_at=c.started_at)
    claim(b)
    return a, b, c


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["c", "B", "a"]),
        ("name", ["a", "B", "c"]),
        ("-name", ["c", "B", "a"]),
        ("trials", ["a", "B", "c"]),
        ("-trials", ["c", "B", "a"]),
        ("best", ["B", "c", "a"]),
        ("-best", ["c", "B", "a"]),
        ("progress", ["a", "c", "B"]),
        ("-progress", ["B", "c", "a"]),
        ("owner", ["B", "c", "a"]),
        ("-owner", ["c", "a", "B"]),
        ("state", ["c", "B", "a"]),
        ("-state", ["a", "c", "B"]),
        ("time", ["a", "B", "c"]),
        ("-time", ["c", "B", "a"]),
        ("-activity", ["B", "c", "a"]),
        ("nonsense", ["c", "B", "a"]),
    ],
)
def test_any_column_sorts(names, studies, sort, expected):
    if sort in {"trials", "-trials"}:
        add_trials(studies[2], 1)  # B has three with the one that runs

    assert names(sort=sort) == expected


def test_every_column_has_an_order(names, studies):
    for key, *_ in COLUMNS:
        assert sorted(names(sort=key)) == sorted(names(sort=f"-{key}")) == ["B", "a", "c"]


def test_head_says_how_the_list_is_sorted_and_turns_it_round(page, studies):
    heads = {head.label: head for head in page.get(URL, {"sort": "-best", "q": "c"}).context["page"].heads}

    assert heads["Best"].order == "descending"
    assert heads["Best"].url == f"{URL}?q=c&sort=best"
    assert heads["Trials"].order == ""
    assert heads["Trials"].url == f"{URL}?q=c&sort=-trials"


def test_pages_keep_filter_and_order(page, user):
    for n in range(31):
        study = make_study(name=f"study {n}", owner=user)
        Tag.objects.create(study=study, name="two words")

    shown = page.get(URL, {"sort": "-name", "tag": "two words"}).context["page"]

    assert shown.pager.next_url == "?tag=two+words&sort=-name&page=2"
    rest = page.get(URL + shown.pager.next_url).context["page"]
    assert len(rest.rows) == 1


def test_tags_narrow_the_list_together(page, names, studies):
    for study, tags in zip(studies, (["x"], ["x", "y"], ["y"]), strict=True):
        Tag.objects.bulk_create(Tag(study=study, name=name) for name in tags)

    assert names(tag="x") == ["B", "a"]
    assert names(tag=["x", "y"]) == ["B"]
    shown = page.get(URL, {"tag": ["x"], "state": "active"}).context["page"]
    assert [(tag.name, tag.url) for tag in shown.chosen_tags] == [("x", f"{URL}?state=active")]
    assert [(tag.name, tag.n) for tag in shown.offered_tags] == [("y", 2)]
    assert [n for name, _, n, _ in shown.filters if name == "all"] == [2]


def test_tag_of_a_study_that_one_does_not_see_is_not_offered(page, user):
    make_study(owner=user)
    Tag.objects.create(study=make_study(owner=make_user("grace")), name="secret")

    assert page.get(URL).context["page"].offered_tags == []


def test_row_names_the_team(page, user):
    team = Team.objects.create(name="Vision")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    make_study(owner=make_user("grace"), team=team)

    assert "Vision" in page.get(URL).content.decode()


@pytest.mark.parametrize("tag", ["\0", "%", "x" * 5_000, "<b>"])
def test_any_tag_may_be_asked_for(page, user, tag):
    make_study(owner=user)

    assert page.get(URL, {"tag": tag}).status_code == 200
