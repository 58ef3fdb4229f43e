"""A study with trials of every state, and its overview in a browser."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.models import TrialState
from tests.browser import steps
from tests.builders import add_trials, running_study

# Pixels of a trial or a value on the canvas, from the corner of the window.
PLACE = """(canvas, [x, y]) => {
  const { scales } = Chart.getChart(canvas);
  const box = canvas.getBoundingClientRect();
  return [box.left + scales.x.getPixelForValue(x), box.top + scales.y.getPixelForValue(y)];
}"""


@pytest.fixture
def study(ada):
    """Forty trials: the values of the first thirty fall from 1 to 1/30, five are pruned and five failed."""
    study = running_study(owner=ada, max_trials=60, name="Brushed")
    study.started_at = timezone.now() - dt.timedelta(minutes=10)
    study.save(update_fields=["started_at"])
    add_trials(study, 30, n_reports=3, step=3)
    add_trials(study, 5, state=TrialState.PRUNED, n_reports=2, step=2, step_value=0.7)
    add_trials(study, 5, state=TrialState.FAILED)
    return study


@pytest.fixture
def overview(study, site, person):
    person.goto(site + study.get_absolute_url())
    steps.chart_points(person)
    expect(count(person)).to_have_text("40 of 40 trials")
    steps.mark(person)
    return person


def count(page):
    return page.locator("#selected-count")


def text(page):
    return page.get_by_label("Filter trials")


def chart(page, name="best"):
    return page.locator(f'canvas[data-chart="{name}"]')


def place(page, x, y, name="best"):
    return chart(page, name).evaluate(PLACE, [x, y])


def drag(page, start, end, name="best"):
    """From one place to another, both in values of the axes, as a hand does it."""
    chart(page, name).scroll_into_view_if_needed()
    steps.chart_points(page)  # the chart may have come after those that were waited for
    (x1, y1), (x2, y2) = place(page, *start, name), place(page, *end, name)
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2, steps=3)
    page.mouse.move(x2, y2, steps=3)
    page.mouse.up()


def drawn(page, name="best"):
    return steps.chart_points(page)[name]
