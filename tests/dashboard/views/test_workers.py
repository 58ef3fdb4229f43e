"""Who could train, and what trains now."""

from django.urls import reverse

from dashboard.services.workers import register_worker
from tests.builders import claim, running_study

URL = reverse("worker-list")


def test_page_says_how_to_start_a_worker_when_none_is_there(page):
    html = page.get(URL).content.decode()

    assert "No worker is there" in html
    assert "celery -A dashboard worker -P threads" in html


def test_page_lists_workers_and_what_they_train(page, user):
    register_worker(name="node-a:77", n_slots=4)
    claim(running_study(name="digits one"), worker="node-a / 3")

    html = page.get(URL).content.decode()

    for words in ("node-a:77", "digits one #0", "slot node-a / 3", "setting up", "1 of 4 slots busy"):
        assert words in html


def test_page_says_that_slots_wait_when_nothing_trains(page, user):
    register_worker(name="node-a:77", n_slots=4)

    html = page.get(URL).content.decode()

    assert "No trial is training" in html
    assert "0 of 4 slots busy" in html
