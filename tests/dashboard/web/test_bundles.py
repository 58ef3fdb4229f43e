"""What pages need together is one file where files were collected, and as many as there are elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Engine
from django.utils.functional import empty

from dashboard.web.bundles import bundles, template_names
from tests.builders import add_trials, running_study

LINKED = re.compile(r'<(?:link rel="stylesheet" href|script src)="/static/([^"]+)"')


@pytest.fixture
def bundled(settings, tmp_path):
    """As `make run` serves pages."""
    settings.STATIC_ROOT = tmp_path
    storage = {"BACKEND": "dashboard.web.bundles.BundledStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": storage}
    before, staticfiles_storage._wrapped = staticfiles_storage._wrapped, empty
    yield tmp_path
    staticfiles_storage._wrapped = before


@pytest.fixture
def collected(bundled):
    call_command("collectstatic", interactive=False, verbosity=0)
    return bundled


def find_template(name):
    return Engine.get_default().get_template(name).origin.name


def names(answer):
    return LINKED.findall(answer.content.decode())


@pytest.mark.slow
def test_study_page_needs_few_files(page, user, collected):
    study = running_study()
    add_trials(study, 3)
    files = names(page.get(study.get_absolute_url()))

    assert [re.sub(r"\.\w{12}\.", ".", name) for name in files] == [
        "css/parzen.css",
        "css/print.css",
        "js/theme.js",
        "js/page.js",
        "js/charts.js",
        "js/study_charts.js",
        "js/explore.js",
        "js/selection.js",
    ]
    assert all((collected / name).is_file() and (collected / f"{name}.gz").is_file() for name in files)


@pytest.mark.slow
def test_bundle_has_all_of_each_file_in_order(collected):
    for name, parts in bundles().items():
        text, at = (collected / name).read_text(), 0
        for part in parts:
            whole = Path(finders.find(part)).read_text().split("//# sourceMappingURL")[0].strip()
            at = text.index(whole, at) + len(whole)
        assert "sourceMappingURL" not in text


@pytest.mark.django_db
def test_files_come_one_by_one_where_none_were_collected(page):
    found = set(names(page.get("/studies/")))

    assert {*bundles()["css/parzen.css"], *bundles()["js/page.js"]} <= found


@pytest.mark.django_db
def test_files_come_one_by_one_while_they_are_worked_on(page, bundled, settings):
    settings.DEBUG = True

    assert set(bundles()["js/page.js"]) <= set(names(page.get("/studies/")))


def test_no_file_is_in_two_bundles():
    parts = [part for files in bundles().values() for part in files]

    assert sorted(parts) == sorted(set(parts))


def test_no_file_of_a_bundle_is_linked_for_a_medium_or_as_a_module():
    sources = [Path(path).read_text() for path in map(find_template, template_names())]
    joined = "".join(
        "".join(re.findall(r"{% bundle .*?{% endbundle %}", text, re.DOTALL)) for text in sources
    )

    assert "defer" in joined
    assert not re.findall("media=|async|module", joined)


def test_two_bundles_of_one_name_are_refused(settings, tmp_path):
    for name in ("one", "two"):
        link = '{% bundle "js/a.js" %}{% static "js/' + name + '.js" %}{% endbundle %}'
        (tmp_path / f"{name}.html").write_text("{% load bundles static %}" + link)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    with pytest.raises(ValueError, match=r"js/a\.js"):
        bundles()


@pytest.mark.slow
def test_web_server_has_compiled_its_templates_when_the_first_visitor_comes():
    ask = (
        "import dashboard.wsgi; from django.template import Engine;"
        "print(*Engine.get_default().template_loaders[0].get_template_cache)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    found = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, check=True)

    assert {b"base.html", b"studies/detail.html", b"studies/_live.html"} <= set(found.stdout.split())
