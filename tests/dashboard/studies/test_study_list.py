"""The list of studies: found, filtered, counted."""

import pytest
from django.urls import reverse

from dashboard.models import Study
from dashboard.review.queries import Search, search_past
from dashboard.studies.queries import search_studies
from tests.builders import add_trials, make_dataset, make_study, make_user, running_study

URL = reverse("study-list")


@pytest.fixture
def show(page):
    def get(**query):
        response = page.get(URL, query)
        assert response.status_code == 200
        return response.context["page"]

    return get


def names(shown):
    return [row.study.name for row in shown.rows]


def test_first_visit_explains_how_to_begin(page):
    html = page.get(URL).content.decode()

    assert "No studies yet" in html
    assert reverse("study-new") + "?preset=quick" in html


def test_rows_tell_state_progress_best_value_and_owner(page):
    study = running_study(name="digits one", max_trials=40, owner=make_user("grace"), is_open=True)
    add_trials(study, 3, value=lambda n: 0.5 - n / 10)
    add_trials(study, state="failed")

    html = page.get(URL).content.decode()

    for words in ("digits one", "4 of 40", "1 failed", "0.3000", "lowest val_loss", "grace", "Running"):
        assert words in html


def test_best_value_is_the_highest_one_when_the_objective_is_maximized(show):
    study = running_study(direction="maximize", objective="val_accuracy")
    add_trials(study, 3, value=lambda n: 0.5 - n / 10)

    assert show().rows[0].best == 0.5


def test_newest_study_comes_first(show):
    for name in ("old", "middle", "new"):
        make_study(name=name)

    assert names(show()) == ["new", "middle", "old"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("active", {"running", "paused"}),
        ("done", {"finished", "stopped", "failed"}),
        ("drafts", {"draft"}),
        ("all", {"draft", "running", "paused", "finished", "stopped", "failed"}),
        ("nonsense", {"draft", "running", "paused", "finished", "stopped", "failed"}),
    ],
)
def test_filter_keeps_the_studies_of_its_states(show, user, chosen, found):
    for state in ("draft", "running", "paused", "finished", "stopped", "failed"):
        make_study(state, name=state)

    shown = show(state=chosen)

    assert set(names(shown)) == found
    counts = {"all": 6, "active": 2, "done": 3, "drafts": 1, "archived": 0}
    assert {name: n for name, _, n, _ in shown.filters} == counts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wide", {"Wide digits"}),
        ("WIDE", {"Wide digits"}),
        ("grace", {"deep"}),
        ("digits", {"Wide digits", "deep"}),
        ("mnist", {"other"}),
        ("digits wide", {"Wide digits"}),
        ("wide mnist", set()),
        ("%", set()),
    ],
)
def test_search_finds_every_word_in_name_dataset_or_owner(show, user, text, found):
    make_study(name="Wide digits")
    make_study(name="deep", owner=make_user("grace"), is_open=True)
    make_study(name="other", dataset="mnist")

    assert set(names(show(q=text))) == found


@pytest.mark.parametrize("text", ["plants", "Plants 2026", "cancer", "breast_cancer"])
def test_search_finds_a_dataset_by_what_people_call_it(show, user, text):
    make_dataset(owner=user, name="p-0a1b2c3d", label="Plants of 2026")
    make_study(name="study", dataset="breast_cancer" if "cancer" in text else "p-0a1b2c3d")
    make_study(name="other", dataset="digits")

    assert names(show(q=text)) == ["study"]


def test_search_without_a_match_says_so_and_keeps_its_words(page):
    make_study(name="deep")

    html = page.get(URL, {"q": "<b>wide"}).content.decode()

    assert "No matching studies" in html
    assert 'value="&lt;b&gt;wide"' in html


@pytest.mark.parametrize(("number", "shown"), [("1", 30), ("2", 1), ("99", 1), ("x", 30)])
def test_long_list_has_pages(show, user, number, shown):
    for n in range(31):
        make_study(name=f"study {n}")

    assert len(show(page=number).rows) == shown


@pytest.mark.parametrize(("state", "polls"), [("running", True), ("paused", True), ("finished", False)])
def test_list_asks_again_only_while_something_can_change(page, state, polls):
    make_study(state)

    assert ('hx-trigger="every' in page.get(URL).content.decode()) is polls


def test_study_of_a_trainer_that_is_gone_is_still_listed(page):
    add_trials(running_study(name="relic", trainer="gone", dataset="gone too"))

    assert "relic" in page.get(URL).content.decode()


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [("Lovelace", True), ("ada lovelace", True), ("ada99", True), ("ada byron", False)],
)
def test_owner_is_found_by_the_name_that_is_shown(db, asked, is_found):
    owner = make_user("ada99", first_name="Ada", last_name="Lovelace")
    make_study(owner=owner)
    make_study(owner=make_user("grace"), name="another")

    assert search_studies(Study.objects.all(), asked).exists() is is_found
    found = search_past(Study.objects.all(), Search(person=asked))
    assert [study.owner for study in found] == ([owner] if is_found else [])
