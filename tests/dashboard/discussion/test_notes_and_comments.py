"""Notes, tags and comments: who writes them, what becomes of hostile ones, and of two people at once."""

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.models import Comment, Membership, Role, Study, StudyEvent
from dashboard.people.actions import create_team
from dashboard.templatetags.markdown import TAGS, markdown
from tests.builders import actor, add_trials, make_study, make_user, running_study


@pytest.fixture
def study(user):
    team = create_team(name="Vision", by=actor(user))
    Membership.objects.create(team=team, user=make_user("alan"), role=Role.VIEWER)
    study = running_study(owner=user, team=team)
    add_trials(study, 1)
    return study


def as_person(name):
    client = Client()
    client.force_login(make_user(name))
    return client


def save(page, study, note="", tags="", version=0):
    fields = {"note": note, "tags": tags, "version": version}
    return page.post(reverse("study-note", args=[study.pk]), fields)


def test_note_and_tags_stand_on_the_study_page(page, study):
    answer = save(page, study, "**Wide** nets win.", "Vision,  digits  mlp , vision")

    body = page.get(answer.url).content.decode()
    assert "<strong>Wide</strong> nets win." in body
    assert [tag.name for tag in study.tags.all()] == ["digits mlp", "vision"]
    assert StudyEvent.objects.filter(what="changed the note or tags", by="ada").count() == 1


def test_studies_are_found_by_tag_and_once(page, study, user):
    make_study(owner=user, name="another")
    save(page, study, tags="vision, vision two")

    body = page.get(reverse("study-list"), {"q": "vision"}).content.decode()

    assert body.count('class="name-link"') == 1


def test_second_of_two_people_does_not_overwrite_the_first(page, study):
    save(page, study, "first")

    answer = save(page, study, "second", version=0)

    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Someone else changed the note" in body
    assert "first" in body
    assert "second" in body
    study.refresh_from_db()
    assert study.note == "first"
    assert save(page, study, "both", version=answer.context["form"]["version"].value()).status_code == 302
    assert Study.objects.get().note == "both"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"note": "x" * 50_001}, "at most 50000 characters"),
        ({"tags": ",".join(f"t{n}" for n in range(11))}, "at most 10 tags, but these are 11"),
        ({"tags": "x" * 31}, "at most 30 characters"),
        ({"note": "\x00"}, "Null characters"),
        ({"version": "first"}, "whole number"),
        ({"version": 10**30}, "less than or equal"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_written(page, study, fields, words):
    answer = save(page, study, **fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    study.refresh_from_db()
    assert (study.note, study.note_version) == ("", 0)


def test_viewer_comments_on_study_and_trial(study):
    alan = as_person("alan")

    alan.post(reverse("study-comment", args=[study.pk]), {"text": "Why *so* wide?"})
    answer = alan.post(reverse("trial-comment", args=[study.pk, 0]), {"text": "This one diverged"})

    assert answer.url == f"{reverse('trial-detail', args=[study.pk, 0])}#comments"
    on_study = alan.get(reverse("study-discussion", args=[study.pk])).content.decode()
    assert "Why <em>so</em> wide?" in on_study
    assert "on trial #0" in on_study
    on_trial = alan.get(answer.url).content.decode()
    assert "This one diverged" in on_trial
    assert "so wide" not in on_trial


def test_empty_comment_is_asked_for_again(page, study):
    answer = page.post(reverse("study-comment", args=[study.pk]), {"text": "  "})

    assert answer.status_code == 422
    assert "Enter a comment." in answer.content.decode()


def test_one_removes_own_comments_and_owners_remove_any(page, study):
    alan, text = as_person("alan"), {"text": "a word"}
    for person in (alan, page):
        person.post(reverse("study-comment", args=[study.pk]), text)
    of_alan, of_ada = Comment.objects.all()

    def remove(person, comment):
        return person.post(reverse("study-comment-remove", args=[study.pk, comment.pk])).status_code

    assert remove(alan, of_ada) == 403
    assert remove(page, of_alan) == 302
    assert list(Comment.objects.all()) == [of_ada]
    assert remove(page, of_alan) == 404


def test_comment_of_another_study_is_not_reached_through_this_one(page, study):
    other = running_study(owner=make_user("eve"))
    comment = Comment.objects.create(study=other, author=other.owner, text="theirs")

    answer = page.post(reverse("study-comment-remove", args=[study.pk, comment.pk]))

    assert answer.status_code == 404
    assert Comment.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](data:text/html,<script>alert(1)</script>)",
        "[click](vbscript:x)",
        "![pixel](https://evil.example/pixel.png)",
        "<a href='x' onclick='alert(1)'>x</a>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
        "```html\n<script>alert(1)</script>\n```",
        "[a]: javascript:alert(1)\n\n[a]",
    ],
)
def test_markdown_makes_no_script_handler_or_strange_address(text):
    for tag, attributes in elements(markdown(text)):
        assert tag in TAGS
        assert attributes.keys() <= {"href", "title", "rel", "start"}
        assert attributes.get("href", "https:").startswith(("http:", "https:", "mailto:"))


def elements(html):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(html)
    parser.close()
    return found


def test_markdown_writes_what_people_mean():
    html = markdown("# Found\n\n- a **b**\n- [c](https://example.org)\n\n| x | y |\n|---|---|\n| 1 | 2 |")

    for part in (
        "<h1>Found</h1>",
        "<li>a <strong>b</strong></li>",
        "<td>1</td>",
        'href="https://example.org"',
    ):
        assert part in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_notes_and_comments_are_not_for_people_without_an_account(page, study):
    save(page, study, "our secret plan")
    page.post(reverse("study-comment", args=[study.pk]), {"text": "between us"})
    secret = page.post(reverse("link-make", args=[study.pk]), {"good_for": "7"}).context["secret"]

    body = Client().get(reverse("shared-study", args=[secret])).content.decode()

    assert "secret plan" not in body
    assert "between us" not in body
