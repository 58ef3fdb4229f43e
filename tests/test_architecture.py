"""Rules of the house that no linter knows."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from importlinter.api import read_configuration

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("dashboard", "trainers", "optimizer", "tests", "benchmarks")
PYTHON = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
SHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
HEAVY = ("tensorflow", "keras", "sklearn", "jax", "torch")


def shown(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def n_lines(path):
    return len(path.read_text().splitlines())


@pytest.fixture(scope="module")
def web_process(make_var_dir):
    """What a web process that has rendered the study form and a sign-in page has loaded."""
    script = f"""
import django, sys
django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.core.management import call_command
call_command("migrate", verbosity=0)
import dashboard.urls, dashboard.wsgi
from django.test import Client, RequestFactory
from dashboard.catalog import known_datasets
from dashboard.new_study.page import all_presets, start_from_defaults
from dashboard.new_study.study_forms import StudyForms
from django.shortcuts import render
from trainers.registry import trainer_info
assert Client().get("/account/login/", headers={{"host": "localhost"}}).status_code == 200
start = start_from_defaults(known_datasets())
forms = StudyForms(trainer_info(start.trainer), start, datasets=known_datasets())
context = {{"forms": forms, "start": start, "presets": all_presets()}}
assert b"learning_rate" in render(RequestFactory().get("/"), "new_study/new.html", context).content
print(" ".join(sorted(name for name in {HEAVY!r} if name in sys.modules)))
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "PARZEN_VAR_DIR": str(make_var_dir("var")),
        "PARZEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
        "DATABASE_URL": "",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_web_process_loads_no_training_library_when_it_renders_pages(web_process):
    assert web_process == ""


def test_arrows_between_packages_point_downwards():
    assert read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    # In a process of its own: it switches off all loggers of the process that it runs in.
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_file_is_named_after_a_noun():
    names = {"utils", "util", "misc", "helpers", "common", "signals"}

    assert shown(path for path in PYTHON if path.stem in names) == []


def test_no_file_is_longer_than_a_reader_can_hold():
    # Migrations are written by Django.
    assert shown(path for path in PYTHON if n_lines(path) > 400 and path.parent.name != "migrations") == []
    assert shown(path for path in TEMPLATES if n_lines(path) > 120) == []
    assert shown(path for path in SCRIPTS + SHEETS if n_lines(path) > 200) == []


def test_no_folder_holds_more_files_than_a_reader_takes_in():
    folders = Counter(path.parent for path in PYTHON + TEMPLATES + SCRIPTS if path.name != "__init__.py")

    assert {str(path.relative_to(ROOT)): n for path, n in folders.items() if n > 20} == {}


def test_templates_hold_no_script_style_or_handler():
    inline = re.compile(
        r"<style\b|\sstyle=|\son[a-z]+=|\shx-on|<script(?![^>]*\bsrc=)|javascript:"
        r"|\{%\s*autoescape off|\|\s*safe\b",
        re.IGNORECASE,
    )

    assert inline.search('<p onclick="go()">')
    # The report is a file that people keep, and has its styles in it; test_report.py looks for scripts there.
    assert shown(path for path in TEMPLATES if inline.search(path.read_text())) == [
        "templates/sharing/report.html"
    ]


def test_templates_name_what_they_expect():
    parts = [path for path in TEMPLATES if path.parent.name == "components" or path.name.startswith("_")]

    assert parts
    assert shown(path for path in parts if "Expects" not in path.read_text()[:400]) == []


def test_files_that_the_base_page_names_are_there():
    named = {
        name for path in TEMPLATES for name in re.findall(r"\{% static '([^']+)' %\}", path.read_text())
    } - {"vendor/htmx.min.js", "vendor/chart.umd.min.js", "vendor/fflate.js"}

    assert named
    assert [name for name in sorted(named) if not (ROOT / "static" / name).is_file()] == []


def test_services_queue_work_after_the_commit_only():
    calls = [
        path
        for path in PYTHON
        if path.is_relative_to(ROOT / "dashboard") and "send_task(" in path.read_text()
    ]

    assert shown(calls) == ["dashboard/engine/hints.py"]


def names_read_from_the_environment() -> set[str]:
    """First arguments of env.str(...), env.int(...) and the like in the settings."""
    tree = ast.parse((ROOT / "dashboard" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_setting_of_the_environment_is_documented():
    names = names_read_from_the_environment()
    assert {"PARZEN_SLOTS", "DATABASE_URL", "REDIS_URL"} <= names

    documented = set(re.findall(r"^#?\s*([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert names - documented == set()
    assert documented - names == set()


def test_environment_is_read_in_the_settings_only():
    reads = re.compile(r"os\.environ|os\.getenv")
    # Trainings get a cleaned copy of the environment, and Django's own variable is set where it starts.
    allowed = {"dashboard/celery.py", "dashboard/wsgi.py", "dashboard/asgi.py"}
    found = {
        name
        for path in PYTHON
        if path.is_relative_to(ROOT / "dashboard") and reads.search(path.read_text())
        for name in shown([path])
    }

    assert found - allowed == set()


def test_only_one_place_asks_which_direction_an_objective_has():
    """`optimizer.objective` says what better means; the model names the two directions."""
    allowed = {"dashboard/models/study.py"}
    files = [path for path in PYTHON + SCRIPTS if path.relative_to(ROOT).parts[0] in {"dashboard", "static"}]
    asking = [
        path
        for path in files
        if "migrations" not in path.parts and re.search(r"[\"'](minimize|maximize)[\"']", path.read_text())
    ]
    assert set(shown(asking)) == allowed
