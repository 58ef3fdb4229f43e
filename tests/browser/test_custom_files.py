"""Several files of a custom model, or a zip of them, become the text of one field."""

import io
import zipfile

import pytest
from playwright.sync_api import expect

from dashboard.models import Study
from tests.browser import steps
from tests.builders import make_user

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]

MODEL = """from optimizer import hp
from parts.ranges import low
space = {"x": hp.uniform("x", low, 5)}
def objective(params):
    return params["x"]
"""
RANGES = "low = -3\n" + "# a comment that is compressed\n" * 50


def zipped(method=zipfile.ZIP_DEFLATED, **files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method, strict_timestamps=False) as archive:
        archive.mkdir("my-project")
        for name, text in files.items():
            archive.writestr(f"my-project/{name.replace('__', '/')}.py", text)
        archive.writestr("my-project/README.md", "# no code")
        archive.writestr("__MACOSX/my-project/._model.py", "rubbish")
    return {"name": "project.zip", "mimeType": "application/zip", "buffer": content.getvalue()}


@pytest.fixture
def form(site, page, listener, settings):
    settings.OWN_CODE = True
    make_user("root", is_superuser=True, is_staff=True)
    steps.sign_in(page, site, "root")
    page.goto(f"{site}/studies/new/custom/")
    return page


def load(page, *files):
    page.get_by_label("Load from files").set_input_files(list(files))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_becomes_a_study(form, method):
    load(form, zipped(method, parts__ranges=RANGES, model=MODEL))

    code = form.get_by_label("Code", exact=True)
    expect(code).to_have_value(f"# file: model.py\n{MODEL}\n# file: parts/ranges.py\n{RANGES}")
    form.get_by_role("button", name="Save draft").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("my-model")
    study = Study.objects.get()
    assert study.space["params"][0]["low"] == -3.0
    assert "# file: parts/ranges.py" in study.code


def test_two_files_begin_with_the_model(form):
    texts = {"aside.py": "low = 0\n", "model.py": MODEL}
    load(form, *({"name": n, "mimeType": "text/x-python", "buffer": t.encode()} for n, t in texts.items()))
    expect(form.get_by_label("Code", exact=True)).to_have_value(
        f"# file: model.py\n{MODEL}\n# file: aside.py\nlow = 0\n"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no zip at all", "This zip cannot be read."), (zipped()["buffer"], "This zip has no Python file.")],
)
def test_what_is_no_zip_of_code_is_said(form, content, words):
    before = form.get_by_label("Code", exact=True).input_value()
    load(form, {"name": "x.zip", "mimeType": "application/zip", "buffer": content})
    expect(form.get_by_role("alert").filter(has_text=words)).to_be_visible()
    expect(form.get_by_label("Code", exact=True)).to_have_value(before)
