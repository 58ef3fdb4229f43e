"""A person brings a table, says what is in it, and trains on it."""

import re
import time

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from playwright.sync_api import expect

from dashboard.access.rules import Place
from dashboard.datasets import views
from dashboard.datasets.actions import upload_dataset
from dashboard.datasets.page import dataset_page
from dashboard.models import Dataset, Study
from dashboard.tasks import read_uploads
from tests.browser import steps
from tests.browser.looks import check_looks
from tests.builders import actor
from tests.trainers.sources import table

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def inspected(owner, folder, content):
    """A dataset whose file was looked at, and that waits for its description."""
    file = TemporaryUploadedFile("mine.csv", "text/csv", len(content), None)
    file.write(content.encode())
    file.seek(0)
    file.file.delete = False  # it is moved, as the uploads of people are
    upload_dataset(
        file=file, label="Mine", has_header=True, place=Place("private", "Only me", ""), by=actor(owner)
    )
    read_uploads()
    return Dataset.objects.latest("pk")


def test_a_table_is_uploaded_described_and_trained_on(ada, site, person, worker, tmp_path):
    page = person
    file = tmp_path / "garden_plants.csv"
    file.write_text(table(200, size=[n * 37 % 1009 + 0.5 for n in range(200)]))
    page.goto(f"{site}/datasets/")
    page.get_by_role("link", name="Upload").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Garden plants")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Waiting to be imported.")).to_be_visible()
    read_uploads()
    expect(page.get_by_role("heading", name="Import settings")).to_be_visible()
    expect(page.get_by_role("radio", name="Predict y")).to_be_checked()
    check_looks(page)
    page.get_by_label("Use colour as").select_option("Not used")
    page.get_by_role("button", name="Import dataset").click()
    read_uploads()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    check_looks(page)

    page.get_by_role("link", name="New study").click()
    expect(page.get_by_label("Dataset").locator("option:checked")).to_have_text("Garden plants")
    steps.fill_budget(page, trials=2, epochs=2)
    steps.press_start(page)
    expect(page).to_have_url(re.compile(r"/studies/\d+/$"))
    steps.expect_state(page, "Finished")

    study = Study.objects.get()
    assert study.dataset == Dataset.objects.get().name
    assert study.trials.filter(state="complete").count() == 2
    log = study.trials.first().attempts.get().log
    assert "data Garden plants: 120 train, 40 validation, 40 test (not used)" in log


def test_a_column_that_numbers_the_rows_is_used_by_one_click(ada, site, person, tmp_path):
    dataset = inspected(ada, tmp_path, table(60, place=range(60)))
    person.goto(f"{site}{dataset.get_absolute_url()}")
    row = person.get_by_role("row", name="Not used. It contains row numbers.")
    choice = person.get_by_label("Use place as")
    expect(choice).to_have_value("left out")
    check_looks(person)

    row.get_by_role("button", name="Use as number: place").click()

    expect(choice).to_have_value("number")
    expect(choice).to_be_focused()
    expect(row).to_be_hidden()
    choice.select_option("Not used")
    expect(row).to_be_visible()


def test_a_page_that_takes_long_is_not_loaded_again_and_again(ada, site, person, tmp_path, monkeypatch):
    dataset = inspected(ada, tmp_path, table(60))
    Dataset.objects.update(state="waiting")
    loads = []
    person.on("request", lambda request: loads.append(request) if request.is_navigation_request() else None)

    def slow_page(*arguments):
        time.sleep(2.5)
        return dataset_page(*arguments)

    monkeypatch.setattr(views, "dataset_page", slow_page)
    person.goto(f"{site}{dataset.get_absolute_url()}")
    expect(person.get_by_text("Waiting to be imported.")).to_be_visible()
    Dataset.objects.update(state="reading")
    expect(person.get_by_text("Importing and splitting all rows.")).to_be_visible()
    Dataset.objects.update(state="looked")
    expect(person.get_by_role("heading", name="Import settings")).to_be_visible()
    person.wait_for_timeout(3_000)
    assert len(loads) == 1

    Dataset.objects.update(state="waiting")
    person.reload()
    expect(person.get_by_text("Waiting to be imported.")).to_be_visible()
    Dataset.objects.update(state="looked")
    person.wait_for_timeout(1_100)
    person.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Datasets").click()
    expect(person).to_have_url(f"{site}/datasets/")


def test_a_dash_among_numbers_is_missing_after_one_click(ada, site, person, tmp_path):
    dataset = inspected(
        ada, tmp_path, table(60, size=["broken" if n % 20 == 0 else n / 7 for n in range(60)])
    )
    person.goto(f"{site}{dataset.get_absolute_url()}")
    expect(person.get_by_text("3 of 60 values are not numbers: “broken”.")).to_be_visible()
    expect(person.get_by_label("Use size as")).to_have_value("left out")
    check_looks(person)

    person.get_by_label("Treat as missing in size").check()

    expect(person.get_by_label("Use size as")).to_have_value("number")
    person.get_by_role("button", name="Import dataset").click()
    read_uploads()
    expect(person.get_by_role("heading", name="Overview")).to_be_visible()
    assert Dataset.objects.get().info["shape"] == [2]


def test_a_file_that_is_too_large_is_named_before_it_travels(ada, site, person, settings, tmp_path):
    settings.UPLOAD_MB = 1
    file = tmp_path / "large.csv"
    file.write_text("a,b\n" + "1,2\n" * 300_000)
    person.goto(f"{site}/datasets/upload/")
    person.get_by_label("File", exact=True).set_input_files(file)
    person.get_by_role("button", name="Upload").click()
    expect(
        person.get_by_role("status").filter(has_text="larger than the upload limit of 1 MB")
    ).to_be_visible()
    assert not Dataset.objects.exists()
