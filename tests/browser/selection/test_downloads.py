"""Each chart is taken away as PNG, SVG and CSV, with the mouse and by keyboard."""

import csv
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import keys, steps
from tests.browser.selection.conftest import chart, count, text

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
SVG = "{http://www.w3.org/2000/svg}"
EDGE = 16  # pixels of margin


def menu(page):
    return page.get_by_label("Download this chart")


def item(page, name):
    return page.locator(".menu:has([data-png]) .menu-item").filter(has_text=name)


def download(page, name, tmp_path):
    menu(page).click()
    with page.expect_download() as found:
        item(page, name).click()
    path = tmp_path / found.value.suggested_filename
    found.value.save_as(path)
    expect(page.locator("details.menu[open]")).to_have_count(0)
    return path


def select(page, words):
    text(page).fill(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Clear")).to_be_visible()


def test_a_picture_is_twice_as_large_and_has_a_background(overview, tmp_path):
    path = download(overview, "PNG", tmp_path)

    picture = Image.open(path)
    assert path.name == "brushed-best.png"
    assert picture.width == 2 * round(chart(overview).bounding_box()["width"] + 2 * EDGE)
    assert picture.getpixel((1, 1)) == (255, 255, 255, 255)
    assert len(picture.convert("RGB").getcolors(maxcolors=1_000_000)) > 20, "nothing is drawn on it"
    # The chart of the page is as it was.
    assert steps.chart_points(overview)["best"]["complete"] == 30


@pytest.mark.parametrize("name", ["PNG", "SVG", "CSV"])
def test_the_curves_of_a_trial_are_taken_away(name, study, site, person, tmp_path):
    person.goto(f"{site}{study.get_absolute_url()}trials/3/")
    steps.chart_points(person)
    path = download(person, name, tmp_path)
    if name == "PNG":
        width = chart(person, "trial_epochs").bounding_box()["width"]
        assert Image.open(path).width == 2 * round(width + 2 * EDGE)
    elif name == "SVG":
        assert ET.parse(path).getroot().tag == f"{SVG}svg"
    else:
        assert [row["epoch"] for row in csv.DictReader(path.open(newline=""))] == ["1", "2", "3"]


def test_a_drawing_is_as_the_chart_is_shown(overview, tmp_path):
    select(overview, "trial < 12")
    expect(count(overview)).to_have_text("12 of 40 trials")
    overview.get_by_role("button", name="In the plot").click()
    overview.get_by_role("button", name="Wall clock").click()

    picture = ET.parse(download(overview, "SVG", tmp_path)).getroot()

    words = [found.text or "" for found in picture.iter(f"{SVG}text")]
    assert "seconds since start" in words
    assert "Filter: trial < 12" in words
    assert not [e for e in picture.iter() if e.get("class", "").startswith("bar")]
    assert len([e for e in picture.iter() if e.get("class", "").endswith("is-pale")]) == 28


def test_the_data_are_those_of_the_selected_trials(overview, tmp_path):
    select(overview, "state = complete and trial < 3")
    rows = list(csv.DictReader(download(overview, "CSV", tmp_path).open(newline="")))
    assert [(row["trial"], float(row["val_loss"])) for row in rows] == [("0", 1.0), ("1", 0.5), ("2", 1 / 3)]


@pytest.mark.parametrize("name", ["PNG", "SVG", "CSV"])
def test_curves_are_taken_away_by_keyboard(name, study, site, person):
    person.goto(site + steps.view_of(study, "explore"))
    steps.chart_points(person)
    card = person.locator("#epochs")
    keys.tab_to(person, menu(card))
    person.keyboard.press("Enter")
    keys.tab_to(person, item(card, name))
    with person.expect_download() as found:
        person.keyboard.press("Enter")
    assert found.value.suggested_filename == f"brushed-epochs.{name.lower()}"
