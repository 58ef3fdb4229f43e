"""What holds for every address of the site: who may come in, which methods, which headers, which markup."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.access.secret_links import digest_of
from dashboard.engine.registration import register_worker
from dashboard.models import Artifact, Comment, Invitation, Membership, Role, ShareLink, Study, Team, Worker
from dashboard.studies.actions import delete_study
from tests.builders import (
    OPERATOR,
    add_trials,
    everything,
    make_dataset,
    make_study,
    make_user,
    running_study,
)
from tests.dashboard.access.matrix import MATRIX, names
from tests.dashboard.posted import keep_few_knobs

# The rows that `world` makes.
PLACES: dict[object, object] = {"study": 1, "trial": 0, "gone": 2, "comment": 1, "team": 1, "member": 1}
PLACES["dataset"] = "plants-0a1b2c3d"
ARGS = {name: [PLACES.get(arg, arg) for arg in row.args] for name, row in MATRIX.items()}
CHANGES = {"study-start", "study-pause", "study-resume", "study-drain", "study-stop"}
CHANGES |= {
    "study-retry-lost",
    "study-retry-failed",
    "study-suggestion-dismiss",
    "study-suggestion-restore",
    "study-branch",
    "study-early-stopping",
    "trial-retry",
    "study-archive",
    "study-comment",
    "trial-comment",
}
CHANGES |= {"study-comment-remove", "study-watch", "study-winner", "study-template", "trial-repeat"}
TEAM_CHANGES = {"team-leave", "team-invite", "invitation-revoke", "member-role", "member-remove"}
LINK_CHANGES = {"link-make", "link-revoke"}  # test_sharing.py has what holds for them
TOKEN_CHANGES = {"api-token-revoke", "api-token-extend"}
ASKING = {"sampler-note", "study-cost", "study-samples", "knobs-below", "knob-layers", "shared-seen"}
POST_ONLY = CHANGES | TEAM_CHANGES | LINK_CHANGES | TOKEN_CHANGES | ASKING
PROBES = {"healthz", "readyz", "metrics"}  # test_monitoring.py has what holds for them
STAFF_ONLY = {
    "people-list",
    "person-edit",
    "team-quota",
    "audit-list",
    "audit-export",
    "review-overview",
    "review-search",
    "study-review",
}
# test_audit.py and test_review.py have what holds for them
NEEDS_NO_SIGN_IN = {"invitation", "shared-study", "shared-seen"} | PROBES
OPEN_METHODS = {
    "api-tokens",
    "external-study-new",
    "notification-read",
    "notification-settings",
    "study-new",
    "study-import",
    "study-note",
    "study-confirm",
    "trial-try",
    "study-budget",
    "study-edit",
    "study-access",
    "team-list",
    "dataset-upload",
    "dataset-describe",
    "dataset-reread",
    "dataset-access",
    "dataset-delete",
}
OPEN_METHODS |= {
    "study-review",
    "person-edit",
    "team-quota",
    "invitation",
    "shared-study",
    "study-delete",
    "study-restore",
    "study-export-csv",
    "study-export-parquet",
    "study-export-trials-json",
    "study-columns",
    "trials-retry",
    "trial-variation",
    "study-enqueue",
    "study-space",
    "study-search",
    "trial-judge",
    "trial-judge-undo",
    "trial-remove",
    "studies-archive",
    "studies-tag",
    "studies-delete",
}
# Parzen's own pages; what holds for those of libraries stands in the matrix and in test_accounts.py.
LIBRARIES = ("account_", "mfa_", "socialaccount_", "openid_", "usersessions_")
NAMES = [name for name in names() if not name.startswith(LIBRARIES) and name not in {"home", "api-not-found"}]
EXPORTS = {
    *("study-export-csv", "study-export-parquet", "study-export-trials-json", "study-export-json"),
    "study-export-optuna",
    *("study-export-python", "study-export-chart", "trial-export-chart"),
}
FILES = {
    "dataset-picture",
    "trial-model",
    "trial-package",
    "study-report",
    "studies-compare-chart",
    "study-import-script",
} | EXPORTS
PAGES = [name for name in NAMES if name not in POST_ONLY | PROBES | FILES]
# Nothing is there unless the settings allow custom models; test_custom_models.py has what holds then.
for hidden in ("custom-study-new", "model-file-check"):
    NAMES.remove(hidden)
    PAGES.remove(hidden)
# A file that nobody has brought is not there; test_import_views.py has what holds for one.
for unbrought in ("study-import-check", "study-import-report"):
    NAMES.remove(unbrought)
    PAGES.remove(unbrought)
STUDY_ROUTES = [name for name in NAMES if name.startswith(("study-", "trial-")) and ARGS[name]]


@pytest.fixture(autouse=True)
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


@pytest.fixture(scope="module")
def world(kept_rows):
    """All rows beside people's and workers'."""
    with kept_rows():
        make_world()
        return everything()


@pytest.fixture
def study(world, db):
    """Study 1 with a trial of every state."""
    return Study.objects.get(pk=1)


def make_world():
    study = running_study(pk=1, owner=make_user(pk=1))
    for state in ("complete", "failed", "running", "waiting", "cancelled"):
        add_trials(study, state=state, n_reports=2)
    name = storages["artifacts"].save("network.keras", ContentFile(b"network"))
    Artifact.objects.create(
        trial=study.trials.get(number=0), name=name, size=7, reading={"kind": "images", "shape": [8, 8]}
    )
    delete_study(make_study(pk=2, name="gone", owner=study.owner), by=OPERATOR)
    Comment.objects.create(pk=1, study=study, author=study.owner, text="a word")
    ShareLink.objects.create(pk=1, study=study, digest=digest_of("open"), created_by=study.owner)
    register_worker(name="node-a:1", n_slots=4)
    make_dataset(owner=study.owner)
    team = Team.objects.create(pk=1, name="Vision")
    Membership.objects.create(team=team, user=study.owner, role=Role.OWNER)
    Invitation.objects.create(
        pk=1,
        team=team,
        digest=digest_of("secret"),
        created_by=study.owner,
        expires_at=timezone.now() + timedelta(days=1),
    )


def url_of(name: str) -> str:
    return reverse(name, args=ARGS[name])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NEEDS_NO_SIGN_IN])
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_person_is_sent_to_the_sign_in(study, world, name, method):
    response = getattr(Client(), method)(url_of(name))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert everything() == world


def test_root_leads_to_the_studies(page):
    assert page.get("/").url == reverse("study-list")
    assert Client().get("/").url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", STUDY_ROUTES)
@pytest.mark.parametrize("study_id", [999, 10**30])
def test_unknown_study_does_not_exist(page, name, study_id):
    method = page.post if name in POST_ONLY else page.get

    assert method(reverse(name, args=[study_id, *ARGS[name][1:]])).status_code == 404


@pytest.mark.parametrize(
    "name", ["trial-detail", "trial-live", "trial-log", "trial-retry", "trial-variation"]
)
@pytest.mark.parametrize("number", [99, 10**30])
def test_unknown_trial_does_not_exist(page, study, name, number):
    assert page.get(reverse(name, args=[1, number, *ARGS[name][2:]])).status_code == 404


def test_unknown_attempt_does_not_exist(page, study):
    assert page.get(reverse("trial-log", args=[1, 0, 7])).status_code == 404


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_address_that_changes_something_refuses_to_be_read(page, study, world, name):
    response = page.get(url_of(name))

    if name in ASKING:
        assert response.status_code == 405
    elif name in TOKEN_CHANGES:
        assert response.url == reverse("api-tokens")
    else:  # somebody who signed in again on the way is shown the study or the trial
        noun = "team" if name in TEAM_CHANGES else name.split("-")[0]
        n_args = 2 if noun == "trial" else 1
        shown = "study-access" if name in LINK_CHANGES else f"{noun}-detail"
        if name.startswith("study-comment"):
            shown = "study-discussion"
        assert response.url.partition("#")[0] == reverse(shown, args=ARGS[name][:n_args])
    assert everything() == world


@pytest.mark.parametrize("name", [n for n in NAMES if n not in POST_ONLY | OPEN_METHODS])
def test_address_that_only_shows_refuses_to_be_posted_to(page, study, name):
    assert page.post(url_of(name)).status_code == 405


@pytest.mark.parametrize("name", [n for n in NAMES if n not in POST_ONLY | PROBES | STAFF_ONLY])
def test_looking_changes_no_row(page, study, world, name):
    people, workers = list(User.objects.values()), list(Worker.objects.values())

    assert page.get(url_of(name)).status_code in {200, 302}

    assert everything() == world
    assert (list(User.objects.values()), list(Worker.objects.values())) == (people, workers)


@pytest.mark.parametrize("name", sorted(POST_ONLY | OPEN_METHODS))
def test_posting_without_a_token_is_refused(study, world, user, name):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    response = strict.post(url_of(name))

    assert response.status_code == 403
    assert "This page has expired" in response.content.decode()
    assert everything() == world


@pytest.mark.parametrize("path", [*(url_of(name) for name in NAMES if name not in POST_ONLY), "/nowhere/"])
def test_every_answer_forbids_what_the_pages_do_not_need(page, study, path):
    response = page.get(path)

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


class Inline(HTMLParser):
    """Collects what a Content-Security-Policy without unsafe-inline would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        self.found += [f"<{tag} {k}={v}>" for k, v in attrs if (v or "").strip().startswith("javascript:")]
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("<script> without src")


