"""Several trials of the table at once: retried, exported, led to a comparison or a variation."""

import csv
import json
from io import StringIO

import pytest
from django.urls import reverse

from dashboard.models import AuditEntry, Membership, Role, Study, TrialState
from dashboard.people.actions import create_team
from dashboard.trials.results import forget_results
from tests.builders import actor, add_trials, make_study, make_user


@pytest.fixture
def study(user):
    """#0 and #1 complete, #2 to #4 failed, #5 pruned, #6 infeasible, #7 running."""
    study = make_study("running", owner=user, max_trials=60)
    add_trials(study, 2, n_reports=2)
    add_trials(study, 3, state="failed")
    add_trials(study, 1, state="pruned", step=3, step_value=0.5)
    add_trials(study, 1, state="failed", failure_kind="infeasible")
    add_trials(study, 1, state="running")
    return study


def url_of(name, study):
    return reverse(name, args=[study.pk])


def said(response):
    (message,) = response.context["messages"]
    return str(message)


def retry(page, study, *numbers, **data):
    return page.post(url_of("trials-retry", study), {"trial": numbers, **data}, follow=True)


def waiting(study):
    return list(study.trials.filter(state=TrialState.WAITING).values_list("number", flat=True))


def test_failed_ones_are_retried_and_the_message_says_why_others_are_not(page, study):
    words = said(retry(page, study, 0, 1, 2, 3, 5, 6, 7))

    assert waiting(study) == [2, 3]
    assert "Retrying 2 trials." in words
    assert "5 trials were not changed" in words
    assert "#0 and #1 are complete" in words
    assert "#5 was pruned" in words
    entries = AuditEntry.objects.filter(action="study-retry-failed").values_list("study_id", "is_refused")
    assert list(entries) == [(study.pk, False)]
    assert study.events.filter(what="retried 2 failed trials").count() == 1


def test_all_that_match_the_filter_are_retried(page, study):
    retry(page, study, all="state = failed and trial > 2")
    assert waiting(study) == [3, 4]


def test_all_without_a_filter_are_all(page, study):
    words = said(retry(page, study, all=""))
    assert waiting(study) == [2, 3, 4]
    assert "5 trials were not changed" in words


def test_filter_that_cannot_be_read_changes_nothing(page, study):
    assert "nothing" in said(retry(page, study, all="nothing = 3"))
    assert waiting(study) == []


@pytest.mark.parametrize("numbers", [[], ["x"], ["-1"], ["99999999999999999999"], ["4000000000"], ["99"]])
def test_nothing_ticked_says_so(page, study, numbers):
    assert "Select at least one trial" in said(retry(page, study, *numbers))
    assert waiting(study) == []


def test_one_returns_to_the_table_as_it_was(page, study):
    url = url_of("trials-retry", study) + "?q=state+%3D+failed&sort=value&page=2"
    answer = page.post(url, {"trial": [2]})
    assert answer.url == url_of("study-trials", study) + "?q=state+%3D+failed&sort=value&page=2"


def test_viewers_export_and_compare_but_do_not_retry(client, page, study, user):
    study.team = create_team(name="Vision", by=actor(user))
    study.save()
    viewer = make_user("viewer")
    Membership.objects.create(team=study.team, user=viewer, role=Role.VIEWER)
    client.force_login(viewer)

    html = client.get(url_of("study-trials", study)).content.decode()
    assert "trials-compare" not in html
    assert url_of("trials-compare", study) in html
    assert url_of("trials-retry", study) not in html
    assert "Enqueue a variation" not in html
    assert client.post(url_of("trials-retry", study), {"trial": [2]}).status_code == 403
    assert AuditEntry.objects.filter(action="study-retry-failed", is_refused=True, who="viewer").exists()
    assert "Enqueue a variation" in page.get(url_of("study-trials", study)).content.decode()


def rows_of(answer):
    return list(csv.DictReader(StringIO(answer.getvalue().decode())))


def test_ticked_ones_as_csv_with_the_columns_of_the_table(page, study):
    url = url_of("study-export-csv", study) + "?column=number&column=params.units_1&column=state"
    rows = rows_of(page.post(url, {"trial": [5, 0]}))
    assert [list(row) for row in rows] == [["number", "params.units_1", "state"]] * 2
    assert [row["number"] for row in rows] == ["0", "5"]


def test_all_that_match_as_csv_and_json(page, study):
    data = {"trial": [0], "all": "state = failed"}
    rows = rows_of(page.post(url_of("study-export-csv", study), data))
    assert [row["number"] for row in rows] == ["2", "3", "4"]
    found = json.loads(page.post(url_of("study-export-trials-json", study), data).getvalue())
    assert [trial["number"] for trial in found["trials"]] == [2, 3, 4]


def test_json_of_ticked_ones_has_their_epochs_and_nothing_of_others(page, study):
    answer = page.post(url_of("study-export-trials-json", study), {"trial": [0, 5]})
    found = json.loads(answer.getvalue())

    assert found["format"] == "parzen-trials"
    assert [trial["number"] for trial in found["trials"]] == [0, 5]
    assert [len(attempt["reports"]) for attempt in found["trials"][0]["attempts"]] == [2]
    assert found["trials"][0]["params"] == study.trials.get(number=0).params
    whole = json.loads(page.get(url_of("study-export-json", study)).getvalue())
    assert found["trials"] == [whole["trials"][0], whole["trials"][5]]
    assert AuditEntry.objects.filter(action="study-export-trials-json", is_refused=False).count() == 1


def test_offer_of_all_is_there_once_there_are_several_pages(page, study):
    def offer():
        return 'id="tick-matching"' in page.get(url_of("study-trials", study)).content.decode()

    assert not offer()
    add_trials(study, 30)
    forget_results()
    assert offer()


def test_ticked_one_leads_to_its_variation(page, study):
    answer = page.get(url_of("trials-variation", study), {"trial": [3]})
    assert answer.url == reverse("trial-variation", args=[study.pk, 3])


@pytest.mark.parametrize("numbers", [[], ["1", "2"], ["99"], ["x"]])
def test_variation_needs_exactly_one(page, study, numbers):
    answer = page.get(url_of("trials-variation", study), {"trial": numbers}, follow=True)
    assert "Select one trial" in said(answer)
    assert Study.objects.get(pk=study.pk).trials.count() == 8
