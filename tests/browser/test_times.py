"""Times in the reader's words and zone: also after swaps, while the page stays open, and by a wrong clock."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_pages import add_worker
from tests.builders import add_trials, complete, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
# What stands there when a swap is over and the browser may paint.
WATCH_SWAPS = """() => {
  window.texts = [];
  document.addEventListener("htmx:afterSwap", () => texts.push(
    ...[...document.querySelectorAll("time[data-format]")].map((time) => time.textContent)));
}"""


def test_swap_never_shows_the_words_of_the_server(ada, site, person):
    study = running_study(owner=ada)
    add_trials(study, 3)
    person.goto(f"{site}/studies/")
    person.evaluate(WATCH_SWAPS)

    for n in (1, 2):
        complete(study)
        person.wait_for_function("n => window.texts.length >= n", arg=n)

    texts = person.evaluate("window.texts")
    assert all(re.fullmatch(r"just now|\d+ (s|min|h) ago", text) for text in texts), texts


@pytest.mark.parametrize(
    ("minutes", "words"), [(12, "12 min ago"), (3 * 60, "3 h ago"), (3 * 24 * 60, r"\d+ [A-Z][a-z]{2}")]
)
def test_words_follow_while_the_page_is_open(ada, site, person, minutes, words):
    person.clock.install()
    add_trials(running_study(owner=ada, started_at=timezone.now()), 3)
    person.goto(f"{site}/studies/")
    time = person.locator("time[data-format='relative']").first
    expect(time).to_have_text(re.compile("^just now$|^10 s ago$"))

    # The clock of the page may lag behind ours by as long as the page took to load.
    person.clock.fast_forward((minutes * 60 + 30) * 1000)

    expect(time).to_have_text(re.compile(f"^{words}$"))


@pytest.mark.parametrize(
    ("seconds", "words"), [(20, r"2\d s"), (125, r"2 min (0[5-9]|1\d) s"), (3 * 3600 + 300, r"3 h 05 min")]
)
def test_how_long_a_trial_runs_ticks_between_news(ada, site, person, seconds, words):
    person.clock.install()
    study = running_study(owner=ada, started_at=timezone.now())
    add_trials(study, 1, state="running")
    person.goto(site + study.get_absolute_url())
    running = person.locator("#training-now [data-words=duration]")
    expect(running).to_have_text(re.compile(r"^\d s$"))

    person.clock.fast_forward(seconds * 1000)

    expect(running).to_have_text(re.compile(f"^{words}$"))


def test_age_does_not_ask_the_clock_of_the_reader(ada, site, person):
    person.clock.install(time=timezone.now() - dt.timedelta(hours=5))
    add_worker("node-a:1")
    person.goto(f"{site}/workers/")

    expect(person.locator("[id^=worker-] [data-age]")).to_have_text(re.compile(r"^\d+ s ago$"))
