"""Watching: what is news to whom, and by which way it goes."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.urls import reverse

from dashboard.access.rules import Place
from dashboard.discussion import delivery
from dashboard.discussion.actions import add_comment, set_preferences, unwatch, watch
from dashboard.discussion.delivery import send_due
from dashboard.discussion.notifications import collect_notifications
from dashboard.discussion.webhooks import post_json
from dashboard.engine.fences import fail_trial
from dashboard.engine.lifecycle import end_study, stop_study
from dashboard.models import (
    Comment,
    FailureKind,
    Membership,
    Notification,
    NotificationKind,
    Role,
    StudyState,
    Watch,
)
from dashboard.people.actions import create_team, remove_member
from dashboard.refusal import Refused
from dashboard.studies.actions import delete_study, share_study
from tests.builders import OPERATOR, actor, claim, complete, fence_of, make_study, make_user, running_study

EVERYTHING = list(NotificationKind.values)


@pytest.fixture
def ada(db):
    return make_user("ada", email="ada@example.org")


@pytest.fixture
def study(ada):
    set_preferences(page=EVERYTHING, mail=[], hook=[], hook_url="", by=actor(ada))
    study = running_study(owner=ada, name="digits", max_trials=30)
    collect_notifications()
    return study


def told(user):
    return [(n.kind, n.text) for n in user.notifications.order_by("pk")]


def test_owner_is_told_how_a_study_ends_and_only_once(ada, study):
    complete(study, 0.25)
    stop_study(study_id=study.pk, by="Grace")

    assert [collect_notifications(), collect_notifications()] == [1, 0]

    assert told(ada) == [("finished", "digits: Stopped by Grace. Best: 0.2500 in trial #0.")]


def test_a_reason_with_a_colon_follows_no_other_one(ada, study):
    end_study(study_id=study.pk, state=StudyState.FINISHED, reason="Budget reached: 6 trials")

    collect_notifications()

    assert told(ada) == [("finished", "digits finished. Budget reached: 6 trials.")]


def test_failed_study_is_news_of_its_own(ada, study):
    end_study(study_id=study.pk, state=StudyState.FAILED, reason="5 trials in a row failed")

    collect_notifications()

    assert told(ada) == [("failed", "digits failed. 5 trials in a row failed.")]


def test_new_best_value_is_told_and_a_worse_one_is_not(ada, study):
    for value in (0.5, 0.7, 0.3):
        complete(study, value)
        collect_notifications()

    assert told(ada) == [
        ("new_best", "digits has a new best value, 0.5000, in trial #0."),
        ("new_best", "digits has a new best value, 0.3000, in trial #2."),
    ]


def test_study_of_which_many_trials_fail_needs_attention_once(ada, study):
    for n in range(8):
        if n % 2:
            trial = claim(study)
            fail_trial(fence_of(trial), kind=FailureKind.ERROR, message="bad shape", traceback="")
        else:
            complete(study, 0.5)
        collect_notifications()

    assert [text for news, text in told(ada) if news == "attention"] == [
        "digits needs attention: more than one in five trials failed (error)."
    ]


def test_comments_of_others_are_news(ada, study):
    for author in (ada, make_user("grace", first_name="Grace", is_staff=True)):
        add_comment(study, text="Why so wide?", by=actor(author))

    collect_notifications()

    assert told(ada) == [("comment", "Grace commented on digits: Why so wide?")]


def test_what_happened_before_one_watches_is_no_news(study):
    grace = make_user("grace")
    complete(study, 0.5)
    Comment.objects.create(study=study, author=study.owner, text="old")
    study.is_open = True
    study.save()

    watch(study, by=actor(grace))
    stop_study(study_id=study.pk, by="Ada")
    collect_notifications()

    assert [news for news, _ in told(grace)] == ["finished"]


def test_whoever_stops_watching_is_not_told(ada, study):
    unwatch(study, by=actor(ada))
    stop_study(study_id=study.pk, by="Grace")

    assert collect_notifications() == 0


def test_whoever_no_longer_sees_a_study_is_not_told(ada, study):
    team, grace = create_team(name="Vision", by=actor(ada)), make_user("grace", email="grace@example.org")
    Membership.objects.create(team=team, user=grace, role=Role.VIEWER)
    share_study(study, Place("team", "Vision", "", team.pk), by=OPERATOR)
    watch(study, by=actor(grace))
    set_preferences(page=EVERYTHING, mail=EVERYTHING, hook=[], hook_url="", by=actor(grace))
    complete(study, 0.5)
    collect_notifications()  # written down, not sent yet
    remove_member(team, user_id=grace.pk, by=OPERATOR)
    stop_study(study_id=study.pk, by="Ada")

    collect_notifications()
    send_due()

    assert [news for news, _ in told(grace)] == ["new_best"]
    assert mail.outbox == []


def test_deleted_study_says_nothing_more(ada, study, page_of):
    complete(study, 0.5)
    collect_notifications()
    delete_study(study, by=OPERATOR)

    assert collect_notifications() == 0
    assert "digits" not in page_of(ada).get(reverse("notification-list")).content.decode()


@pytest.fixture
def page_of(client):
    def page_of(user):
        client.force_login(user)
        return client

    return page_of


# Mail --------------------------------------------------------------------------------------------------


def test_mail_goes_to_whoever_wants_it_with_a_link(ada, settings):
    settings.PUBLIC_URL = "https://parzen.example.org"
    study = running_study(owner=ada, name="digits")  # finished, failed, attention by mail: the default
    complete(study, 0.5)
    stop_study(study_id=study.pk, by="Grace")
    collect_notifications()

    assert [send_due(), send_due()] == [1, 0]

    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "[Parzen] digits: finished"
    assert f"https://parzen.example.org/studies/{study.pk}/" in sent.body


def test_name_with_line_breaks_makes_no_header(ada):
    study = running_study(owner=ada, name="digits\r\nBcc: eve@example.org")
    stop_study(study_id=study.pk, by="Grace")
    collect_notifications()

    send_due()

    assert mail.outbox[0].subject == "[Parzen] digits Bcc: eve@example.org: finished"
    assert mail.outbox[0].recipients() == ["ada@example.org"]


def test_mail_server_that_fails_is_asked_again_later_and_not_at_once(ada, monkeypatch):
    stop_study(study_id=running_study(owner=ada).pk, by="Grace")
    collect_notifications()
    with monkeypatch.context() as context:
        context.setattr(delivery, "send_mail", refuse)
        assert send_due() == 0
    assert send_due() == 0  # half a minute has not passed

    Notification.objects.update(try_at="2020-01-01T00:00Z")
    assert send_due() == 1


def refuse(*_):
    raise ConnectionRefusedError("no mail server")


# Webhooks ----------------------------------------------------------------------------------------------


class Hook(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Takes)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        self.status, self.posts, self.n_connections = 200, [], 0

    def get_request(self):
        self.n_connections += 1
        return super().get_request()


class _Takes(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def hook():
    server = Hook()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()


def test_webhook_gets_what_happened(ada, hook, settings):
    settings.WEBHOOKS_PRIVATE = True
    set_preferences(page=[], mail=[], hook=["finished"], hook_url=hook.url, by=actor(ada))
    study = running_study(owner=ada, name="digits")
    stop_study(study_id=study.pk, by="Grace")
    collect_notifications()

    assert send_due() == 1

    (post,) = hook.posts
    assert post["event"] == "finished"
    assert post["study"] == {"id": study.pk, "name": "digits", "state": "stopped"}
    assert post["text"].startswith("digits: Stopped by Grace.")
    assert post["url"].endswith(f"/studies/{study.pk}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
def test_webhook_into_a_private_network_is_refused_before_anything_is_sent(hook, host):
    with pytest.raises(Refused):
        post_json(f"http://{host}:{hook.server_port}/hook", {})

    assert hook.posts == []


def test_refusal_says_why(hook):
    with pytest.raises(Refused, match=r"private network \(127.0.0.1\). Use a public address"):
        post_json(hook.url, {})


@pytest.mark.parametrize("status", [302, 404, 500])
def test_webhook_that_answers_otherwise_is_an_error_and_no_redirect_is_followed(hook, settings, status):
    settings.WEBHOOKS_PRIVATE = True
    hook.status = status

    with pytest.raises(Refused, match=f"status {status}"):
        post_json(hook.url, {})

    assert hook.n_connections == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://no-such-host.invalid/", "http://[", "gopher://x/"]
)
def test_address_that_does_not_answer_is_an_error_in_words(url, settings):
    settings.WEBHOOKS_PRIVATE = True

    with pytest.raises(Refused, match="The webhook did not respond"):
        post_json(url, {})


# Pages -------------------------------------------------------------------------------------------------


def test_bell_counts_and_the_page_lists_until_they_are_read(ada, study, page_of):
    page = page_of(ada)
    complete(study, 0.5)
    stop_study(study_id=study.pk, by="Grace")
    collect_notifications()
    assert 'aria-label="Notifications, 1 new"' in page.get(reverse("study-list")).content.decode()
    shown = page.get(reverse("notification-list"))
    assert "Stopped by Grace" in shown.content.decode()
    add_comment(study, text="well", by=actor(make_user("grace", is_staff=True)))
    collect_notifications()

    page.post(reverse("notification-read"), {"last": shown.context["notifications"][0].pk})

    assert 'aria-label="Notifications, 1 new"' in page.get(reverse("study-list")).content.decode()


@pytest.mark.parametrize("last", ["", "x", "-1", "9" * 30])
def test_strange_number_reads_nothing(ada, study, page_of, last):
    stop_study(study_id=study.pk, by="Grace")
    collect_notifications()

    assert page_of(ada).post(reverse("notification-read"), {"last": last}).status_code == 302

    assert ada.notifications.filter(read_at=None).count() == 1


def test_watching_is_switched_on_the_study_page(study, page_of):
    grace = make_user("grace")
    study.is_open = True
    study.save()
    page, url = page_of(grace), reverse("study-watch", args=[study.pk])

    page.post(url, {"watch": "1"})
    page.post(url, {"watch": "1"})
    assert Watch.objects.filter(user=grace).count() == 1
    assert 'aria-pressed="true"' in page.get(study.get_absolute_url()).content.decode()
    page.post(url, {"watch": "0"})

    assert not Watch.objects.filter(user=grace).exists()


def test_wishes_are_kept_and_strange_ones_refused(ada, page_of):
    page, url = page_of(ada), reverse("notification-settings")
    fields = {"page": ["failed"], "mail": ["finished", "comment"], "hook": ["failed"]}

    refused = page.post(url, fields)
    assert refused.status_code == 422
    assert "Enter the webhook URL." in refused.content.decode()
    for strange in ("javascript:alert(1)", "file:///etc/passwd", "x", "http://" + "x" * 600):
        assert page.post(url, fields | {"hook_url": strange}).status_code == 422
    assert page.post(url, fields | {"hook_url": "https://a.example", "mail": "other"}).status_code == 422
    assert page.post(url, fields | {"hook_url": "https://hooks.example.org/x"}).status_code == 302

    ada.refresh_from_db()
    assert (ada.notification_preferences.page, ada.notification_preferences.mail) == (
        ["failed"],
        ["finished", "comment"],
    )


def test_study_that_nobody_watches_costs_nothing(ada, study, django_assert_num_queries):
    make_study(owner=ada)
    Watch.objects.all().delete()

    with django_assert_num_queries(1):
        collect_notifications()
