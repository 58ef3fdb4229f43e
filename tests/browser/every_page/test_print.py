"""Pages on paper: light, without bars and buttons, unfolded; afterwards they are as they were."""

import pytest

from dashboard.models import TrialState
from tests.browser import steps
from tests.builders import add_trials, running_study
from tests.live import wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
PRESSABLE = ".topbar, .btn, .tabs, .seg, .pager, .filterbar, form textarea"
# What is seen of it, what a chart is drawn with, and how wide each chart is.
STATE = """(pressable) => ({
  shown: [...document.querySelectorAll(pressable)].filter((e) => e.checkVisibility()).map((e) => e.className),
  isLight: getComputedStyle(document.querySelector(".card")).backgroundColor === "rgb(255, 255, 255)",
  text: [...document.querySelectorAll("canvas")].map((e) => Chart.getChart(e).options.scales.x.title.color),
  widths: [...document.querySelectorAll("canvas")].map((e) => Chart.getChart(e).width),
  folded: document.querySelectorAll("details.subfold:not([open])").length,
})"""


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, max_trials=60)
    add_trials(study, 30, n_reports=4)
    add_trials(study, 1, state=TrialState.PRUNED, step=2, step_value=0.8, n_reports=2)
    return study


@pytest.mark.parametrize("view", ["", "trials", "trials/3"])
def test_page_on_paper_is_light_and_has_nothing_to_press(view, study, site, person):
    person.emulate_media(color_scheme="dark")
    person.goto(site + steps.view_of(study, view))
    person.wait_for_function(steps.ALL_DRAWN)
    person.wait_for_load_state("networkidle")  # cards that come by themselves have buttons, too
    before = person.evaluate(STATE, PRESSABLE)
    assert before["shown"]
    assert not before["isLight"]

    person.emulate_media(color_scheme="dark", media="print")
    person.evaluate("dispatchEvent(new Event('beforeprint'))")
    paper = person.evaluate(STATE, PRESSABLE)

    assert paper["shown"] == []
    assert paper["isLight"]
    assert paper["folded"] == 0
    assert all(width <= 760 for width in paper["widths"])
    assert not set(paper["text"]) & set(before["text"])

    person.emulate_media(color_scheme="dark", media="screen")
    wait_for(lambda: person.evaluate(STATE, PRESSABLE) == before, "the page as before")


def test_file_for_paper_is_short(study, site, person):
    person.goto(site + steps.view_of(study, "trials/3"))
    person.wait_for_function(steps.ALL_DRAWN)
    file = person.pdf(format="A4", print_background=True)
    assert file.startswith(b"%PDF")
    assert 1 <= file.count(b"/Type /Page\n") <= 3
