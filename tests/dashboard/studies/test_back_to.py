"""A button of a study leads back to the view where it was pressed."""

import pytest
from django.urls import reverse

from dashboard.studies.page import VIEWS
from dashboard.web.requests import STUDY_VIEWS
from tests.builders import make_study, running_study


@pytest.fixture
def press(page, study):
    def post(referer, button="study-pause"):
        return page.post(reverse(button, args=[study.pk]), headers={"referer": referer}).url

    return post


@pytest.fixture
def study(user):
    return running_study()


def test_the_views_are_those_of_the_tabs():
    assert {name for _, name in VIEWS.values()} == STUDY_VIEWS


@pytest.mark.parametrize("view", sorted(STUDY_VIEWS))
@pytest.mark.parametrize("query", ["", "?q=value%20%3C%201&page=2"])
def test_a_button_leads_back_to_its_view(press, study, view, query):
    path = reverse(view, args=[study.pk]) + query
    assert press(f"https://parzen.example{path}") == path
    assert press(f"https://parzen.example{path}", "study-watch") == path


def test_no_other_address_is_followed(press, study, user):
    other = make_study(owner=user)
    home = study.get_absolute_url()
    for referer in (
        "",
        "https://elsewhere.example/",
        "//elsewhere.example/studies/",
        f"https://x.example{other.get_absolute_url()}",
        f"https://x.example{reverse('study-delete', args=[study.pk])}",
        "http://[",
    ):
        assert press(referer) == home, referer
