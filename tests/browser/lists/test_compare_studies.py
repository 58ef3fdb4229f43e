"""Studies that are ticked in the list beside each other, with a mouse and with keys."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.looks import check_looks
from tests.builders import add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


@pytest.fixture
def list_page(ada, site, person):
    for n, sampler in enumerate(("tpe", "random")):
        study = running_study(owner=ada, name=f"with {sampler}", sampler=sampler, max_trials=20)
        add_trials(study, 6, value=lambda number, n=n: (0.5 + n / 10) / (number + 1))
    person.goto(f"{site}/studies/")
    return person


def compare_button(page):
    return page.get_by_role("region", name="Selected studies").get_by_role("button", name="Compare")


def test_two_ticked_studies_are_compared(list_page):
    list_page.get_by_role("checkbox", name="Select with tpe").check()
    expect(compare_button(list_page)).to_be_disabled()
    list_page.get_by_role("checkbox", name="Select with random").check()
    compare_button(list_page).click()

    expect(list_page.get_by_role("heading", name="Compare 2 studies")).to_be_visible()
    expect(list_page.get_by_text("tpe reached 0.1000 after 5 trials, random after 6 trials")).to_be_visible()
    expect(list_page.get_by_role("img", name="Best val_loss so far of random and tpe")).to_be_visible()
    expect(list_page.get_by_text("Not enough complete trials yet")).to_be_visible()
    check_looks(list_page, ["compare"])


def x_max(page):
    return page.evaluate(
        "() => ParzenCharts.chartOf(document.querySelector('canvas[data-chart=compare]')).scales.x.max"
    )


def test_the_axis_changes_and_the_address_keeps_it(list_page, site, ada):
    keys = [study.pk for study in ada.studies.order_by("pk")]
    list_page.goto(f"{site}/studies/compare/?study={keys[0]}&study={keys[1]}")
    assert x_max(list_page) == 6
    axis = list_page.get_by_role("group", name="Horizontal axis")
    axis.get_by_role("button", name="Wall clock").focus()
    list_page.keyboard.press("Enter")
    expect(list_page).to_have_url(re.compile("axis=wall"))
    assert x_max(list_page) != 6
    list_page.reload()
    expect(axis.get_by_role("button", name="Wall clock")).to_have_attribute("aria-pressed", "true")
    assert x_max(list_page) != 6


def test_a_chart_of_a_comparison_is_taken_away(list_page, site, ada):
    keys = [study.pk for study in ada.studies.order_by("pk")]
    list_page.goto(f"{site}/studies/compare/?study={keys[0]}&study={keys[1]}")
    list_page.get_by_role("group", name="Horizontal axis").get_by_role("button", name="Epochs").click()
    for kind, found in (("PNG", b"PNG"), ("SVG", b"epochs"), ("CSV", b"best_so_far")):
        list_page.get_by_label("Download this chart").click()
        with list_page.expect_download() as download:
            list_page.locator(".menu-item", has_text=kind).first.click()
        assert found in Path(download.value.path()).read_bytes()


def test_another_study_is_named_on_the_page_of_a_study(list_page, site, ada):
    study = ada.studies.get(name="with tpe")
    list_page.goto(f"{site}/studies/{study.pk}/")
    list_page.get_by_label("More actions").click()
    list_page.get_by_role("link", name="Compare with…").click()
    check_looks(list_page)
    list_page.get_by_role("combobox", name="Compare with").fill("with random")
    list_page.keyboard.press("Enter")
    expect(list_page.get_by_role("heading", name="Compare 2 studies")).to_be_visible()


def test_studies_are_compared_without_a_mouse(list_page):
    list_page.get_by_role("checkbox", name="Select with tpe").focus()
    list_page.keyboard.press("Space")
    list_page.get_by_role("checkbox", name="Select with random").focus()
    list_page.keyboard.press("Space")
    list_page.keyboard.press("Enter")  # to the bar
    compare_button(list_page).focus()
    list_page.keyboard.press("Enter")
    expect(list_page.get_by_role("heading", name="Compare 2 studies")).to_be_visible()
    alike = list_page.locator("summary", has_text="The same in all")
    alike.focus()
    list_page.keyboard.press("Enter")
    expect(list_page.get_by_text("Early stopping")).to_be_visible()
