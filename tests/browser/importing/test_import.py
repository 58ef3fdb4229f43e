"""A person brings a study of Optuna, looks at it, changes it, and has it here; by mouse and by keys."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.models import Study
from tests.browser.keys import tab_to, type_over
from tests.browser.looks import check_looks
from tests.dashboard.importing.files import optuna_db, sweep

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def file(tmp_path, settings):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return optuna_db(tmp_path / "sweep.db", sweep(), names=("sweep", "another"))


def test_a_study_is_imported_by_mouse(ada, site, person, file):
    page = person
    page.goto(f"{site}/studies/")
    page.get_by_role("link", name=re.compile("^Import")).first.click()
    check_looks(page)
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("2 studies, 26 trials.")).to_be_visible()
    check_looks(page)

    page.get_by_label("lr becomes").select_option("param:lr")
    expect(page.get_by_text("your choice")).to_be_visible()
    page.get_by_label("Study in the file").select_option("1")
    expect(page.get_by_label("Name here")).to_have_value("another")
    expect(page.get_by_text("your choice")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Report as CSV").click()
    assert "WAITING" in download.value.path().read_text()
    assert not Study.objects.exists()

    page.get_by_role("button", name="Import 12 trials").click()
    expect(page.get_by_role("heading", name="another")).to_be_visible()
    expect(page.get_by_text("another was imported with 12 trials.")).to_be_visible()
    check_looks(page)
    page.get_by_role("link", name="Trials").first.click()
    expect(page.get_by_role("row", name=re.compile("adam")).first).to_be_visible()
    check_looks(page)


def test_a_study_is_imported_by_keys(ada, site, person, file):
    page = person
    page.goto(f"{site}/studies/import/")
    chooser = page.get_by_label("File", exact=True)
    tab_to(page, chooser)
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Space")
    opened.value.set_files(file)
    tab_to(page, page.get_by_role("button", name="Check the file"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Parameters")).to_be_visible()

    target = page.get_by_label("val_acc becomes")
    tab_to(page, target)
    page.keyboard.type("Leave out")
    expect(target).to_have_value("leave")
    expect(page.get_by_text("your choice")).to_be_visible()
    type_over(page, page.get_by_label("Name here"), "by keys")
    tab_to(page, page.get_by_role("button", name="Import 12 trials"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="by keys")).to_be_visible()
    assert "val_accuracy" not in Study.objects.get().trials.get(number=0).metrics
