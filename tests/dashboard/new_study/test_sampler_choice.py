"""The samplers of the new-study form, and the size of a grid before it starts."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest
from django.urls import reverse

from dashboard.models import Study
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from optimizer.samplers.grid import GridSampler
from tests.dashboard.posted import posted_fields

URL = reverse("sampler-note", args=["mlp"])


def few_values(**changes):
    """Two knobs are searched, with three and two values; all others are fixed."""
    fields = posted_fields(sampler="grid")
    fields |= {name: "fixed" for name in fields if name.endswith("-mode")}
    fields |= {
        "knob-units_1-mode": "search",
        "knob-units_1-low": "8",
        "knob-units_1-high": "24",
        "knob-units_1-step": "8",
        "knob-activation_1-mode": "search",
        "knob-activation_1-choices": ["relu", "tanh"],
    }
    return fields | changes


@pytest.fixture
def note(page):
    def get(**changes):
        response = page.post(URL, few_values(**changes))
        assert response.status_code == 200
        return response.content.decode()

    return get


def test_form_offers_every_sampler_with_its_sentence(page):
    html = page.get(reverse("study-new")).content.decode()

    for name, info in SAMPLERS.items():
        assert f'name="sampler" value="{name}"' in html
        assert info.label in html
        assert info.help in html
    assert html.count('name="sampler"') == len(SAMPLERS)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_form_makes_a_study_with_the_chosen_sampler(page, sampler):
    page.post(reverse("study-new"), few_values(sampler=sampler, action="draft"))

    assert Study.objects.get().sampler == sampler


def test_missing_sampler_is_named_beside_the_choice(page):
    response = page.post(reverse("study-new"), few_values(sampler=""))

    html = response.content.decode()
    assert response.status_code == 422
    assert "Choose a sampler." in html
    assert 'href="#card-how"' in html


@pytest.mark.parametrize(
    ("max_trials", "words"),
    [
        ("6", "6 points. The study stops when all are tried."),
        ("5", "6 points. The budget covers 5 of them, in random order. Raise Trials to 6 to try all."),
        ("many", "6 points. All are tried if the budget allows."),
        ("9" * 5_000, "6 points. All are tried if the budget allows."),
    ],
)
def test_grid_says_its_size_beside_the_budget(note, max_trials, words):
    html = note(max_trials=max_trials)

    assert words in html
    assert "Values: 3 of units_1, 2 of activation_1." in html


def test_size_is_that_of_the_study_that_is_made(page, note):
    page.post(reverse("study-new"), few_values(action="draft"))

    size = GridSampler().size(Study.objects.get().search_space)
    assert f"{size} points" in note(max_trials="100")


def test_size_too_large_to_read_is_rounded(page):
    fields = posted_fields(sampler="grid", max_trials="100")
    fields |= {name: "search" for name in fields if name.endswith("-mode")}

    assert "More than 1e" in page.post(URL, fields).content.decode()


def test_wrong_knob_leaves_the_size_open(note):
    assert "Fix the search space" in note(**{"knob-units_1-low": "99"})


@pytest.mark.parametrize("sampler", ["tpe", "random", "", "guesswork"])
def test_other_samplers_have_nothing_to_say(note, sampler):
    assert note(sampler=sampler).strip() == ""


def test_unknown_trainer_does_not_exist(page):
    assert page.post(reverse("sampler-note", args=["gone"]), few_values()).status_code == 404


@pytest.mark.parametrize("registry", [SAMPLERS, PRUNERS])
def test_broken_package_costs_no_page_and_is_named_in_the_log(page, monkeypatch, caplog, registry):
    broken = EntryPoint("near", "no.such.module:NEAR", "parzen")
    monkeypatch.setattr("optimizer.registry.entry_points", lambda group: [broken])
    monkeypatch.setattr(registry, "_installed", None)
    monkeypatch.setattr(registry, "_broken", {})

    html = page.get(reverse("study-new")).content.decode()

    assert 'value="random"' in html
    assert 'value="median"' in html
    assert 'value="near"' not in html
    assert "left out: no.such.module:NEAR" in caplog.text


def test_web_process_asks_no_package_before_a_page_needs_it():
    script = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'dashboard.settings'; django.setup();"
        "import dashboard.urls;"
        "from optimizer import PRUNERS, SAMPLERS;"
        "from trainers import registry;"
        "print(SAMPLERS._installed, PRUNERS._installed, registry._known.cache_info().currsize)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout.split() == ["None", "None", "0"]
