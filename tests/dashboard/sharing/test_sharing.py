"""A link shows results to people without an account: no control, no name, and only while it is good."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.models import AuditEntry, ShareLink
from tests.builders import add_trials, make_user, running_study
from tests.dashboard.restarts import forget_memory

SECRETS = ("Ada", "Lovelace", "ada", "node-a", "/studies/", "sign-out", "Pause", "epoch 1 of the log")


@pytest.fixture
def study(user):
    user.first_name, user.last_name = "Ada", "Lovelace"
    user.save()
    study = running_study(owner=user, name="digits for all", max_trials=40)
    add_trials(study, 6, n_reports=3, value=lambda number: 0.5 - number / 20)
    return study


def link_for(page, study, **fields):
    answer = page.post(reverse("link-make", args=[study.pk]), {"good_for": "30", "password": "", **fields})
    assert answer.status_code == 200
    return re.search(r"http://testserver(/shared/[\w-]+/)", answer.content.decode())[1]


def test_link_can_be_copied(page, study):
    body = page.post(reverse("link-make", args=[study.pk]), {"good_for": "30"}).content.decode()
    assert re.search(r'<code id="new-link">http://testserver/shared/[\w-]+/</code>', body)
    assert 'data-copy-target="#new-link"' in body
    assert "js/copy" in body


def test_whoever_has_the_link_sees_results_and_nothing_else(page, study):
    body = Client().get(link_for(page, study)).content.decode()

    assert "digits for all" in body
    assert "0.2500" in body
    main = body[body.index("<main") :]
    for word in SECRETS:
        assert word not in main, word


def test_link_to_one_trial_shows_that_trial(page, study):
    study.trials.filter(number=3).update(params={"learning_rate": 0.0123})
    body = Client().get(link_for(page, study, trial="3")).content.decode()

    assert "Trial #3 of digits for all" in body
    assert "0.3500" in body
    assert "0.0123" in body
    assert "0.2500" not in body  # of trial 5
    main = body[body.index("<main") :]
    for word in SECRETS:
        assert word not in main, word
    links = page.get(reverse("study-access", args=[study.pk])).content.decode()
    assert "Trial #3, 0 views" in links


def test_link_to_one_trial_shows_no_curve_of_another(page, study):
    best = study.trials.get(number=5)
    best.attempts.get().reports.update(metrics={"val_loss": 0.123456})
    assert "0.123456" in page.get(study.trials.get(number=3).get_absolute_url()).content.decode()
    body = Client().get(link_for(page, study, trial="3")).content.decode()
    assert "trial_epochs" in body
    assert "0.123456" not in body
    assert "#5" not in body


@pytest.mark.parametrize(
    ("number", "words"), [("77", "The study has no trial 77."), ("x", "whole number"), ("-1", "greater than")]
)
def test_link_to_a_trial_that_is_none_is_refused(page, study, number, words):
    answer = page.post(reverse("link-make", args=[study.pk]), {"good_for": "7", "trial": number})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_guessing_the_password_of_a_link_ends_for_that_address_only(page, study):
    link = link_for(page, study, password="open sesame")
    stranger = Client()

    answers = [stranger.post(link, {"password": f"guess {n}"}).status_code for n in range(12)]

    assert answers == [422] * 10 + [429] * 2
    forget_memory()
    assert stranger.post(link, {"password": "open sesame"}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.9")
    assert elsewhere.post(link, {"password": "open sesame"}).status_code == 302


def test_the_right_password_of_a_link_forgets_the_wrong_ones(page, study):
    link = link_for(page, study, password="open sesame")
    for _ in range(3):
        answers = [Client().post(link, {"password": f"guess {n}"}).status_code for n in range(9)]
        answers.append(Client().post(link, {"password": "open sesame"}).status_code)
        assert answers == [422] * 9 + [302]


def test_link_opens_one_study_only(page, study, user):
    other = running_study(owner=user, name="not this one")
    stranger = Client()
    stranger.get(link_for(page, study))

    assert stranger.get(other.get_absolute_url()).status_code == 302
    assert stranger.get(study.get_absolute_url()).status_code == 302


def test_secret_is_kept_nowhere(page, study):
    link = link_for(page, study, password="open sesame")
    Client().post(link, {"password": "wrong"})
    secret = link.split("/")[2]

    kept = str([*ShareLink.objects.values(), *AuditEntry.objects.values(), *study.events.values()])
    assert secret not in kept
    assert "open sesame" not in kept
    assert secret not in page.get(reverse("study-access", args=[study.pk])).content.decode()


@pytest.mark.parametrize("end", ["revoked", "expired", "invented"])
def test_dead_link_shows_nothing(page, study, end):
    link = link_for(page, study)
    if end == "revoked":
        page.post(reverse("link-revoke", args=[study.pk, ShareLink.objects.get().pk]))
    elif end == "expired":
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        link = link[:-3] + "xx/"

    answer = Client().get(link)

    assert answer.status_code == 404
    assert "digits for all" not in answer.content.decode()
    assert Client().post(f"{link}seen/").status_code == 404


def test_link_without_an_end_has_none(page, study):
    link = link_for(page, study, good_for="")

    assert ShareLink.objects.get().expires_at is None
    assert Client().get(link).status_code == 200


def test_password_is_asked_for_once_in_a_browser(page, study):
    link, visitor = link_for(page, study, password="open sesame"), Client()

    first = visitor.get(link)
    assert "digits for all" not in first.content.decode()
    wrong = visitor.post(link, {"password": "guess"})
    assert (wrong.status_code, "Wrong password" in wrong.content.decode()) == (422, True)
    assert "digits for all" in visitor.post(link, {"password": "open sesame"}, follow=True).content.decode()
    assert "digits for all" in visitor.get(link).content.decode()
    assert "digits for all" not in Client().get(link).content.decode()


def test_views_are_counted_when_a_browser_says_so(page, study):
    link = link_for(page, study, password="open sesame")
    visitor = Client()
    visitor.get(link)
    assert visitor.post(f"{link}seen/").status_code == 404  # it has seen nothing yet
    visitor.post(link, {"password": "open sesame"})
    for _ in range(2):
        assert visitor.post(f"{link}seen/").status_code == 204

    assert ShareLink.objects.get().n_views == 2
    assert "2 views" in page.get(reverse("study-access", args=[study.pk])).content.decode()


def test_address_of_a_shared_page_is_passed_on_to_nobody(page, study):
    answer = Client().get(link_for(page, study))

    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]


def test_only_owners_make_and_revoke_links(page, study):
    link_for(page, study)
    study.is_open = True
    study.save(update_fields=["is_open"])
    grace = Client()
    grace.force_login(make_user("grace"))

    assert grace.post(reverse("link-make", args=[study.pk]), {"good_for": "7"}).status_code == 403
    assert grace.post(reverse("link-revoke", args=[study.pk, 1])).status_code == 403
    assert ShareLink.objects.get().revoked_at is None


def test_links_of_another_study_cannot_be_revoked_through_ones_own(page, study):
    link_for(page, study)
    mine = running_study(owner=make_user("grace"))
    grace = Client()
    grace.force_login(mine.owner)

    grace.post(reverse("link-revoke", args=[mine.pk, ShareLink.objects.get().pk]))

    assert ShareLink.objects.get().revoked_at is None


@pytest.mark.parametrize("fields", [{"good_for": "9999"}, {"password": "x" * 200}, {"password": "\x00"}])
def test_wrong_link_is_refused_with_a_sentence(page, study, fields):
    answer = page.post(reverse("link-make", args=[study.pk]), {"good_for": "7", "password": "", **fields})

    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not ShareLink.objects.exists()
