"""Datasets: those that are there with their pictures, the others with the way to get them."""

import pytest
from django.urls import reverse

PNG = b"\x89PNG\r\n\x1a\n"


def test_page_says_what_to_do_about_a_missing_file(page, settings):
    html = page.get(reverse("dataset-list")).content.decode()

    assert ".venv/bin/python manage.py download mnist" in html
    assert f"mnist.npz into {settings.DATA_DIR}" in html
    assert reverse("dataset-picture", args=["digits"]) in html
    assert reverse("dataset-picture", args=["mnist"]) not in html


def test_only_images_have_a_picture(page):
    html = page.get(reverse("dataset-list")).content.decode()

    assert "patients, 30 columns" in html
    assert "progression after a year" in html
    assert reverse("dataset-picture", args=["breast_cancer"]) not in html
    assert page.get(reverse("dataset-picture", args=["breast_cancer"])).status_code == 404


def test_page_says_what_is_wrong_with_a_broken_file(page, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "mnist.npz").write_bytes(b"half of it")

    assert "truncated or not an .npz file" in page.get(reverse("dataset-list")).content.decode()


def test_picture_of_a_dataset_is_a_png_of_the_person_alone(page):
    response = page.get(reverse("dataset-picture", args=["digits"]))

    assert b"".join(response.streaming_content).startswith(PNG)
    assert response.headers["Content-Type"] == "image/png"
    assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["mnist", "nothing"])
def test_picture_that_cannot_be_drawn_does_not_exist(page, name):
    assert page.get(reverse("dataset-picture", args=[name])).status_code == 404


def test_picture_of_a_broken_file_does_not_exist(page, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "mnist.npz").write_bytes(b"half of it")

    assert page.get(reverse("dataset-picture", args=["mnist"])).status_code == 404
