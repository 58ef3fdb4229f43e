"""Tests write into a folder of their own, never into the repository's `var/`, and reach no real broker.

pytest-django reads the settings before any conftest, so the environment alone would come too late: the
settings are moved here, and the environment is set for the processes that slow tests start.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.template.base import Template
from django.test.signals import template_rendered

VAR_DIR = Path(tempfile.mkdtemp(prefix="parzen-tests-"))
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)


def pytest_configure():
    key = "only-for-tests-and-long-enough-to-sign-a-session-0123456789"
    os.environ["PARZEN_VAR_DIR"] = str(VAR_DIR)
    os.environ["PARZEN_SECRET_KEY"] = settings.SECRET_KEY = key
    settings.IS_SECRET_KEY_MISSING = False
    settings.VAR_DIR = VAR_DIR
    settings.CACHE_DIR = VAR_DIR / "cache"
    settings.UPLOAD_DIR = VAR_DIR / "uploads"
    settings.CHECKPOINT_DIR = VAR_DIR / "checkpoints"
    settings.DATA_DIR = VAR_DIR / "data"
    settings.SECRET_KEY_FILE = VAR_DIR / "secret-key"
    settings.STATIC_ROOT = VAR_DIR / "static"
    settings.STATIC_ROOT.mkdir()
    # No server listens here, unless a slow test starts one.
    settings.REDIS_URL = ""
    settings.BROKER_SOCKET = VAR_DIR / "broker.sock"
    settings.CELERY_BROKER_URL = f"redis+socket://{settings.BROKER_SOCKET}"
    # Pages are rendered without `collectstatic`, and nobody waits for a good password hash.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "artifacts": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(VAR_DIR / "artifacts")},
        },
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, because threads and worker processes share it; it need not survive a power cut.
        database["NAME"] = VAR_DIR / "parzen.sqlite3"
        database["TEST"]["NAME"] = str(VAR_DIR / "test.sqlite3")
        database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_keepdb(tmp_path_factory, django_db_keepdb, django_db_modify_db_settings):
    """Migrations take seconds: a process whose neighbour has made them begins with a copy of its database."""
    made = migrated(tmp_path_factory)
    if connection.vendor == "sqlite" and made.is_file():
        shutil.copy(made, settings.DATABASES["default"]["TEST"]["NAME"])
        return True
    return django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(tmp_path_factory, django_db_setup, django_db_blocker):
    made = migrated(tmp_path_factory)
    if connection.vendor == "sqlite" and not made.is_file():
        part = made.with_suffix(f".{os.getpid()}")
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(part)])
        part.rename(made)


def migrated(tmp_path_factory):
    """Where this run, of one or more processes, keeps a SQLite database as migrations leave it."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "migrated.sqlite3"


@pytest.fixture(scope="session")
def make_var_dir(tmp_path_factory, django_db_setup):
    """Makes a PARZEN_VAR_DIR for another process, whose migrations are made already."""

    def make(name):
        folder = tmp_path_factory.mktemp(name)
        if connection.vendor == "sqlite":
            shutil.copy(migrated(tmp_path_factory), folder / "parzen.sqlite3")
        return folder

    return make


def note_page(template, context):
    """Render as Django's test environment does, but note the context of the page alone.

    Django's own copies the contexts of the hundreds of templates that a page includes, for nobody.
    """
    if context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def pages_alone_are_noted(django_test_environment):
    instrumented, Template._render = Template._render, note_page
    yield
    Template._render = instrumented


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Where two processes share the files, the slow ones come first, and the many small ones fill the end."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish():
    """Keep the thousands of collected tests from the garbage collector, which would look at them all day."""
    if "keras" in sys.modules:
        raise pytest.UsageError("A test module imports Keras, which takes seconds: import it in the test.")
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
