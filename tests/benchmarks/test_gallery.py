"""The pictures of the documents: all there, small, of seeded data, and listed on the page."""

import random

import pytest
from PIL import Image

from benchmarks.gallery.data import MAX_EPOCHS, SPACE, Search
from benchmarks.gallery.pages import README_PICTURE, SHOTS
from benchmarks.gallery.pictures import THEMES, gallery_page, small
from benchmarks.stack import ROOT
from tests.builders import running_study

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 900_000


def test_the_page_shows_every_picture_in_both_themes():
    text = (ROOT / "docs" / "gallery.md").read_text()
    assert text == gallery_page()
    for shot in SHOTS:
        for theme in THEMES:
            assert f"images/{shot.name}-{theme}.webp" in text
            assert (IMAGES / f"{shot.name}-{theme}.webp").is_file()


def test_no_picture_is_left_over_and_all_are_small():
    named = {f"{shot.name}-{theme}.webp" for shot in SHOTS for theme in THEMES}
    found = {path.name: path.stat().st_size for path in IMAGES.iterdir()}
    assert found.keys() == named | {f"{README_PICTURE}.png"}
    assert sum(found.values()) < MOST_BYTES


def test_a_picture_has_a_palette_of_its_own():
    picture = small((IMAGES / f"{README_PICTURE}.png").read_bytes())
    assert picture.mode == "P"
    assert isinstance(picture, Image.Image)


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_trials():
    found = []
    for name in ("one", "other"):
        study = running_study(name=name, space=SPACE, max_epochs=MAX_EPOCHS, pruner="median", seed=3)
        Search(study, random.Random(3)).fill(14, 2)
        study.refresh_from_db()
        trials = study.trials.order_by("number")
        found.append(list(trials.values_list("number", "state", "params", "value", "step")))
    assert found[0] == found[1]
    assert {state for _, state, *_ in found[0]} >= {"complete", "running"}
