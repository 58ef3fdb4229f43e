"""The encoding of a text file: found out, chosen on its page, with what each would make of the letters."""

import io

import numpy as np
import pytest
from django.urls import reverse

from dashboard.models import Dataset
from dashboard.tasks import read_uploads
from tests.dashboard.datasets.test_uploads import described, quick, ready, send
from tests.trainers.sources import table

__all__ = ["quick"]

CITIES = ["Łódź", "Kraków", "Gdańsk"]
NAMES = table(60).replace("size", "Größe")


def shown(page, content, **options):
    send(page, content, **options)
    read_uploads()
    dataset = Dataset.objects.latest("pk")
    return dataset, page.get(dataset.get_absolute_url())


def chosen(page, dataset, encoding, *, has_header=True):
    data = {"encoding": encoding, **({"has_header": "on"} if has_header else {})}
    answer = page.post(reverse("dataset-reread", args=[dataset.name]), data)
    assert answer.status_code == 302
    read_uploads()
    dataset.refresh_from_db()
    return page.get(dataset.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_an_encoding_is_found_out_and_chosen_alike(page, encoding):
    dataset, answer = shown(page, NAMES.encode(encoding))
    assert '<th scope="col" class="r">Größe</th>' in answer.content.decode()

    html = chosen(page, dataset, encoding[:6] if encoding.startswith("utf-16") else encoding)

    assert '<th scope="col" class="r">Größe</th>' in html
    assert dataset.state == "looked"


def test_a_wrong_guess_is_seen_in_the_samples_and_mended(page):
    content = table(60, city=CITIES * 20).encode("cp1250")
    dataset, answer = shown(page, content)
    samples = answer.context["page"].text_form.samples
    assert "Łódź" in samples["cp1250"]
    assert "Łódź" not in samples["cp1252"]
    assert not {"utf-8", "utf-16"} & samples.keys()
    assert "Łódź" not in answer.content.decode().partition("First rows")[2]

    html = chosen(page, dataset, "cp1250")

    assert "Łódź" in html.partition("First rows")[2]
    assert not any("Windows-1252" in note for note in dataset.findings["notes"])


def test_a_file_that_was_refused_can_be_read_in_another_encoding(page):
    dataset, answer = shown(
        page, table(60, city=["東京", "大阪", "京都"] * 20).encode("cp932"), label="Japan"
    )
    assert dataset.state == "refused"
    assert "東京" in answer.content.decode()

    html = chosen(page, dataset, "cp932")

    assert (dataset.state, dataset.problem) == ("looked", "")
    assert "東京" in html.partition("First rows")[2]


def test_an_encoding_that_does_not_fit_is_refused_and_can_be_taken_back(page):
    dataset, _ = shown(page, NAMES.encode("cp1252"))
    data = {"encoding": "utf-16", "has_header": "on"}
    page.post(reverse("dataset-reread", args=[dataset.name]), data)
    dataset.refresh_from_db()
    assert dataset.state == "looked"  # not offered, as it cannot read the file

    html = chosen(page, dataset, "")

    assert dataset.state == "looked"
    assert "Größe" in html


def test_settings_of_columns_stay_when_a_file_is_read_again(page):
    dataset = ready(page, NAMES.encode("cp1252"))
    described(page, dataset, role_1="left out")
    read_uploads()

    chosen(page, dataset, "latin-1")

    roles = dict(dataset.recipe["roles"])
    assert list(roles.values())[1] == "left out"
    assert (dataset.info, dataset.warnings) == ({}, [])


def test_names_of_columns_can_be_taken_for_values_later(page):
    dataset, _ = shown(page, "1 2 3\n" + "4 5 6\n" * 30)
    html = chosen(page, dataset, "", has_header=False)

    assert dataset.findings["n_rows"] == 31
    assert "column 1" in html


def test_a_file_without_text_has_no_encoding(page):
    file = io.BytesIO()
    np.save(file, np.arange(120.0).reshape(60, 2))
    dataset, answer = shown(page, file.getvalue(), name="rows.npy")

    assert dataset.state == "looked"
    assert answer.context["page"].text_form is None


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson", "rows.json", "rows.data", "rows.jsonl.gz"])
def test_forms_of_tables_are_taken_by_their_names(page, name):
    dataset, _ = shown(page, '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', name=name)

    assert (dataset.form, dataset.state) == ("table", "looked")
