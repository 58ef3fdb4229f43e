"""The three steps on pages: the file, the check, the study; and nothing before the last."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dashboard.importing import staging
from dashboard.importing.staging import staged_by
from dashboard.models import AuditEntry, Study
from tests.builders import make_user
from tests.dashboard.importing.files import optuna_db, read_here, sweep

URL = reverse("study-import")


@pytest.fixture(autouse=True)
def here(settings, tmp_path, monkeypatch):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(staging, "read_file", read_here)


def upload(page, path, name=""):
    return page.post(URL, {"file": SimpleUploadedFile(name or path.name, path.read_bytes())})


@pytest.fixture
def check(page, sweep_file):
    """The address of the check of a file, and what its form says as it opens."""
    answer = upload(page, sweep_file)
    assert answer.status_code == 302
    return answer.url


def as_it_stands(page, url, **changes):
    form = page.get(url).context["page"].form
    posted = {"shown": str(form.place_in_file)}
    for field in form:
        value = field.value()
        if value not in {None, False, ""}:
            posted[field.html_name] = value
    return posted | {"place": "private"} | changes


def test_a_file_is_looked_at_and_nothing_is_written(page, check):
    answer = page.get(check)
    shown = answer.context["page"]
    body = answer.content.decode()

    assert not Study.objects.exists()
    assert AuditEntry.objects.filter(action="study-import-read").exists()
    assert (shown.survey.tally.n, shown.n_all, shown.count_words) == (
        12,
        13,
        "10 complete, 1 pruned, 1 failed",
    )
    for words in (
        "Optuna storage in SQLite, written by version 4.5.0",
        "Skipped: not finished",
        "#12",
        "Import 12 trials",
    ):
        assert words in body
    assert 'aria-label="lr becomes"' in body
    assert [line.why for line in shown.param_lines] == [
        "known abbreviation", "known abbreviation", "same name", "same name",
    ]  # fmt: skip
    assert shown.chart.lines


def test_the_study_is_made_by_the_last_step_and_the_file_is_gone(page, check, user):
    posted = as_it_stands(page, check, name="my sweep", action="import")
    answer = page.post(check, posted)

    study = Study.objects.get()
    assert (answer.url, study.name, study.owner) == (study.get_absolute_url(), "my sweep", user)
    assert study.trials.count() == 12
    assert page.get(check).status_code == 404


def test_looking_again_writes_nothing_and_shows_the_change(page, check):
    posted = as_it_stands(page, check, action="look", c1="param:lr")
    shown = page.post(check, posted).context["page"]
    line = next(line for line in shown.param_lines if line.label == "lr")
    assert (line.why, line.is_sure) == ("your choice", True)
    assert "lr" in shown.survey.space.names
    assert not Study.objects.exists()


def test_what_makes_no_study_is_said_and_not_written(page, check):
    posted = as_it_stands(page, check, action="import", c0="leave")
    answer = page.post(check, posted)
    assert answer.status_code == 422
    assert "No column is the objective" in answer.content.decode()
    assert not Study.objects.exists()


def test_a_name_that_nobody_offered_is_refused(page, check):
    answer = page.post(check, as_it_stands(page, check, action="import", c1="param:anything"))
    assert answer.status_code == 422
    assert not Study.objects.exists()


def test_another_study_of_the_file_opens_with_its_own_columns(page, tmp_path):
    url = upload(page, optuna_db(tmp_path / "two.db", sweep(), names=("a", "b"))).url
    posted = as_it_stands(page, url, action="import", study="1")
    answer = page.post(url, posted)  # still shows the first one, so nothing is imported
    assert (answer.status_code, answer.context["page"].form.told.name) == (422, "b")
    assert not Study.objects.exists()
    posted = as_it_stands(page, url, action="import", study="1", shown="1", name="b")
    assert page.post(url, posted).status_code == 302
    assert Study.objects.get().name == "b"


def test_going_on_needs_a_model_and_a_dataset(page, check):
    posted = as_it_stands(page, check, action="import", more="on")
    body = page.post(check, posted).content.decode()
    assert 'name="trainer"' in body
    posted |= {"trainer": "mlp", "dataset": "digits", "c0": "objective:val_loss"}
    answer = page.post(check, posted)
    assert answer.status_code == 422
    assert "optimizer must be one of" in answer.content.decode()


def test_others_see_nothing_of_a_file(client, check):
    client.force_login(make_user("grace", is_staff=True))
    for url in (check, check + "report/"):
        assert client.post(url, {}).status_code == 404
    assert client.get(check).status_code == 404


def test_the_report_names_every_skipped_trial(page, check):
    answer = page.post(check + "report/", as_it_stands(page, check))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows == [
        ["trial", "result", "reason"],
        ["12", "Skipped: not finished", "State WAITING: it has no result yet."],
    ]


def test_a_report_runs_in_no_spreadsheet(page, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("lr,state,val_loss\n0.1,=cmd(),0.5\n0.1,,0.5\n")
    url = upload(page, path).url
    body = page.post(url + "report/", as_it_stands(page, url)).getvalue().decode()
    assert "=cmd()" in body
    assert not [line for line in body.splitlines() for cell in line.split(",") if cell.startswith("=")]


def test_markup_in_names_is_text(page, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("<script>alert(1)</script>,val_loss\n<img src=x>,0.5\nb,0.4\n")
    url = upload(page, path).url
    assert "<script>alert" not in page.get(url).content.decode()
    assert page.post(url, as_it_stands(page, url, action="import")).status_code == 302
    for name in ("study-detail", "study-trials", "study-settings", "study-explore"):
        body = page.get(reverse(name, args=[Study.objects.get().pk])).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x>" not in body


def test_a_pickle_is_refused_with_the_script(page, tmp_path):
    (tmp_path / "trials.pkl").write_bytes(b"\x80\x04N.")
    answer = upload(page, tmp_path / "trials.pkl")
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "This is a pickle" in body
    assert 'id="hyperopt-script" open' in body
    script = page.get(reverse("study-import-script"))
    assert b"def write_trials" in script.getvalue()
    assert not list((tmp_path / "uploads" / ".imports").glob("*"))


def test_no_file_and_a_wrong_file_are_said(page, tmp_path):
    assert "Choose a file." in page.post(URL, {}).content.decode()
    (tmp_path / "x.txt").write_text("words\n")
    assert "not a file that can be imported" in upload(page, tmp_path / "x.txt").content.decode()


def test_few_files_are_kept_and_for_a_day(page, sweep_file, user, monkeypatch):
    urls = [upload(page, sweep_file).url for _ in range(7)]
    keys = [url.rstrip("/").rpartition("/")[2] for url in urls]
    assert sum(staged_by(key, user.pk) is not None for key in keys) == staging.MOST
    monkeypatch.setattr(staging, "KEPT_SECONDS", -1)
    upload(page, sweep_file)
    assert not any(staged_by(key, user.pk) for key in keys)


@pytest.mark.parametrize("key", ["..", "x" * 22, "../../../etc/passwd"])
def test_no_key_leads_out_of_the_folder(user, key):
    assert staged_by(key, user.pk) is None


def test_the_list_leads_to_it(page):
    assert URL in page.get(reverse("study-list")).content.decode()
