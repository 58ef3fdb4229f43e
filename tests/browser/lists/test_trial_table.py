"""The table of trials by mouse and by keyboard: columns, ticks that stay, comparison, variation."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.engine.fences import report_steps
from dashboard.models import Origin, TableColumns, TrialState
from tests.browser import keys, steps
from tests.browser.looks import check_looks
from tests.builders import add_trials, claim, complete, fence_of, running_study
from tests.builders import steps as reports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
DEFAULT = ["Trial", "State", "val_loss", "learning_rate", "n_layers", "units_1", "units_2", "activation_1"]


@pytest.fixture
def study(ada):
    """60 trials: #0 to #29 complete, #30 to #39 failed, the others pruned."""
    study = running_study(owner=ada, max_trials=90, n_parallel=9)
    add_trials(study, 30, n_reports=4)
    add_trials(study, 10, state="failed")
    add_trials(study, 20, state="pruned", step=3, step_value=0.5, n_reports=3)
    return study


@pytest.fixture
def table(study, site, person):
    person.goto(site + steps.view_of(study, "trials"))
    steps.mark(person)
    return person


def heads(page):
    texts = page.locator("#study-trials thead th:not(.tick-cell, .row-action)").all_inner_texts()
    return [text.strip() for text in texts]


def menu(page):
    return page.locator("#columns-menu > summary")


def option(page, label):
    return page.locator(".columns-list").get_by_role("checkbox", name=label, exact=True)


def tick(page, number):
    return page.get_by_role("checkbox", name=f"Select trial {number}", exact=True)


def bar(page):
    return page.get_by_role("region", name="Selected trials")


def show_news(page, study):
    """A trial ends, and the table brings it without a reload."""
    trial = complete(study, 0.125)
    expect(page.locator(f"#trial-{trial.number}")).to_be_visible()
    steps.expect_same_page(page)
    return trial.number


def test_columns_are_hidden_moved_and_reset_and_the_menu_stays_open(table, study):
    assert heads(table)[:8] == DEFAULT
    menu(table).click()
    option(table, "n_layers").uncheck()
    expect(table.locator("#study-trials thead")).not_to_contain_text("n_layers")
    expect(option(table, "n_layers")).to_be_visible()
    table.get_by_role("button", name="Move units_1 up").click()
    expect(table.locator("#columns-said")).to_have_text("units_1 is now column 3 of 8.")
    assert heads(table)[:4] == ["Trial", "State", "val_loss", "units_1"]

    show_news(table, study)
    expect(option(table, "n_layers")).not_to_be_checked()
    assert heads(table)[:4] == ["Trial", "State", "val_loss", "units_1"]
    table.reload()
    assert heads(table)[:4] == ["Trial", "State", "val_loss", "units_1"]

    menu(table).click()
    table.get_by_role("button", name="Reset to default").click()
    expect(table.locator("#study-trials thead")).to_contain_text("n_layers")
    assert heads(table)[:8] == DEFAULT
    assert not TableColumns.objects.exists()


def test_columns_by_keyboard_keep_the_focus_where_it_is(table):
    keys.tab_to(table, menu(table))
    table.keyboard.press("Enter")
    keys.tab_to(table, option(table, "n_layers"))
    table.keyboard.press("Space")
    expect(table.locator("#study-trials thead")).not_to_contain_text("n_layers")
    expect(option(table, "n_layers")).to_be_focused()

    up = table.get_by_role("button", name="Move units_2 up")
    keys.tab_to(table, up, key="Shift+Tab")
    for place in (4, 3, 2, 1, 1):
        table.keyboard.press("Enter")
        expect(table.locator("#columns-said")).to_have_text(f"units_2 is now column {place} of 8.")
        expect(up).to_be_focused()
    assert heads(table)[1] == "units_2"
    table.keyboard.press("Escape")
    expect(menu(table)).to_be_focused()


def test_column_is_dragged_to_another_place(table):
    menu(table).click()
    rows = table.locator(".columns-list li")
    rows.filter(has_text="units_1").drag_to(rows.filter(has_text="State"), target_position={"x": 90, "y": 4})
    expect(table.locator("#study-trials thead th").nth(2)).to_have_text("units_1")
    steps.expect_same_page(table)
    assert TableColumns.objects.get(study__isnull=False).keys[:2] == ["params.units_1", "state"]