def inline_parts(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color: red">',
        "<button onclick=go()>",
        "<script>go()</script>",
        "<style>p {}</style>",
        '<a href="javascript:go()">',
    ],
)
def test_checker_sees_inline_parts(html):
    assert inline_parts(html)


@pytest.mark.parametrize("path", [*(url_of(name) for name in PAGES), "/nowhere/"])
def test_page_has_no_inline_script_style_or_handler(page, study, path):
    assert inline_parts(page.get(path).content.decode()) == []


def test_sign_in_page_has_no_inline_script_style_or_handler(db):
    assert inline_parts(Client().get(reverse("account_login")).content.decode()) == []


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.mark.parametrize(
    "name", ["study-list", "study-detail", "study-live", "trial-detail", "trial-live", "worker-list"]
)
def test_hostile_words_are_shown_and_never_run(page, db, name):
    study = running_study(pk=3, name=HOSTILE)
    trial = add_trials(study, state="failed", failure_message=HOSTILE, explanation={"text": HOSTILE})[0]
    trial.attempts.update(traceback=HOSTILE, log=HOSTILE, reason=HOSTILE, worker=HOSTILE)
    running = add_trials(study, state="running")[0]
    running.attempts.update(worker=HOSTILE)
    register_worker(name=HOSTILE, n_slots=1)

    args = [study.pk, *ARGS[name][1:]] if ARGS[name] else []
    html = page.get(reverse(name, args=args)).content.decode()

    assert inline_parts(html) == []
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html


def test_copy_of_a_hostile_study_is_escaped_in_its_form(page, db):
    make_study(pk=3, name=HOSTILE)

    html = page.get(reverse("study-new"), {"from": "3"}).content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_unknown_address_says_so_in_a_sentence(page):
    response = page.get("/nowhere/")

    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_ids_are_unique(page, study, name):
    ids = re.findall(r'\sid="([^"]+)"', page.get(url_of(name)).content.decode())

    assert sorted(ids) == sorted(set(ids))
