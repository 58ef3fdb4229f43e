"""Every log line about an execution says which one it is about, and who writes."""

import json
import logging
import logging.config
from contextvars import copy_context
from threading import Thread

import pytest
from django.conf import settings

from dashboard.engine.fences import finish_trial, lose_trial, reap_lost_trials, report_steps
from dashboard.logs import ContextFilter, log_context
from tests.builders import claim, expire_lease, fence_of, outcome, running_study, steps

logger = logging.getLogger("dashboard.tests")


class Keeper(logging.Handler):
    def __init__(self):
        super().__init__()
        self.addFilter(ContextFilter())
        self.records = []

    def emit(self, record):
        self.records.append(record)


@pytest.fixture
def records():
    """Log records as the handler of the settings sees them."""
    keeper, dashboard = Keeper(), logging.getLogger("dashboard")
    dashboard.addHandler(keeper)
    yield keeper.records
    dashboard.removeHandler(keeper)


def written(record, name):
    """The record as a line of this format."""
    config = settings.LOGGING["formatters"][name]
    return logging.config.DictConfigurator(settings.LOGGING).configure_formatter(dict(config)).format(record)


def about(record):
    return tuple(getattr(record, name, None) for name in ("study", "trial", "attempt", "worker"))


def test_inner_block_adds_to_the_outer_one_and_takes_it_back(records):
    with log_context(worker="node-a:1 / 2"):
        with log_context(study=3, trial=17, attempt=1):
            logger.info("inside")
        logger.info("between")
    logger.info("outside")

    assert [about(r) for r in records] == [
        (3, 17, 1, "node-a:1 / 2"),
        (None, None, None, "node-a:1 / 2"),
        (None, None, None, None),
    ]


def test_thread_keeps_the_context_that_it_is_given(records):
    with log_context(trial=17):
        thread = Thread(target=copy_context().run, args=(logger.info, "from a thread"))
    thread.start()
    thread.join()

    assert records[0].trial == 17


def test_json_line_has_the_context_as_fields_of_their_own(records):
    with log_context(study=3, trial=17, attempt=1, worker="node-a:1 / 2"):
        logger.warning("late %s refused", "report", extra={"seconds": 0.5})

    line = written(records[0], "json")

    fields = json.loads(line)
    assert "\n" not in line
    assert fields.pop("time").endswith("+00:00")
    assert fields == {
        "level": "WARNING",
        "logger": "dashboard.tests",
        "message": "late report refused",
        "study": 3,
        "trial": 17,
        "attempt": 1,
        "worker": "node-a:1 / 2",
        "seconds": 0.5,
    }


def test_json_line_keeps_a_traceback_in_one_line(records):
    try:
        int("two\nlines")
    except ValueError:
        logger.exception("It broke.")

    line = written(records[0], "json")

    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["traceback"]


def test_human_line_ends_with_what_it_is_about(records):
    with log_context(study=3, worker="node-a:1 / 2"):
        logger.info("claimed")
    logger.info("unrelated")

    assert written(records[0], "line").endswith(" dashboard.tests claimed study=3 worker='node-a:1 / 2'")
    assert written(records[1], "line").endswith(" dashboard.tests unrelated")


@pytest.mark.django_db
def test_life_of_a_trial_is_in_the_log_with_its_names(records):
    study = running_study()
    with log_context(worker="node-a:1 / 2"):
        claim(study, worker="node-a:1 / 1")
        trial = claim(study, worker="node-a:1 / 2")
        finish_trial(fence_of(trial), outcome())

    assert [(r.getMessage(), *about(r)) for r in records] == [
        ("claimed", study.pk, 0, 1, "node-a:1 / 1"),
        ("claimed", study.pk, 1, 1, "node-a:1 / 2"),
        ("result recorded", study.pk, 1, 1, "node-a:1 / 2"),
    ]


@pytest.mark.django_db
def test_refused_write_is_in_the_log_with_who_tried(records):
    trial = claim(running_study())
    lose_trial(fence_of(trial), reason="It did not answer.")
    claim(trial.study, worker="node-b:2 / 1")
    records.clear()

    with log_context(worker="node-a:1 / 1"):
        report_steps(fence_of(trial), steps=steps(0.5), objective="val_loss", log="late")

    (record,) = records
    assert record.getMessage() == "late report refused: the trial is running at attempt 2"
    assert about(record) == (trial.study_id, 0, 1, "node-a:1 / 1")
    assert record.levelname == "WARNING"


@pytest.mark.django_db
def test_expired_lease_is_in_the_log_with_who_had_it(records):
    trial = claim(running_study(), worker="node-a:1 / 1")
    expire_lease(trial)
    records.clear()

    reap_lost_trials()

    (record,) = [r for r in records if r.levelname == "WARNING"]
    assert "node-a:1 / 1 did not respond for 60 s" in record.getMessage()
    assert about(record)[:3] == (trial.study_id, 0, 1)
