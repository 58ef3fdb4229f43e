import inspect
import sys

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client

from dashboard.engine import hints as hints_module
from dashboard.operations import troubles
from dashboard.trials.detail_columns import forget_details
from dashboard.trials.results import forget_results
from tests.builders import make_user
from trainers.subprocess_call import WAITING

_HINT = inspect.signature(hints_module._send_hints)


@pytest.fixture(autouse=True)
def hints(monkeypatch) -> list[int]:
    """Stands in for the broker: how many slots each hint that was really sent would wake."""
    sent: list[int] = []

    def fake(*args: object, **kwargs: object) -> None:
        sent.append(_HINT.bind(*args, **kwargs).arguments["n_slots"])

    monkeypatch.setattr(hints_module, "_send_hints", fake)
    return sent


# Waiting for another process takes as long as that likes: nobody else could write to SQLite meanwhile.
_WAITS = {"subprocess.Popen", WAITING}
_waits_inside: list[str] = []


def _note_waits(event: str, args: tuple[object, ...]) -> None:
    if event in _WAITS and any(not block._from_testcase for block in connection.atomic_blocks):
        _waits_inside.append(f"{event} {args[:1]}")


sys.addaudithook(_note_waits)


@pytest.fixture(autouse=True)
def no_process_inside_a_transaction():
    """A test fails where a child process was started, or waited for, while a transaction was open."""
    _waits_inside.clear()
    yield
    assert not _waits_inside, "a process was started inside a transaction"


@pytest.fixture(autouse=True)
def broker_answers(monkeypatch) -> None:
    """Pages say it where the broker does not answer; here there is none to ask."""
    caches["local"].clear()
    forget_results()
    forget_details()
    monkeypatch.setattr(troubles, "is_broker_up", lambda: True)


@pytest.fixture(scope="module")
def kept_rows(django_db_setup, django_db_blocker):
    """What is written in this context is there for each test of the module, as it was.

    A transaction around the module's tests holds it, each test has a savepoint in it: a world is made once.
    """
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = (
            True  # as Django's own: on_commit is for nobody, and durable blocks are let in
        )
        around.__enter__()
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def user(db):
    return make_user()


@pytest.fixture
def root(user, settings):
    """Ada as an administrator, who may train custom models."""
    settings.OWN_CODE = True
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def page(user) -> Client:
    """A browser in which Ada has signed in."""
    client = Client()
    client.force_login(user)
    return client
