"""What people do on pages, and what they see there."""

import re

from playwright.sync_api import expect

from tests.builders import PASSWORD

LONG_MS = 180_000
ALL_DRAWN = """() => [...document.querySelectorAll("canvas[data-chart]")].every(
  (canvas) => window.Chart?.getChart(canvas),
)"""
# Every chart of the page: its name, and how many points each of its datasets has.
CHART_POINTS = """() => {
  const canvases = [...document.querySelectorAll("canvas[data-chart]")];
  return Object.fromEntries(canvases.map((canvas) => {
    const sets = Chart.getChart(canvas).data.datasets.map((set, i) => [set.key ?? i, set.data.length]);
    return [canvas.dataset.source || canvas.dataset.chart, Object.fromEntries(sets)];
  }));
}"""


def sign_in(page, site, name="ada", password=PASSWORD):
    page.goto(f"{site}/account/login/")
    page.get_by_label("Username or email").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{site}/studies/")


def knob(page, name):
    return page.locator(f"#row-{name}")


def shared_row(page, name):
    """The row of several layers, of which this knob is one."""
    return page.locator(f'.knob:has(> input[name$="-members"][value~="{name}"])')


def open_all(page):
    """Open the fold that all other knobs are below; its rows are fetched then."""
    fold = page.locator("#all-knobs")
    if fold.get_attribute("open") is None:
        fold.locator("> summary").click()
    expect(fold.locator(".knobs").first).to_be_visible()


def reveal(page, name):
    """Let the page show the row of this knob alone, wherever it is."""
    if knob(page, name).or_(shared_row(page, name)).count() == 0:
        open_all(page)
    if knob(page, name).count() == 0:
        shared_row(page, name).get_by_role("button", name="One row a layer").click()
    expect(knob(page, name)).to_have_count(1)


def set_mode(page, name, mode):
    """Fixed or Search; the radio itself is hidden below its label."""
    reveal(page, name)
    knob(page, name).locator("label").filter(has_text=re.compile(f"^{mode}$")).click()


def open_editor(page, name):
    """That of a knob that was fixed comes when it is opened."""
    reveal(page, name)
    knob(page, name).locator("summary").click()
    expect(field(page, name, "editor")).to_have_count(1)


def field(page, knob_name, name):
    """One control of a knob's row, such as its lowest value."""
    return page.locator(f'[name="knob-{knob_name}-{name}"]')


def fill_budget(page, trials, epochs):
    page.get_by_label("Trials", exact=True).fill(str(trials))
    page.get_by_label("Epochs per trial").fill(str(epochs))


def press_start(page):
    page.get_by_role("button", name="Start study").click()


def stop_menu(page):
    return page.locator("#study-actions summary").filter(has_text="Stop")


def press_stop(page):
    """Stop now, which is in a menu so that nobody does it by chance."""
    stop_menu(page).click()
    page.get_by_role("button", name="Stop now").click()


def expect_state(page, word, timeout=LONG_MS):
    expect(page.locator("#study-head .chip")).to_have_text(word, timeout=timeout)


def view_of(study, view=""):
    """The address of one view of a study; without a name, of its overview."""
    return study.get_absolute_url() + (f"{view}/" if view else "")


def view_tab(page, label):
    """The link to another view of the study that the page shows; a count may follow its label."""
    return page.locator("#study-tabs a").filter(has_text=re.compile(rf"^{label}\b"))


def open_view(page, label):
    tab = view_tab(page, label)
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")


def trial_rows(page):
    return page.locator("#study-trials tbody tr")


def training_rows(page):
    return page.locator("#training-now tbody tr")


def expect_training(page):
    """A trial trains, and the overview says at which epoch."""
    row = training_rows(page).filter(has_text=re.compile(r"Epoch \d+ of"))
    expect(row.first).to_be_visible(timeout=LONG_MS)


def mark(page):
    """Leave a mark that a reload would wipe out."""
    page.evaluate("window.isSamePage = true")


def expect_same_page(page):
    assert page.evaluate("window.isSamePage === true"), "the page was loaded again"


def chart_points(page):
    """Points by chart and set, as soon as all are drawn; in one step, as a panel may add more charts."""
    return page.wait_for_function(f"() => ({ALL_DRAWN})() && ({CHART_POINTS})()").json_value()
