"""A page that updates itself leaves alone what its reader is doing."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.discussion.actions import add_comment
from dashboard.engine.fences import finish_trial, report_steps
from dashboard.engine.lifecycle import pause_study
from tests.browser import steps
from tests.builders import actor, add_trials, claim, complete, fence_of, outcome, running_study
from tests.builders import steps as steps_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
# The points of completed trials, as the chart holds them.
COMPLETE_POINTS = """() => Chart.getChart(document.querySelector('canvas[data-chart="best"]'))
  .data.datasets.find((set) => set.key === "complete").data.map(({ x, y }) => [x, y])"""
CHARTS = "[...document.querySelectorAll('canvas[data-chart]')].map((canvas) => Chart.getChart(canvas))"
# What the last poll brought.
NEWS = "() => JSON.parse(document.getElementById('chart-data').textContent).best"


@pytest.fixture
def study(ada):
    study = running_study(owner=ada, max_trials=50, n_parallel=20)
    study.started_at = timezone.now() - dt.timedelta(hours=1)
    study.save(update_fields=["started_at"])
    for number in range(3):
        trial = complete(study, 0.5 - number / 10)
        # A minute apart: news hold what ended since the second in which the last one had.
        ended = study.started_at + dt.timedelta(minutes=number + 1)
        study.trials.filter(pk=trial.pk).update(finished_at=ended)
    return study


def report(trial, *values):
    assert report_steps(fence_of(trial), steps=steps_of(*values), objective="val_loss", log="")


@pytest.fixture
def training(study):
    """A trial that trains all the while."""
    trial = claim(study)
    report(trial, 0.7)
    return trial


@pytest.fixture
def overview(study, training, site, person):
    person.goto(site + study.get_absolute_url())
    expect(person.locator("#study-best .best-value")).to_have_text("0.3000")
    steps.chart_points(person)
    steps.mark(person)
    return person


@pytest.fixture
def table(study, site, person):
    person.goto(site + steps.view_of(study, "trials"))
    expect(steps.trial_rows(person)).to_have_count(3)
    steps.mark(person)
    return person


def show_news(study, page):
    """Another trial completes, and the view that is open shows it by itself."""
    n, rows = study.trials.count(), steps.trial_rows(page)
    n_rows = rows.count()
    complete(study, 0.05)
    expect(steps.view_tab(page, "Trials")).to_have_text(f"Trials {n + 1}")
    if page.locator("#study-trials").count():
        expect(rows).to_have_count(n_rows + 1)
    if page.locator("#study-best").count():
        expect(page.locator("#study-best .best-value")).to_have_text("0.0500")
        page.wait_for_function(f"(n) => ({COMPLETE_POINTS})().length === n", arg=4)
    steps.expect_same_page(page)


def test_charts_are_updated_in_place_when_a_trial_completes(study, overview):
    overview.evaluate(f"window.before = {CHARTS}")
    show_news(study, overview)
    assert overview.evaluate(f"{CHARTS}.every((chart, i) => chart && chart === window.before[i])")
    assert steps.chart_points(overview)["best"]["complete"] == 4


def test_chart_keeps_its_points_and_adds_the_one_of_the_trial_that_completed(study, overview):
    before = overview.evaluate(COMPLETE_POINTS)
    assert [y for _, y in before] == [0.5, 0.4, 0.3]
    show_news(study, overview)
    news = overview.evaluate(NEWS)
    assert news["is_update"], "everything was sent again"
    assert not {0, 1} & set(news["trials"]["n"]), "what has not changed was sent again"
    after = overview.evaluate(COMPLETE_POINTS)
    assert after[:3] == before
    assert [y for _, y in after[3:]] == [0.05]


def test_epoch_of_a_running_trial_moves_in_training_now(study, training, overview):
    before = overview.evaluate(COMPLETE_POINTS)
    row = overview.locator(f"#training-{training.number}")
    expect(row).to_contain_text("Epoch 1 of 5")
    link = row.get_by_role("link")
    link.focus()
    report(training, 0.7, 0.6)
    expect(row).to_contain_text("Epoch 2 of 5")
    expect(row).to_contain_text("0.6000")
    expect(link, "the update took the focus away").to_be_focused(timeout=2_000)
    overview.wait_for_function(f"(n) => ({NEWS})().trials.n.includes(n)", arg=training.number)
    assert overview.evaluate(COMPLETE_POINTS) == before
    steps.expect_same_page(overview)


def test_trial_leaves_training_now_when_it_completes(training, overview):
    expect(steps.training_rows(overview)).to_have_count(1)
    report(training, 0.7, 0.6, 0.05)
    assert finish_trial(fence_of(training), outcome(0.05))
    expect(steps.training_rows(overview)).to_have_count(0)
    expect(overview.locator("#study-best")).to_contain_text(f"Trial #{training.number}")
    steps.expect_same_page(overview)


def test_chosen_axis_stays_when_a_trial_completes(study, overview):
    overview.get_by_role("button", name="Wall clock").click()
    show_news(study, overview)
    expect(overview.get_by_role("button", name="Wall clock")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("view", ["overview", "table"])
def test_open_menu_stays_open_when_a_trial_completes(view, study, request):
    page = request.getfixturevalue(view)
    page.locator(".topbar .menu summary").click()
    item = page.get_by_role("link", name="Account")
    item.focus()
    show_news(study, page)
    expect(item).to_be_visible()
    expect(item).to_be_focused()


@pytest.mark.parametrize("view", ["overview", "table"])
def test_open_stop_menu_stays_open_when_a_trial_completes(view, study, request):
    page = request.getfixturevalue(view)
    steps.stop_menu(page).click()
    item = page.get_by_role("button", name="After running trials finish")
    item.focus()
    show_news(study, page)
    expect(item).to_be_visible()
    expect(item).to_be_focused()


@pytest.mark.parametrize(
    ("view", "selector"),
    [
        ("table", 'a:text-is("#1")'),
        ("table", "#study-trials .scroll-x"),
        ("table", '#study-trials a.sort:has-text("learning_rate")'),
        ("table", '#study-trials nav a:has-text("Complete")'),
        ("table", '#study-tabs a:has-text("Trials")'),
        ("table", '#study-actions summary:has-text("Stop")'),
        ("overview", '#study-actions summary:has-text("Stop")'),
        ("overview", 'button:has-text("Pause")'),
        ("overview", "#study-best .card-head a"),
        ("overview", "#training-now tbody a"),
        ("overview", "#training-now .scroll-x"),
        ("overview", '#study-tabs a:has-text("Trials")'),
    ],
)
def test_focus_stays_when_a_trial_completes(view, selector, study, request):
    page = request.getfixturevalue(view)
    target = page.locator(selector)
    target.focus()
    expect(target).to_be_focused()
    show_news(study, page)
    expect(target, "the update took the focus away").to_be_focused(timeout=2_000)


def test_table_stays_scrolled_when_a_trial_completes(study, table):
    table.set_viewport_size({"width": 390, "height": 844})
    region = table.locator("#study-trials .scroll-x")
    region.evaluate("(element) => (element.scrollLeft = 120)")
    show_news(study, table)
    assert region.evaluate("(element) => element.scrollLeft") == 120, "the update scrolled the table back"


def test_filter_and_order_stay_when_a_trial_completes(study, site, person):
    person.goto(f"{site}{steps.view_of(study, 'trials')}?q=state+%3D+complete&sort=value")
    expect(person.locator("#selected-count")).to_have_text("3 of 3 trials")
    steps.mark(person)
    claim(study)
    show_news(study, person)
    expect(steps.trial_rows(person).first).to_contain_text("0.0500")
    expect(person.locator("#study-trials nav [aria-current]")).to_have_text("Complete 4")
    expect(person.locator("#selected-count")).to_have_text("4 of 5 trials")


def test_filter_that_is_being_typed_stays_when_a_trial_completes(study, table):
    field = table.get_by_label("Filter trials")
    field.press_sequentially("state = comp")
    show_news(study, table)
    expect(field).to_be_focused(timeout=2_000)
    field.press_sequentially("lete")
    expect(field).to_have_value("state = complete")


def test_comment_that_is_being_written_stays_when_news_arrive(ada, study, site, person):
    person.goto(site + steps.view_of(study, "discussion"))
    steps.mark(person)
    field = person.get_by_label("Add a comment")
    field.press_sequentially("I wonder")
    show_news(study, person)
    add_comment(study, text="It **does** work", by=actor(ada))
    expect(person.locator("#comments strong").filter(has_text="does")).to_be_visible()
    steps.expect_same_page(person)
    expect(field).to_be_focused(timeout=2_000)
    expect(field).to_have_value("I wonder")


def test_history_follows_what_others_do(study, site, person):
    person.goto(site + steps.view_of(study, "settings"))
    steps.mark(person)
    show_news(study, person)
    history = person.locator("#study-history")
    expect(history).not_to_contain_text("Grace paused the study")
    pause_study(study_id=study.pk, by="Grace")
    expect(history).to_contain_text("Grace paused the study")
    steps.expect_same_page(person)


def test_press_of_stop_is_not_lost_when_an_update_comes_in_between(study, overview):
    """A person presses the mouse button, the page updates, and the person lets go."""
    steps.stop_menu(overview).click()
    box = overview.get_by_role("button", name="Stop now").bounding_box()
    overview.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    overview.mouse.down()
    show_news(study, overview)
    overview.mouse.up()
    steps.expect_state(overview, "Stopped", timeout=10_000)


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