def test_columns_that_an_address_names_give_way_to_the_own_choice(table, study, site):
    table.goto(f"{site}{steps.view_of(study, 'trials')}?q=state+%3D+complete&column=duration&column=state")
    assert heads(table) == ["Trial", "Duration", "State"]
    steps.mark(table)
    menu(table).click()
    option(table, "val_loss").check()
    expect(table.locator("#study-trials thead")).to_contain_text("val_loss")
    steps.expect_same_page(table)
    assert heads(table) == ["Trial", "Duration", "State", "val_loss"]
    assert "column=" not in table.url
    table.get_by_label("Filter trials").fill("state = pruned")
    table.get_by_role("button", name="Filter", exact=True).click()
    expect(table.locator("#selected-count")).to_contain_text("20 of 60")
    assert heads(table) == ["Trial", "Duration", "State", "val_loss"]


def test_ticks_stay_while_trials_come_and_change(table, study):
    tick(table, 58).check()
    tick(table, 57).check()
    tick(table, 57).focus()

    show_news(table, study)

    expect(tick(table, 58)).to_be_checked()
    expect(tick(table, 57)).to_be_focused()
    expect(bar(table)).to_contain_text("2 selected")
    expect(bar(table).get_by_role("button", name="Compare 2")).to_be_enabled()
    expect(bar(table).get_by_role("button", name="Enqueue a variation…")).to_be_disabled()


def test_all_that_match_are_offered_and_stay_chosen_when_another_comes(table, study):
    offer = bar(table).get_by_role("checkbox", name="All 60")
    tick(table, 58).check()
    expect(offer).to_be_hidden()
    table.get_by_role("checkbox", name="Select all on this page").check()
    offer.check()
    expect(bar(table)).to_contain_text("60 selected")

    number = show_news(table, study)

    expect(bar(table)).to_contain_text("61 selected")
    expect(tick(table, number)).to_be_checked()
    tick(table, number).uncheck()
    expect(bar(table)).to_contain_text("24 selected")
    table.keyboard.press("Escape")
    expect(bar(table)).to_be_hidden()


def test_another_filter_forgets_that_all_were_chosen(table):
    table.get_by_role("checkbox", name="Select all on this page").check()
    bar(table).get_by_role("checkbox", name="All 60").check()
    table.get_by_role("navigation", name="State").get_by_role("link", name="Complete 30").click()
    expect(table.locator("#selected-count")).to_contain_text("30 of 60")
    expect(bar(table)).to_be_hidden()
    table.get_by_role("checkbox", name="Select all on this page").check()
    expect(bar(table)).to_contain_text("25 selected")
    expect(bar(table).get_by_role("checkbox", name="All 30 that match")).not_to_be_checked()
    steps.expect_same_page(table)


def test_failed_ones_are_retried_with_keys_alone(table, study):
    table.goto(table.url + "?q=trial+%3E+28+and+trial+%3C+32")
    keys.tab_to(table, table.get_by_role("checkbox", name="Select all on this page"))
    table.keyboard.press("Space")
    keys.tab_to(table, bar(table).get_by_role("button", name="Retry 3"))
    table.keyboard.press("Enter")

    expect(table.locator("#messages")).to_contain_text("Retrying 2 trials")
    expect(table.locator("#messages")).to_contain_text("#29 is complete")
    waiting = study.trials.filter(state=TrialState.WAITING)
    assert set(waiting.values_list("number", flat=True)) == {30, 31}
    expect(table.locator("#selected-count")).to_contain_text("3 of 60")
    assert "csrf" not in table.url


def test_escape_clears_the_ticks_before_the_filter(table):
    table.goto(table.url + "?q=state+%3D+pruned")
    tick(table, 58).check()
    table.locator("h1").click()
    table.keyboard.press("Escape")
    expect(bar(table)).to_be_hidden()
    expect(table.locator("#selected-count")).to_contain_text("20 of 60")
    table.keyboard.press("Escape")
    expect(table.locator("#selected-count")).to_contain_text("60 of 60")


