"""Dragging across a chart, and typing a range, select trials: the page follows, and so does the address."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.models import Study
from tests.browser import keys, steps
from tests.browser.looks import check_looks
from tests.browser.selection.conftest import chart, count, drag, drawn, place, text
from tests.builders import complete

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


def test_a_drag_along_the_trials_selects_them(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))

    expect(text(overview)).to_have_value("10 <= trial <= 19")
    expect(count(overview)).to_have_text("10 of 40 trials")
    expect(overview).to_have_url(re.compile(r"\?q=10\+%3C%3D\+trial\+%3C%3D\+19$"))
    points = drawn(overview)
    assert (points["complete"], points["complete-out"]) == (10, 20)
    assert (points["strip"], points["strip-out"]) == (0, 5)
    assert (points["failed"], points["failed-out"]) == (0, 5)
    steps.expect_same_page(overview)


def test_a_second_drag_replaces_the_first_and_a_box_has_both_axes(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")

    drag(overview, (1.6, 0.9), (12.4, 0.09))

    expect(text(overview)).to_have_value(re.compile(r"^2 <= trial <= 12 and 0\.0\d+ <= val_loss <= 0\.\d+$"))
    expect(count(overview)).to_have_text("9 of 40 trials")


def test_a_drag_beside_the_plot_selects_values_only(overview):
    x = chart(overview).evaluate("(canvas) => Chart.getChart(canvas).chartArea.left - 12")
    left = chart(overview).bounding_box()["x"] + x
    overview.mouse.move(left, place(overview, 0, 0.5)[1])
    overview.mouse.down()
    overview.mouse.move(left + 30, place(overview, 0, 0.12)[1], steps=4)
    overview.mouse.up()

    expect(text(overview)).to_have_value(re.compile(r"^0\.1\d* <= val_loss <= 0\.(5|49|51)\d*$"))


def test_a_drag_from_edge_to_edge_gives_its_range_up(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")
    drag(overview, (-0.7, 0.3), (400, 0.3))
    expect(text(overview)).to_have_value("")
    expect(count(overview)).to_have_text("40 of 40 trials")


def test_back_and_reload_keep_to_the_address(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")
    drag(overview, (4.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("15 of 40 trials")

    overview.go_back()
    expect(count(overview)).to_have_text("10 of 40 trials")
    expect(text(overview)).to_have_value("10 <= trial <= 19")
    steps.expect_same_page(overview)
    overview.go_back()
    expect(count(overview)).to_have_text("40 of 40 trials")
    overview.go_forward()
    expect(count(overview)).to_have_text("10 of 40 trials")

    overview.reload()
    expect(text(overview)).to_have_value("10 <= trial <= 19")
    assert drawn(overview)["complete"] == 10


def test_the_other_views_take_the_selection_along(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")

    steps.open_view(overview, "Trials")
    expect(steps.trial_rows(overview)).to_have_count(10)
    steps.open_view(overview, "Explore")
    expect(text(overview)).to_have_value("10 <= trial <= 19")


@pytest.mark.parametrize("way", ["escape", "button"])
def test_one_key_or_the_button_selects_all_again(way, overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")

    if way == "escape":
        overview.keyboard.press("Escape")
    else:
        overview.get_by_role("link", name="Clear").click()

    expect(count(overview)).to_have_text("40 of 40 trials")
    expect(text(overview)).to_have_value("")
    assert "?" not in overview.url
    assert drawn(overview)["complete"] == 30
    steps.expect_same_page(overview)


def test_escape_ends_a_drag_and_leaves_the_filter(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")
    x, y = place(overview, 20, 0.3)
    overview.mouse.move(x, y)
    overview.mouse.down()
    overview.mouse.move(x + 200, y, steps=4)
    overview.keyboard.press("Escape")
    overview.mouse.up()

    overview.wait_for_timeout(300)
    expect(text(overview)).to_have_value("10 <= trial <= 19")


def test_a_click_on_a_mark_still_opens_its_trial(overview, study):
    overview.mouse.click(*place(overview, 3, 0.25))
    expect(overview).to_have_url(re.compile(r"/trials/3/$"))


def test_the_range_is_typed_by_keyboard(overview):
    summary = overview.locator("summary").filter(has_text="Range")
    keys.tab_to(overview, summary)
    overview.keyboard.press("Enter")
    keys.type_over(overview, overview.get_by_label("trial from"), "5")
    keys.type_over(overview, overview.get_by_label("val_loss to"), "0.1")
    overview.keyboard.press("Enter")

    expect(text(overview)).to_have_value("trial >= 5 and val_loss <= 0.1")
    expect(count(overview)).to_have_text("21 of 40 trials")
    summary.click()
    expect(overview.get_by_label("trial from")).to_have_value("5")


def test_a_range_that_is_no_number_is_said_under_the_filter(overview):
    overview.locator("summary").filter(has_text="Range").click()
    overview.get_by_label("trial from").fill("many")
    overview.keyboard.press("Enter")

    expect(overview.locator("#filter-help")).to_contain_text("“many”")
    expect(count(overview)).to_have_text("40 of 40 trials")


def test_an_error_stands_under_the_filter_with_its_place(overview):
    text(overview).fill("trial < x")
    overview.keyboard.press("Enter")

    expect(overview.locator("#filter-help")).to_contain_text("See character 9.")
    expect(text(overview)).to_be_focused()
    assert text(overview).evaluate("(field) => field.selectionStart") == 8
    assert "?" not in overview.url
    steps.expect_same_page(overview)


@pytest.mark.parametrize("axis", ["Epochs", "Wall clock", "Training time"])
def test_a_drag_along_time_selects_those_that_ended_then(axis, overview):
    overview.get_by_role("button", name=axis).click()
    scale = "(canvas) => Chart.getChart(canvas).scales.x.max"
    end = chart(overview).evaluate(scale)
    drag(overview, (0.25 * end, 0.3), (0.5 * end, 0.3))

    expect(text(overview)).to_have_value(re.compile(r"^[\d.]+ s <= ended <= [\d.]+ s$"))
    points = drawn(overview)
    assert 0 < points["complete"] < 30
    assert points["complete"] + points["complete-out"] == 30


def test_a_drag_on_the_curves_selects_by_epoch(study, site, person):
    person.goto(site + steps.view_of(study, "explore"))
    steps.chart_points(person)
    limit = Study.objects.get(pk=study.pk).max_epochs
    drag(person, (1.6, 0.5), (limit, 0.5), "epochs")
    expect(text(person)).to_have_value("epoch >= 2")


def test_a_trial_that_completes_joins_the_selection(overview, study):
    drag(overview, (29.6, 0.3), (400, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")

    complete(study, 0.4)

    expect(count(overview)).to_have_text("11 of 41 trials")
    overview.wait_for_function(
        """() => Chart.getChart(document.querySelector("canvas[data-chart=best]"))
          .data.datasets.find((set) => set.key === "complete").data.length === 1"""
    )
    steps.expect_same_page(overview)


def test_the_last_of_several_quick_edits_counts(overview):
    overview.evaluate("""() => ["trial < 5", "trial < 6", "trial < 7"].forEach(
      (text) => ParzenSelection.select(text))""")

    expect(count(overview)).to_have_text("7 of 40 trials")
    expect(overview).to_have_url(re.compile(r"q=trial\+%3C\+7$"))
    overview.go_back()
    expect(count(overview)).to_have_text("40 of 40 trials")


def test_nothing_is_lost_without_a_connection(overview, listener):
    listener.allow("Failed to fetch", "ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    overview.context.set_offline(True)
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(overview.locator("#connection")).to_be_visible()
    assert drawn(overview)["complete"] == 30

    overview.context.set_offline(False)
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")


def test_a_reader_hears_what_is_selected(overview):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(chart(overview)).to_have_attribute("aria-label", re.compile(r"10 <= trial <= 19$"))


def test_the_page_with_a_selection_looks_as_it_should(overview, study, site):
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")
    overview.locator("summary").filter(has_text="Range").click()
    check_looks(overview, charts=("best",))
    overview.goto(f"{site}{steps.view_of(study, 'explore')}?q=trial+%3C+12")
    expect(overview.locator("#picture-timeline canvas")).to_be_visible()
    check_looks(overview)


def test_paper_says_the_filter_where_there_is_one(overview):
    overview.emulate_media(media="print")
    expect(text(overview)).to_be_hidden()
    overview.emulate_media(media="screen")
    drag(overview, (9.6, 0.3), (19.4, 0.3))
    expect(count(overview)).to_have_text("10 of 40 trials")
    overview.emulate_media(media="print")
    expect(text(overview)).to_be_visible()
    expect(overview.get_by_role("link", name="Clear")).to_be_hidden()
