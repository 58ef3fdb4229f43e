"""A real Chromium against a real web server; every test also fails on what console or network log says."""

import os
import shutil

import pytest
from django.test import Client

from dashboard.engine import hints
from tests.browser.listen import Listener
from tests.builders import make_user
from tests.live import worker

__all__ = ["worker"]

NO_CHROMIUM = "needs Chromium: apt-get install chromium, or your system's own Chromium or Chrome on the PATH"
LAUNCH_ARGS = (
    "--no-sandbox",  # root, as in a container, has none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
# Two cores are shared with trainings.
PATIENCE_MS = 60_000


@pytest.fixture(scope="session", autouse=True)
def allow_queries_beside_playwright():
    """Playwright keeps an event loop in this thread to the end of the run; Django would refuse to query."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def find_chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip here, not in a fixture: pytest then reports one line for all tests, and no worker is started."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": list(LAUNCH_ARGS)}


@pytest.fixture
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}


@pytest.fixture
def site(live_server):
    """Where Parzen answers."""
    return live_server.url


@pytest.fixture
def listener(site, page):
    """What the page complained about; checked when the test is over, before the database is emptied."""
    page.set_default_timeout(PATIENCE_MS)
    page.set_default_navigation_timeout(PATIENCE_MS)
    listener = Listener(site)
    listener.attach(page)
    yield listener
    page.goto("about:blank")
    listener.check()


@pytest.fixture
def visitor(listener, page):
    """A page on which nobody has signed in."""
    return page


@pytest.fixture
def ada(site):
    return make_user("ada", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def person(ada, site, visitor):
    """A page on which Ada has signed in."""
    client = Client()
    client.force_login(ada)
    visitor.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}]
    )
    return visitor


@pytest.fixture
def no_broker(monkeypatch):
    """Nothing is queued: for pages whose data the test itself makes."""
    monkeypatch.setattr(hints, "_send_hints", lambda n_slots, queue: None)
