"""Who could train, what trains now, and what waits."""

import datetime as dt
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.engine.fences import report_steps, return_trial
from dashboard.engine.registration import Vitals, register_worker, renew_worker
from dashboard.models import Attempt, Study, Worker
from dashboard.models.worker import slot_name
from dashboard.operations import page as module
from dashboard.operations.page import workers_page
from dashboard.web.polling import REFRESH_SECONDS
from tests.builders import claim, complete, fence_of, run_since, running_study, steps

URL = reverse("worker-list")
LIVE = reverse("worker-live")
GB = 2**30


def register(name="node-a:77", n_slots=4, trainings=(), **changes):
    vitals = Vitals(
        host_memory_used=6 * GB, host_memory_total=24 * GB, memory=GB // 2, trainings=list(trainings)
    )
    register_worker(name=name, n_slots=n_slots, versions={"Keras": "3.15.1"}, vitals=vitals)
    Worker.objects.filter(name=name).update(**changes)


@pytest.fixture
def live(page):
    def ask(shown, **query):
        given = {"version": shown.version, "at": int(time.time())} | query
        return page.get(LIVE, given)

    return ask


def shown():
    return workers_page(Study.objects.all())


def test_page_says_how_to_start_a_worker_when_none_is_there(page):
    html = page.get(URL).content.decode()

    assert "No workers online" in html
    assert ".venv/bin/python -m celery -A dashboard worker -P threads -Q trials.cpu" in html


def test_page_shows_each_worker_with_what_its_slots_train(page, user):
    study = running_study(name="digits one", max_epochs=30)
    trial = claim(study, worker=slot_name("node-a:77", 3))
    report_steps(fence_of(trial), steps=steps(0.5, 0.4), objective="val_loss", log="")
    register(trainings=[{"trial": trial.pk, "attempt": 1, "memory": 812 * 2**20}], queue="cpu, gpu")

    html = page.get(URL).content.decode()

    for words in ("node-a", "process 77", "digits one #0", "2 of 30", "812 MB", "6.0 GB", "of 24.0 GB"):
        assert words in html
    for words in (
        "Keras 3.15.1",
        "512 MB",
        ">cpu<",
        ">gpu<",
        "of 4 busy, 3 idle",
        "1 of 4 slots busy",
        "0 s ago",
    ):
        assert words in html


def test_slots_stand_with_the_worker_that_has_them_also_when_a_host_runs_two(user):
    study = running_study()
    for name in ("node-a:77", "node-a:78"):
        register(name=name)
    for name, number in (("node-a:78", 2), ("node-a:77", 11), ("node-a:77", 2)):
        claim(study, worker=slot_name(name, number))

    page = shown()

    assert {c.worker.name: [p.number for p in c.places] for c in page.workers} == {
        "node-a:77": [2, 11],
        "node-a:78": [2],
    }
    assert page.sentence.startswith("2 workers on 1 host.")
    assert (page.n_busy, page.n_slots, page.unheard) == (3, 8, [])


def test_trial_whose_worker_is_gone_is_shown_apart(page, user):
    register()
    claim(running_study(name="digits one"), worker=slot_name("node-b:1", 1))

    html = page.get(URL).content.decode()

    assert "Offline" in html
    assert "node-b, process 1, slot 1" in html
    assert [c.places for c in shown().workers] == [[]]


def test_memory_of_a_training_is_its_peak_until_a_heartbeat_tells_more(user):
    trial = claim(running_study(), worker=slot_name("node-a:77", 1))
    report_steps(fence_of(trial), steps=[], objective="val_loss", log="", peak_memory=GB)
    register()
    assert shown().workers[0].places[0].memory == GB

    register(trainings=[{"trial": trial.pk, "attempt": 1, "memory": 2 * GB}])
    assert shown().workers[0].places[0].memory == 2 * GB


def test_memory_of_an_earlier_training_in_the_same_slot_is_not_shown(user):
    trial = claim(running_study(), worker=slot_name("node-a:77", 1))
    register(trainings=[{"trial": trial.pk, "attempt": 7, "memory": GB}])

    assert shown().workers[0].places[0].memory is None


def test_study_of_somebody_else_keeps_its_name_and_still_takes_its_slot(page, user, monkeypatch):
    register()
    claim(running_study(name="secret plans"), worker=slot_name("node-a:77", 1))
    monkeypatch.setattr("dashboard.operations.views.studies_visible_to", lambda user: Study.objects.none())

    html = page.get(URL).content.decode()

    assert "secret plans" not in html
    assert "Another user's trial" in html
    assert "of 4 busy, 3 idle" in html


def test_work_waits_since_a_trial_began_or_ended_in_its_study(user):
    register(n_slots=1)
    young, old = running_study(name="young"), running_study(name="old", n_parallel=2)
    full, done = running_study(n_parallel=1), running_study(max_trials=1)
    claim(full)
    complete(done)
    for study, seconds in ((young, 100), (old, 300), (full, 900), (done, 900)):
        run_since(study, seconds)
    assert shown().waiting.study == old
    assert shown().waiting.seconds == pytest.approx(300, abs=60)

    return_trial(fence_of(claim(old)), reason="The worker was shut down.")
    assert shown().waiting.study == young

    Study.objects.filter(pk=old.pk).update(served_at=timezone.now() - dt.timedelta(seconds=200))
    assert (shown().waiting.study, round(shown().waiting.seconds, -2)) == (old, 200)


def test_study_that_has_just_ended_a_trial_does_not_count_as_waiting(user):
    running_study()

    assert shown().waiting is None


def test_nothing_new_is_an_empty_answer(live, user):
    register()
    claim(running_study(), worker=slot_name("node-a:77", 1))

    response = live(shown())

    assert (response.status_code, response.content) == (204, b"")


def heartbeat():
    renew_worker(name="node-a:77")


def progress():
    fence = fence_of(Attempt.objects.get().trial)
    report_steps(fence, steps=steps(0.5), objective="val_loss", log="")


def arrival():
    register(name="node-b:1")


def new_work():
    run_since(running_study(), 60)


@pytest.mark.parametrize("happen", [heartbeat, progress, arrival, new_work])
def test_news_come_as_fragments(live, user, happen):
    register()
    claim(running_study(max_trials=1), worker=slot_name("node-a:77", 1))
    before = shown()

    happen()
    response = live(before)

    html = response.content.decode()
    assert response.status_code == 200
    assert 'id="workers"' in html
    assert 'id="troubles"' in html
    assert "<html" not in html


def test_page_that_is_old_gets_its_clocks_set(live, user):
    register()

    assert live(shown(), at=int(time.time()) - REFRESH_SECONDS - 1).status_code == 200
    assert live(shown(), at="").status_code == 200


def test_broker_that_goes_is_news(live, user, monkeypatch):
    register()
    before = shown()
    monkeypatch.setattr(module, "is_broker_known_to_be_up", lambda: False)

    assert "<dd>Offline</dd>" in live(before).content.decode()
