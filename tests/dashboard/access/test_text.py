"""Text that a database cannot keep is refused in words, whichever action it comes by."""

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from dashboard.access.rules import Place
from dashboard.datasets.actions import upload_dataset
from dashboard.discussion.actions import add_comment, set_preferences, write_note
from dashboard.models import AuditEntry, Comment, Dataset, NotificationPreferences, Review, Study, Tag, Team
from dashboard.new_study import actions
from dashboard.new_study.actions import make_custom_study, make_study
from dashboard.people.actions import create_team
from dashboard.refusal import Refused
from dashboard.review.actions import sign_off
from tests.builders import actor, everything, running_study, study_fields
from trainers.custom.declaration import Declaration

pytestmark = pytest.mark.django_db
MODELS = (AuditEntry, Comment, Dataset, NotificationPreferences, Review, Study, Tag, Team)
CHOICES = {"type": "categorical", "name": "option"}


def space_with(text):
    return {"version": 1, "params": [{**CHOICES, "choices": ["a", text]}]}


def table():
    file = TemporaryUploadedFile("a.csv", "text/csv", 8, None)
    file.write(b"a,b\n1,2\n")
    file.flush()
    return file


ACTIONS = {
    "team": lambda text, _, by: create_team(name=text, by=by),
    "comment": lambda text, study, by: add_comment(study, text=text, by=by),
    "note": lambda text, study, by: write_note(study, text=text, tags=[], version=0, by=by),
    "tag": lambda text, study, by: write_note(study, text="", tags=["good", text], version=0, by=by),
    "sign-off": lambda text, study, by: sign_off(study, note=text, by=by),
    "webhook": lambda text, _, by: set_preferences(page=[], mail=[], hook=[], hook_url=text, by=by),
    "dataset": lambda text, _, by: upload_dataset(
        file=table(),
        label=text,
        has_header=True,
        place=Place("private", "Private", ""),
        by=by,
    ),
    "study": lambda text, _, by: make_study(is_draft=True, by=by, **study_fields(name=text)),
    "space": lambda text, _, by: make_study(is_draft=True, by=by, **study_fields(space=space_with(text))),
}


@pytest.mark.parametrize(("text", "code"), [("a\x00b", "U+0000"), ("a\ud800b", "U+D800")])
@pytest.mark.parametrize("name", ACTIONS)
def test_text_that_no_database_keeps_is_refused_and_nothing_is_written(root, name, text, code):
    study = running_study(owner=root)
    before = everything(*MODELS[1:])

    with pytest.raises(Refused, match=code.replace("+", r"\+")):
        ACTIONS[name](text, study, actor(root))

    assert everything(*MODELS[1:]) == before
    assert AuditEntry.objects.get().is_refused


@pytest.mark.parametrize("name", ACTIONS)
def test_any_other_text_is_kept(root, name):
    ACTIONS[name]("ünï \U0001f600", running_study(owner=root), actor(root))

    assert not AuditEntry.objects.get().is_refused


def test_space_that_a_model_file_declares_is_looked_at_too(root, monkeypatch):
    declared = Declaration(space=space_with("a\x00b"), metric="loss", direction="minimize", needs_data=False)
    monkeypatch.setattr(actions, "read_declaration", lambda *_: declared)

    with pytest.raises(Refused, match="0000"):
        make_custom_study(code="x", dataset="", is_draft=True, by=actor(root), name="mine")

    assert not Study.objects.exists()
