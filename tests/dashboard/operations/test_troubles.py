"""What keeps the machinery from working stands on every page that shows studies, with its remedy."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.engine.counters import count
from dashboard.engine.registration import register_worker
from dashboard.models import CountedEvent, EventCounter
from dashboard.operations import troubles as module
from dashboard.operations.troubles import troubles
from tests.builders import add_trials, claim, make_study, running_study

pytestmark = pytest.mark.django_db


def last_round(seconds):
    count(CountedEvent.HOUSEKEEPING)
    EventCounter.objects.update(last_at=timezone.now() - dt.timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("study-list", []),
        ("study-detail", [1]),
        ("study-live", [1]),
        ("trial-detail", [1, 0]),
        ("trial-live", [1, 0]),
        ("worker-list", []),
        ("worker-live", []),
    ],
)
def test_every_page_that_shows_studies_says_that_no_worker_is_there(page, name, args):
    add_trials(running_study(pk=1))

    def html():
        return page.get(reverse(name, args=args)).content.decode()

    assert "No workers are running, so trials cannot start. Run <code>make run</code>" in html()
    assert "worker -P threads -Q trials.cpu</code>. Studies then continue automatically." in html()

    register_worker(name="node-a:1", n_slots=1)
    assert "so trials cannot start" not in html()
    assert 'id="troubles"' in html()


def test_queue_that_nobody_serves_is_named_with_its_remedy(page):
    register_worker(name="node-a:1", n_slots=1, queues=["cpu"])
    running_study(queue="gpu")

    html = page.get(reverse("study-list")).content.decode()

    assert "No workers serve the queue gpu, so its studies are waiting." in html
    assert "-Q trials.gpu</code>" in html


def test_poll_of_the_study_list_brings_the_banner_too(page):
    running_study()

    html = page.get(reverse("study-list"), headers={"HX-Request": "true"}).content.decode()

    assert "so trials cannot start" in html
    assert 'id="troubles" class="troubles" hx-swap-oob="morph"' in html


@pytest.mark.parametrize("state", ["draft", "paused", "finished"])
def test_no_worker_is_no_trouble_when_there_is_no_work(state):
    make_study(state)

    assert troubles() == []


def test_no_worker_is_no_trouble_when_no_study_has_a_free_place():
    claim(running_study(n_parallel=1))

    assert troubles() == []


def test_broker_that_is_down_is_trouble_and_is_not_asked_for_every_page(monkeypatch):
    asked = []
    monkeypatch.setattr(module, "is_broker_up", lambda: bool(asked.append(1)))

    for _ in range(3):
        (sentence,) = troubles()

    assert sentence.startswith("The broker is not responding.")
    assert "`make run`" in sentence
    assert "REDIS_URL" in sentence
    assert len(asked) == 1


@pytest.mark.parametrize(("seconds", "is_late"), [(5, False), (45, False), (185, True)])
def test_housekeeping_that_does_not_run_is_trouble(seconds, is_late):
    last_round(seconds)

    found = troubles()

    assert len(found) == is_late
    if is_late:
        assert found[0].startswith("Maintenance has not run for 3 min")
        assert "-B -Q housekeeping`" in found[0]


def test_housekeeping_of_a_new_installation_may_still_begin():
    assert troubles() == []
