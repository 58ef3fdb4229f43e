"""Quotas: what they count, where they hold, and what is said."""

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.catalog import known_datasets
from dashboard.engine.artifacts import keep_model, model_draft
from dashboard.engine.budgets import change_budget
from dashboard.engine.claims import claim_trial, claim_trial_of
from dashboard.engine.lifecycle import pause_study, start_study, stop_study
from dashboard.engine.quotas import QuotaRefused, n_trials_used
from dashboard.models import Artifact, Quota, Study, StudyEvent, StudyState, Team, Trial
from dashboard.new_study.page import start_from_defaults
from dashboard.new_study.study_forms import StudyForms
from dashboard.refusal import Refused
from tests.builders import WORKER, add_trials, claim, complete, make_study, make_user, running_study
from trainers.registry import trainer_info

pytestmark = pytest.mark.django_db


def limit(user=None, team=None, **limits):
    every = {"n_slots": None, "n_trials": None, "storage": None}
    Quota.objects.update_or_create(user=user, team=team, defaults=every | limits)


# Slots -------------------------------------------------------------------------------------------------


def n_claimed(n):
    return sum(claim_trial(worker=WORKER, queues=["cpu"]) is not None for _ in range(n))


def test_person_trains_no_more_at_once_than_the_quota_over_all_studies(user):
    limit(user, n_slots=3)
    for _ in range(2):
        running_study(owner=user, n_parallel=4)
    other = running_study(owner=make_user("grace"), n_parallel=2)

    assert n_claimed(10) == 5

    assert Trial.objects.filter(study=other).count() == 2


def test_team_quota_counts_its_members_together(user):
    team = Team.objects.create(name="Vision")
    limit(team=team, n_slots=2)
    for name in ("grace", "alan"):
        running_study(owner=make_user(name), team=team)

    assert n_claimed(10) == 2


def test_claim_asks_the_quota_itself_whatever_was_thought_before(user):
    limit(user, n_slots=1)
    first, second = running_study(owner=user), running_study(owner=user)
    claim(first)

    assert claim_trial_of(study_id=second.pk, worker=WORKER) is None


def test_slot_that_becomes_free_is_given_again(user):
    limit(user, n_slots=1)
    study = running_study(owner=user)
    complete(study, 0.5)

    assert n_claimed(2) == 1


# Trials ------------------------------------------------------------------------------------------------


def test_study_that_asks_for_too_many_trials_does_not_start(user):
    limit(user, n_trials=100)
    running_study(owner=user, max_trials=60)  # has made none of them yet
    study = make_study(owner=user, max_trials=50)

    with pytest.raises(
        QuotaRefused, match=r"100 trials in 30 days, with 60 .* needs 50 more. Add at most 40"
    ):
        start_study(study_id=study.pk, by="ada")

    study.refresh_from_db()
    assert study.state == StudyState.DRAFT
    limit(user)
    assert start_study(study_id=study.pk, by="ada")


def test_what_is_used_is_made_or_planned_and_old_trials_are_neither(user):
    limit(user, n_trials=1_000)
    quota = Quota.objects.get()
    running = running_study(owner=user, max_trials=10)
    add_trials(running, 4)
    stopped = running_study(owner=user, max_trials=30)
    add_trials(stopped, 5)
    stop_study(study_id=stopped.pk, by="ada")
    paused = running_study(owner=user, max_trials=7)
    pause_study(study_id=paused.pk, by="ada")
    assert n_trials_used(quota) == 10 + 5 + 7

    Trial.objects.filter(study=stopped).update(created_at=timezone.now() - timezone.timedelta(days=31))

    assert n_trials_used(quota) == 10 + 7
    assert n_trials_used(quota, but_plans_of=running.pk) == 4 + 7


def test_budget_is_not_raised_beyond_the_quota(user):
    limit(user, n_trials=20)
    study = running_study(owner=user, max_trials=10)
    add_trials(study, 4)

    with pytest.raises(Refused, match=r"with 4 used or planned\. This study needs 21 more"):
        change_budget(study_id=study.pk, by="ada", max_trials=25)
    change_budget(study_id=study.pk, by="ada", max_trials=20)
    change_budget(study_id=study.pk, by="ada", max_trials=5)


def test_form_says_it_at_the_field_and_makes_nothing(page, user):
    limit(user, n_trials=5)
    start = start_from_defaults(known_datasets())
    forms = StudyForms(trainer_info(start.trainer), start, datasets=known_datasets(), is_folded=False)
    data = {field.name: field.value() for field in forms.study if field.value() is not None}
    for knob in forms.knobs:
        data |= {knob.add_prefix(name): value for name, value in knob.initial.items()}

    answer = page.post(reverse("study-new"), data | {"max_trials": "6"})

    assert answer.status_code == 422
    assert "This study needs 6 more. Add at most 5" in answer.content.decode()
    assert not Study.objects.exists()


def test_button_and_command_say_it_too(page, user):
    limit(user, n_trials=5)
    study = make_study(owner=user, max_trials=6)

    body = page.post(reverse("study-start", args=[study.pk]), follow=True).content.decode()
    assert "The quota of ada is 5 trials in 30 days" in body
    with pytest.raises(CommandError, match="The quota of ada is 5 trials"):
        call_command("study", "start", str(study.pk))


# Storage -----------------------------------------------------------------------------------------------


def test_model_that_does_not_fit_is_not_kept_and_the_history_says_so(user):
    limit(user, storage=1)
    study = running_study(owner=user)
    trial = complete(study, 0.5)
    Artifact.objects.create(trial=complete(running_study(owner=user), 0.5), name="other", size=10**6 - 3)
    draft = model_draft(trial)
    draft.parent.mkdir(parents=True, exist_ok=True)
    for content, is_kept in ((b"four", False), (b"abc", True)):
        draft.write_bytes(ContentFile(content).read())
        assert keep_model(trial, draft) is is_kept
    assert StudyEvent.objects.filter(study=study, what__contains="storage quota is used up").count() == 1


# Pages -------------------------------------------------------------------------------------------------


@pytest.fixture
def root():
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def edit(client, user, **fields):
    data = {"is_active": "on", "n_slots": "", "n_trials": "", "storage": ""} | fields
    return client.post(reverse("person-edit", args=[user.pk]), data)


def test_administrator_sets_and_lifts_quotas(root):
    grace, team = make_user("grace"), Team.objects.create(name="Vision")

    edit(root, grace, n_slots="2", storage="500")
    root.post(reverse("team-quota", args=[team.pk]), {"n_trials": "1000"})
    body = root.get(reverse("people-list")).content.decode()
    assert "2 slots, 500 MB" in body
    assert "1,000 trials in 30 days" in body

    edit(root, grace)
    assert [quota.team for quota in Quota.objects.all()] == [team]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 30, "\x00"])
def test_strange_limit_is_refused(root, number):
    assert edit(root, make_user("grace"), n_slots=number).status_code == 422
    assert not Quota.objects.exists()


def test_whoever_is_kept_out_is_out_at_once(root):
    grace = make_user("grace")
    hers = Client()
    hers.force_login(grace)

    edit(root, grace, is_active="")

    assert hers.get(reverse("study-list")).status_code == 302
    assert "Cannot sign in" in root.get(reverse("people-list")).content.decode()


def test_administrator_does_not_lock_the_door_from_inside(root):
    me = make_user("root")

    answer = edit(root, me, is_staff="")

    assert answer.status_code == 422
    assert "You cannot remove your own rights" in answer.content.decode()
    me.refresh_from_db()
    assert me.is_staff
