"""The report: one file that needs nothing else, says what the study found, and names nobody."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from dashboard.discussion.actions import add_comment, write_note
from tests.builders import OPERATOR, actor, add_trials, complete, make_study, make_user, running_study


@pytest.fixture
def study(db):
    owner = make_user("ada", first_name="Ada", last_name="Lovelace")
    study = running_study(owner=owner, name="wide & <b>deep</b>", max_trials=40)
    for value in (0.5, 0.25, 0.75):
        complete(study, value)
    add_trials(study, 5, n_reports=4)
    add_trials(study, 1, state="failed")
    return study


def report(page, study):
    answer = page.get(reverse("study-report", args=[study.pk]))
    assert answer.status_code == 200
    return answer, answer.content.decode()


def test_report_is_a_file_that_needs_no_other(page, study):
    answer, body = report(page, study)

    assert answer["Content-Disposition"] == 'attachment; filename="wide-bdeepb-report.html"'
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(body)
    assert not {"script", "link", "img", "iframe", "use", "form"} & {tag for tag, _ in found}
    assert all(a.get("href", "#").startswith("#") for _, a in found)
    assert "url(" not in body
    assert "@import" not in body


def test_report_says_what_was_found(page, study):
    write_note(study, text="**Wide** wins", tags=["vision"], version=0, by=OPERATOR)

    _, body = report(page, study)

    assert "wide &amp; &lt;b&gt;deep&lt;/b&gt;" in body
    assert "0.2500" in body
    assert "<strong>Wide</strong> wins" in body
    assert "vision" in body
    assert len(re.findall('<circle class="mark mark-complete"', body)) == 8
    assert len(re.findall("<polyline", body)) >= 2


def test_report_names_nobody(page, study):
    add_comment(study, text="between us", by=actor(make_user("grace", is_staff=True)))

    _, body = report(page, study)

    for word in ("Lovelace", "ada", "grace", "between us", "node-a", "/studies/"):
        assert word not in body


@pytest.mark.parametrize("n", [0, 1, 2])
def test_report_of_hardly_any_trial_is_written_too(page, user, n):
    study = running_study(owner=user) if n else make_study(owner=user)
    for _ in range(n):
        complete(study, 0.5)

    _, body = report(page, study)

    assert "nan" not in body.lower().replace("finance", "")


def test_values_of_any_size_stay_in_the_picture(page, user):
    study = running_study(owner=user, max_trials=40)
    for value in (1e-300, 1e300, 0.0, -5.0, 0.1):
        complete(study, value)

    _, body = report(page, study)

    for place in re.findall(r'c[xy]="([-\d.e+]+)"', body):
        assert 0 <= float(place) <= 720
