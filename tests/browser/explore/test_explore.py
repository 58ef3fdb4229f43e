"""The explore view: one selection for all its pictures, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import keys, steps
from tests.browser.explore.conftest import N_COMPLETE
from tests.browser.looks import find_problems

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
# Where an axis of the parallel coordinates stands: x, top and bottom, from the corner of the window.
AXIS = """(canvas, name) => {
  const { state, TOP } = ParzenCharts.parallel;
  const axis = state.room.axes.find((each) => each.name === name);
  const box = canvas.getBoundingClientRect();
  return [box.left + axis.x, box.top + TOP, box.top + state.room.bottom];
}"""
PIXELS = "(canvas) => canvas.toDataURL()"


def parallel(page):
    return page.locator("canvas[data-parallel]")


def count(page):
    return page.locator("#selected-count")


def text(page):
    return page.get_by_label("Filter trials")


def names(page):
    """As they stand, from the left."""
    buttons = page.locator(".parallel-names button").all()
    return [b.get_attribute("data-name") for b in sorted(buttons, key=lambda b: b.bounding_box()["x"])]


def drag_along(page, name, start, end):
    """From one share of the height of an axis to another; 0 is its lower end."""
    parallel(page).scroll_into_view_if_needed()
    x, top, bottom = parallel(page).evaluate(AXIS, name)
    page.mouse.move(x, bottom - start * (bottom - top))
    page.mouse.down()
    page.mouse.move(x, bottom - end * (bottom - top), steps=5)
    page.mouse.up()


def test_drags_along_two_axes_select_what_both_hold(explore):
    before = parallel(explore).evaluate(PIXELS)
    drag_along(explore, "learning_rate", 0.25, 0.75)
    expect(text(explore)).to_have_value(re.compile(r"^\S+ <= learning_rate <= \S+$"))
    drag_along(explore, "val_loss", -0.1, 0.4)
    expect(text(explore)).to_have_value(re.compile(r"^\S+ <= learning_rate <= \S+ and val_loss <= \S+$"))

    assert parallel(explore).evaluate(PIXELS) != before
    points = steps.chart_points(explore)
    assert points["pair"]["complete-out"] > 0
    expect(explore.locator("#picture-distribution .card-sub")).not_to_have_text(
        f"{N_COMPLETE} complete trials"
    )
    n = int(explore.locator("#picture-distribution .card-sub").inner_text().split()[0])
    assert 0 < n < N_COMPLETE
    steps.expect_same_page(explore)


def test_a_click_on_a_category_keeps_it(explore):
    drag_along(explore, "optimizer", 0.17, 0.17)
    expect(text(explore)).to_have_value("optimizer = adam")
    explore.keyboard.press("Escape")
    expect(text(explore)).to_have_value("")


def test_names_are_dragged_and_turned(explore):
    order = names(explore)
    first = explore.locator(f'.parallel-names button[data-name="{order[0]}"]')
    last = explore.locator(f'.parallel-names button[data-name="{order[-2]}"]')
    a, b = first.bounding_box(), last.bounding_box()
    explore.mouse.move(a["x"] + a["width"] / 2, a["y"] + 8)
    explore.mouse.down()
    explore.mouse.move(b["x"] + b["width"] / 2, b["y"] + 8, steps=8)
    explore.mouse.up()
    assert names(explore) == [*order[1:-1], order[0], order[-1]]
    expect(first).not_to_contain_text("↓")

    first.click()
    expect(first).to_contain_text("↓")


def test_names_move_and_turn_by_keyboard(explore):
    order = names(explore)
    first = explore.locator(f'.parallel-names button[data-name="{order[0]}"]')
    keys.tab_to(explore, first)
    explore.keyboard.press("ArrowRight")
    assert names(explore)[:2] == [order[1], order[0]]
    explore.keyboard.press("ArrowLeft")
    assert names(explore) == order
    before = parallel(explore).evaluate(PIXELS)
    explore.keyboard.press("Enter")
    expect(first).to_contain_text("↓")
    assert parallel(explore).evaluate(PIXELS) != before


def test_a_range_of_a_param_is_typed(explore):
    summary = explore.locator("#parallel summary").filter(has_text="Range")
    keys.tab_to(explore, summary)
    explore.keyboard.press("Enter")
    keys.type_over(explore, explore.locator("#parallel").get_by_label("learning_rate from"), "1e-4")
    explore.keyboard.press("Enter")
    expect(text(explore)).to_have_value("learning_rate >= 1e-4")


def test_axes_are_chosen(explore):
    explore.locator("#parallel summary").filter(has_text="Axes").click()
    explore.get_by_label("layers", exact=True).uncheck()
    assert "layers" not in names(explore)


def test_a_small_plot_is_enlarged_and_closed_by_keyboard(explore):
    button = explore.locator("#picture-scatter .small-plot-name").first
    keys.tab_to(explore, button)
    explore.keyboard.press("Enter")
    dialog = explore.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading")).to_have_text("learning_rate")
    assert dialog.locator("canvas").get_attribute("aria-label").startswith("val_loss by learning_rate")
    explore.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_other_pairs_and_groups_are_chosen(explore):
    explore.get_by_label("Horizontal").select_option("optimizer")
    explore.get_by_label("against", exact=True).select_option("layers")
    expect(explore.locator("#picture-pair canvas")).to_have_attribute(
        "aria-label", re.compile("optimizer and layers")
    )
    explore.get_by_label("Show", exact=True).select_option("ranks")
    expect(explore.locator("#picture-pair p.plots-note")).to_contain_text("Each dot is a trial")
    explore.get_by_label("one plot per").select_option("layers")
    expect(explore.locator("#picture-groups .small-plot-name").first).to_have_text("layers 1")


def test_a_dot_opens_its_trial(explore, study):
    canvas = explore.locator("#picture-effects canvas")
    canvas.scroll_into_view_if_needed()
    x, y, n = canvas.evaluate(
        """(canvas) => {
          const chart = Chart.getChart(canvas);
          const dots = chart.getDatasetMeta(0).data;
          const box = canvas.getBoundingClientRect();
          return [box.left + dots[0].x, box.top + dots[0].y, chart.data.datasets[0].data[0].n];
        }"""
    )
    explore.mouse.click(x, y)
    expect(explore).to_have_url(re.compile(r"/trials/\d+/$"))
    assert isinstance(n, int)


def test_numbers_unfold_as_a_table(explore):
    explore.locator("#picture-tenth summary").click()
    expect(explore.locator("#picture-tenth table")).to_be_visible()
    expect(explore.locator("#picture-tenth th").first).to_have_text("param")


def test_pictures_are_taken_away_as_they_are_asked_for(explore):
    explore.get_by_label("Horizontal").select_option("optimizer")
    card = explore.locator("#pair")
    for ending, item in (("png", "[data-png]"), ("svg", "a[href*='.svg']"), ("csv", "a[href*='.csv']")):
        card.locator("summary[aria-label='Download this chart']").click()
        with explore.expect_download() as download:
            card.locator(item).click()
        assert download.value.suggested_filename == f"explored-pair.{ending}"
        content = download.value.path().read_bytes().lstrip(b"\xef\xbb\xbf\n")
        assert content.startswith({"png": b"\x89PNG", "svg": b"<svg", "csv": b"optimizer"}[ending])


def test_it_looks_right_in_every_look(explore):
    assert find_problems(explore) == []
