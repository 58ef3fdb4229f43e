"""The page on which the budget is changed, and the buttons that let work go on."""

import pytest
from django.urls import reverse

from dashboard.engine.fences import fail_trial, lose_trial
from dashboard.models import FailureKind
from dashboard.models.study_fields import budget_fields
from dashboard.studies.forms import as_entered
from tests.builders import claim, complete, fence_of, make_study, running_study

pytestmark = pytest.mark.django_db


def opened_with(study):
    return as_entered(study, budget_fields())


def post(page, study, **changes):
    fields = {k: "" if v is None else str(v) for k, v in opened_with(study).items()} | changes
    response = page.post(reverse("study-budget", args=[study.pk]), fields)
    study.refresh_from_db()
    return response


def test_form_opens_with_the_budget_of_the_study_and_changes_it(page):
    study = make_study("draft", max_seconds=90, target_value=0.5, max_stale_trials=7, lost_retries=1)

    post(page, study, max_trials="77")

    assert (study.max_trials, study.max_seconds, study.target_value) == (77, 90, 0.5)
    assert (study.max_stale_trials, study.lost_retries, study.queue) == (7, 1, "cpu")


def test_target_of_a_share_is_shown_in_percent_and_kept(page):
    study = make_study("draft", objective="val_accuracy", direction="maximize", target_value=0.97)
    assert opened_with(study)["target_value"] == 97

    post(page, study)

    assert study.target_value == 0.97


@pytest.mark.parametrize("target", [0.01, 0.005, 1.0, 0.97, 1 / 3])
def test_a_saved_budget_keeps_its_target(page, target):
    study = make_study("draft", objective="val_accuracy", direction="maximize", target_value=target)

    response = post(page, study, max_trials="77")

    # Less than 1 % of accuracy is asked about; nothing else is read back as another number.
    assert (study.max_trials == 77) is (target >= 0.01), response.content.decode()
    assert study.target_value == pytest.approx(target, rel=1e-9)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(20, "0.33"), (90, "1.5"), (36_000, "600"), (1, "0.02"), (86_399, "1439.98")]
)
def test_times_are_short_on_the_form_and_lose_no_second(page, seconds, shown):
    study = make_study("draft", max_seconds=seconds)
    form = page.get(reverse("study-budget", args=[study.pk])).context["page"].form

    assert str(form["max_minutes"].value()) == shown
    assert max(1, round(float(shown) * 60)) == seconds


def test_ended_study_continues_with_more_trials(page):
    study = running_study(max_trials=1)
    complete(study)
    html = page.get(reverse("study-budget", args=[study.pk])).content.decode()
    assert "Budget reached: 1 trial. 1 trial created so far." in html
    assert "Resume study" in html

    response = post(page, study, max_trials="4")

    assert response.url == study.get_absolute_url()
    assert (study.state, study.max_trials) == ("running", 4)


def test_refusal_is_said_on_the_form(page):
    study = running_study(max_trials=1)
    complete(study)

    response = post(page, study)

    assert response.status_code == 422
    assert "The study would stop immediately. Budget reached: 1 trial" in response.content.decode()


def test_wrong_number_is_said_beside_its_field(page):
    study = make_study("draft")

    response = post(page, study, max_trials="many", lost_retries="-1")

    html = response.content.decode()
    assert (response.status_code, study.max_trials) == (422, 10)
    assert "Enter a whole number." in html
    assert "Must be at least 0." in html
    assert 'class="span more" open' in html


def test_failed_trial_is_retried_from_its_page(page, user):
    study = running_study()
    trial = claim(study)
    fail_trial(fence_of(trial), kind=FailureKind.ERROR, message="It broke.")
    url = reverse("trial-retry", args=[study.pk, trial.number])
    assert url in page.get(trial.get_absolute_url()).content.decode()

    response = page.post(url)

    trial.refresh_from_db()
    assert (trial.state, response.url) == ("waiting", trial.get_absolute_url())
    assert url not in page.get(trial.get_absolute_url()).content.decode()


def test_lost_trials_are_retried_from_the_study_page(page):
    study = running_study(lost_retries=0)
    for _ in range(2):
        lose_trial(fence_of(claim(study)), reason="Killed.")
    assert "Retry 2 lost trials" in page.get(study.get_absolute_url()).content.decode()

    page.post(reverse("study-retry-lost", args=[study.pk]))

    assert study.trials.filter(state="waiting").count() == 2
    assert "lost trial" not in page.get(study.get_absolute_url()).content.decode().split("History")[0]


def test_history_names_who_did_what(page, user):
    study = make_study("draft")
    page.post(reverse("study-start", args=[study.pk]))
    claim(study)
    page.post(reverse("study-drain", args=[study.pk]))

    addresses = (study.get_absolute_url(), reverse("study-settings", args=[study.pk]))
    html = "".join(page.get(address).content.decode() for address in addresses)

    assert f"{user.username} asked to stop the study after the running trials finish" in html
    assert f"{user.username} started" in html
    assert "stops after the last trial" in html


@pytest.mark.parametrize(("objective", "is_percentage"), [("val_accuracy", True), ("val_loss", False)])
def test_a_percentage_is_asked_for_where_the_objective_is_one(page, objective, is_percentage):
    study = make_study("draft", objective=objective)
    body = page.get(reverse("study-budget", args=[study.pk])).content.decode()
    assert ("Enter a percentage, such as 97.5" in body) == is_percentage
