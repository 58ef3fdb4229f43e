"""An imported study is a study: every page shows it, and none trains what nothing here can train."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from dashboard.engine.budgets import change_budget
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.retries import enqueue_trial, retry_failed_trials
from dashboard.engine.steering.spaces import change_space
from dashboard.models import AuditEntry, Study, StudyEvent, StudyState, Trial
from dashboard.refusal import Refused
from dashboard.studies.actions import delete_study
from dashboard.winners.actions import confirm_best, repeat_trial
from tests.builders import actor, make_user

PAGES = (
    "study-detail",
    "study-explore",
    "study-trials",
    "study-settings",
    "study-discussion",
    "study-report",
)
PARTS = (
    "study-importance",
    "study-suggestions",
    "study-space",
    "study-search",
    "study-budget",
    "study-confirm",
)
FILES = ("trials.csv", "trials.parquet", "trials.json", "study.json", "optuna.db", "optuna.py", "hyperopt.py")


@pytest.fixture
def study(bring, sweep_file):
    return bring(sweep_file)


def test_it_is_a_finished_study_that_says_where_it_comes_from(study, page):
    assert (study.state, study.max_trials, study.max_epochs, study.dataset) == ("finished", 12, 2, "")
    told = study.imported
    assert (told["source"], told["version"], told["file"], told["study"]) == (
        "Optuna storage in SQLite", "4.5.0", "sweep.db", "sweep",
    )  # fmt: skip
    assert (told["by"], told["n_skipped"]) == ("ada", 1)
    body = page.get(reverse("study-settings", args=[study.pk])).content.decode()
    for words in ("Optuna storage in SQLite 4.5.0", "sweep.db", "12 of 13 trials from sweep.db"):
        assert words in body
    assert AuditEntry.objects.filter(action="study-import", study_id=study.pk, is_refused=False).exists()


@pytest.mark.parametrize("name", [*PAGES, *PARTS])
def test_every_page_shows_it(study, page, name):
    assert page.get(reverse(name, args=[study.pk])).status_code == 200


def test_the_list_trials_comparisons_and_pictures_show_it(study, page):
    assert study.name in page.get(reverse("study-list")).content.decode()
    for number in range(12):
        trial = page.get(reverse("trial-detail", args=[study.pk, number]))
        assert trial.status_code == 200
        assert "Imported" in trial.content.decode()
        assert '<dt>sha</dt><dd class="wrap-any">=1+1</dd>' in trial.content.decode()
    compare = reverse("trials-compare", args=[study.pk])
    assert page.get(compare, {"trial": [0, 1]}).status_code == 200
    assert page.get(reverse("studies-compare"), {"study": study.pk}).status_code == 200
    for picture in ("scatter", "timeline", "distribution"):
        assert page.get(reverse("study-picture", args=[study.pk, picture])).status_code in {200, 404}
    assert page.get(reverse("study-new"), {"from": study.pk, "first": "5"}).status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_it_goes_out_again(study, page, name):
    answer = page.get(f"{study.get_absolute_url()}export/{name}")
    assert answer.status_code == 200
    assert answer.getvalue() if answer.streaming else answer.content


def test_pages_offer_nothing_that_would_train_it(study, page):
    addresses = [*map(reverse, PAGES[:0]), *(reverse(name, args=[study.pk]) for name in PAGES[:5])]
    addresses += [reverse("trial-detail", args=[study.pk, number]) for number in (0, 4)]
    links = set()
    for address in addresses:
        links |= set(re.findall(r'(?:href|action)="([^"?#]*)', page.get(address).content.decode()))
    ending = re.compile(
        r"/(budget|confirm|enqueue|retry[a-z-]*|repeat|variation|space|search|start|resume)/$"
    )
    assert not [link for link in links if ending.search(link) and f"/studies/{study.pk}/" in link]


def test_nothing_trains_it(study, user):
    by = actor(user)
    for act in (
        lambda: change_budget(study_id=study.pk, by="ada", max_trials=20),
        lambda: enqueue_trial(study_id=study.pk, params=study.trials.get(number=0).params, by="ada"),
        lambda: change_space(study_id=study.pk, space=study.space, by="ada"),
        lambda: confirm_best(study, n_best=1, n_seeds=1, by=by),
        lambda: repeat_trial(study.trials.get(number=0), by=by),
    ):
        with pytest.raises(Refused, match="imported without a model"):
            act()
    assert retry_failed_trials(study_id=study.pk, by="ada") == 0
    assert claim_trial_of(study_id=study.pk, worker="w") is None
    assert Study.objects.get(pk=study.pk).state == StudyState.FINISHED


def test_deleting_it_undoes_the_import(study, user, page):
    delete_study(study, by=actor(user))
    assert page.get(study.get_absolute_url()).status_code == 404


def test_a_new_study_goes_on_with_its_space_and_best_trials(study, page):
    answer = page.get(reverse("study-new"), {"from": study.pk, "first": "3"})
    start = answer.context["start"]

    assert (start.trainer, start.fields["objective"]) == ("mlp", "val_loss")
    searched = start.settings["learning_rate"].distribution
    assert (searched["low"], searched["high"], searched["log"]) == (1e-5, 0.1, True)
    assert start.settings["units_1"].distribution["step"] == 16
    assert (start.earlier, start.first) == (study, {"best": "3"})
    assert "Continues sweep" in start.notice


def test_others_do_not_see_it(study, client):
    client.force_login(make_user("grace"))
    assert client.get(study.get_absolute_url()).status_code == 404


def test_an_operator_without_an_account_imports_nothing(bring, sweep_file, monkeypatch):
    from dashboard.importing import actions
    from tests.builders import OPERATOR

    with pytest.raises(PermissionDenied):
        actions.read_import(source=sweep_file, name="x.db", by=OPERATOR)
    assert not Study.objects.exists()
    assert not Trial.objects.exists()
    assert not StudyEvent.objects.exists()
