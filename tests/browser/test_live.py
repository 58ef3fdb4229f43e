"""A page that updates itself leaves alone what its reader is doing."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.builders import add_trials, claim, complete, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, max_trials=50, n_parallel=20)
    for number in range(3):
        complete(study, 0.5 - number / 10)
    return study


@pytest.fixture
def open_page(study, site, person):
    person.goto(site + study.get_absolute_url())
    expect(steps.trial_rows(person)).to_have_count(3)
    steps.mark(person)
    return person


def show_news(study, page):
    """Another trial completes, and the page shows it by itself."""
    n = steps.trial_rows(page).count()
    complete(study, 0.05)
    expect(steps.trial_rows(page)).to_have_count(n + 1)
    steps.expect_same_page(page)


def test_charts_are_updated_in_place_when_a_trial_completes(study, open_page):
    open_page.evaluate(
        "window.before = [...document.querySelectorAll('canvas[data-chart]')].map((c) => Chart.getChart(c))"
    )
    show_news(study, open_page)
    after = "[...document.querySelectorAll('canvas[data-chart]')].map((c) => Chart.getChart(c))"
    assert open_page.evaluate(f"{after}.every((chart, i) => chart && chart === window.before[i])")
    assert steps.chart_points(open_page)["best"]["complete"] == 4
    expect(open_page.locator("#study-best .best-value")).to_have_text("0.0500")


def test_chosen_axis_stays_when_a_trial_completes(study, open_page):
    open_page.get_by_role("button", name="Wall clock").click()
    show_news(study, open_page)
    expect(open_page.get_by_role("button", name="Wall clock")).to_have_attribute("aria-pressed", "true")


def test_open_menu_stays_open_when_a_trial_completes(study, open_page):
    open_page.locator(".topbar .menu summary").click()
    item = open_page.get_by_role("link", name="Account")
    item.focus()
    show_news(study, open_page)
    expect(item).to_be_visible()
    expect(item).to_be_focused()


def test_open_stop_menu_stays_open_when_a_trial_completes(study, open_page):
    steps.stop_menu(open_page).click()
    item = open_page.get_by_role("button", name="After running trials finish")
    item.focus()
    show_news(study, open_page)
    expect(item).to_be_visible()
    expect(item).to_be_focused()


@pytest.mark.parametrize(
    "selector",
    [
        'a:text-is("#1")',
        "#study-trials .scroll-x",
        '#study-trials a.sort:has-text("learning_rate")',
        '#study-trials nav a:has-text("Complete")',
        '#study-actions summary:has-text("Stop")',
        'button:has-text("Pause")',
        "#study-best a",
    ],
)
def test_focus_stays_when_a_trial_completes(selector, study, open_page):
    target = open_page.locator(selector)
    target.focus()
    expect(target).to_be_focused()
    show_news(study, open_page)
    expect(target, "the update took the focus away").to_be_focused(timeout=2_000)


def test_table_stays_scrolled_when_a_trial_completes(study, open_page):
    open_page.set_viewport_size({"width": 390, "height": 844})
    region = open_page.locator("#study-trials .scroll-x")
    region.evaluate("(element) => (element.scrollLeft = 120)")
    show_news(study, open_page)
    assert region.evaluate("(element) => element.scrollLeft") == 120, "the update scrolled the table back"


def test_filter_and_order_stay_when_a_trial_completes(study, site, person):
    person.goto(f"{site}{study.get_absolute_url()}?state=complete&sort=value")
    steps.mark(person)
    claim(study)
    show_news(study, person)
    expect(steps.trial_rows(person).first).to_contain_text("0.0500")
    expect(person.locator("#study-trials nav [aria-current]")).to_have_text("Complete 4")


def test_press_of_stop_is_not_lost_when_an_update_comes_in_between(study, open_page):
    """A person presses the mouse button, the page updates, and the person lets go."""
    steps.stop_menu(open_page).click()
    box = open_page.get_by_role("button", name="Stop now").bounding_box()
    open_page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    open_page.mouse.down()
    show_news(study, open_page)
    open_page.mouse.up()
    steps.expect_state(open_page, "Stopped", timeout=10_000)


def test_focus_stays_in_the_log_when_the_trial_goes_on(ada, site, person):
    study = running_study(owner=ada)
    (trial,) = add_trials(study, state="running", n_reports=3)
    attempt = trial.attempts.get()
    attempt.log = "\n".join(f"epoch {number}" for number in range(400))
    attempt.save(update_fields=["log"])
    person.goto(site + trial.get_absolute_url())
    log = person.get_by_role("region", name="Log tail")
    log.focus()
    attempt.log += "\nthe news"
    attempt.save(update_fields=["log"])
    study.__class__.objects.filter(pk=study.pk).update(version=study.version + 1)
    expect(log).to_contain_text("the news")
    expect(log, "the update took the focus away").to_be_focused(timeout=2_000)


def test_list_updates_itself_when_a_study_goes_on(study, site, person):
    person.goto(f"{site}/studies/")
    steps.mark(person)
    expect(person.locator("#studies")).to_contain_text("3 of 50")
    link = person.get_by_role("link", name=study.name)
    link.focus()
    complete(study, 0.04)
    expect(person.locator("#studies")).to_contain_text("4 of 50", timeout=30_000)
    steps.expect_same_page(person)
    expect(link, "the update took the focus away").to_be_focused(timeout=2_000)