def test_ticked_ones_are_exported_with_the_columns_of_the_table(table):
    menu(table).click()
    table.get_by_role("button", name="Move val_loss up").click()
    expect(table.locator("#columns-said")).to_contain_text("val_loss is now column 1")
    table.keyboard.press("Escape")
    tick(table, 58).check()
    tick(table, 40).check()
    bar(table).locator("summary").click()
    with table.expect_download() as found:
        bar(table).get_by_role("button", name="CSV, columns shown").click()
    lines = found.value.path().read_text().splitlines()
    assert lines[0].startswith("number,val_loss,state,params.learning_rate")
    assert [line.partition(",")[0] for line in lines[1:]] == ["40", "58"]


def test_two_to_six_are_compared(table, study):
    table.goto(f"{table.url}?q=trial+in+(3%2C+4%2C+35%2C+50)")
    table.get_by_role("checkbox", name="Select all on this page").check()
    bar(table).get_by_role("button", name="Compare 4").click()
    expect(table.locator("h1")).to_have_text("Compare 4 trials")
    assert re.search(r"\?trial=50&trial=35&trial=4&trial=3$", table.url)
    check_looks(table, charts=["epochs"])
    assert set(steps.chart_points(table)["epochs"]) == {"3", "4", "50"}

    table.set_viewport_size({"width": 1440, "height": 900})
    table.get_by_role("link", name="Remove trial 35").click()
    expect(table.locator("h1")).to_have_text("Compare 3 trials")
    keys.type_over(table, table.get_by_label("Trial #"), 7)
    table.keyboard.press("Enter")
    expect(table.locator("h1")).to_have_text("Compare 4 trials")
    assert table.url.endswith("?trial=50&trial=4&trial=3&trial=7")


def test_comparison_follows_a_trial_that_runs(study, site, person):
    trial = claim(study)
    person.goto(f"{site}{study.get_absolute_url()}trials/compare/?trial=1&trial={trial.number}")
    expect(person.locator(f"#pick-{trial.number}")).to_contain_text("running")
    steps.mark(person)
    assert report_steps(fence_of(trial), steps=reports(0.5, 0.4), objective="val_loss", log="")
    expect(person.locator(f"#pick-{trial.number}")).to_contain_text("running, epoch 2", timeout=20_000)
    steps.expect_same_page(person)
    points = steps.chart_points(person)["epochs"]
    assert points[str(trial.number)] == 2


def test_variation_is_enqueued_with_keys_alone(table, study, listener):
    listener.allow("status of 422")
    keys.tab_to(table, tick(table, 58))
    table.keyboard.press("Space")
    keys.tab_to(table, bar(table).get_by_role("button", name="Enqueue a variation…"))
    table.keyboard.press("Enter")
    expect(table.locator("h1")).to_have_text("Enqueue a variation of trial #58")
    check_looks(table)

    keys.type_over(table, table.get_by_label("learning_rate"), "7")
    table.keyboard.press("Enter")
    expect(table.locator(".field-error")).to_contain_text("not 7")
    expect(table.get_by_label("learning_rate")).to_have_value("7")
    check_looks(table)
    keys.type_over(table, table.get_by_label("learning_rate"), "0.05")
    table.keyboard.press("Enter")

    expect(table.locator("#messages")).to_contain_text("Trial #60 waits for the next free slot")
    expect(table.locator("#trial-head")).to_contain_text(
        "Enqueued by Ada Lovelace as a variation of trial #58"
    )
    trial = claim(study)
    assert (trial.number, trial.origin, trial.params["learning_rate"]) == (60, Origin.ENQUEUED, 0.05)


def test_row_leads_to_its_variation(table):
    table.get_by_role("link", name="Enqueue a variation of trial 50").click()
    expect(table.locator("h1")).to_have_text("Enqueue a variation of trial #50")


def test_table_with_menu_and_ticks_looks_well(table):
    menu(table).click()
    check_looks(table)
    table.keyboard.press("Escape")
    table.get_by_role("checkbox", name="Select all on this page").check()
    table.evaluate("window.scrollTo(0, 0)")  # what scrolls below the top bar is covered by it
    check_looks(table)


@pytest.mark.parametrize("n", [0, 1])
def test_table_of_few_trials_looks_well(ada, site, person, n):
    study = running_study(owner=ada, max_trials=9)
    add_trials(study, n)
    person.goto(site + steps.view_of(study, "trials"))
    menu(person).click()
    check_looks(person)
