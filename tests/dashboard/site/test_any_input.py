"""Whatever is sent to a form is answered by a page or a word, and never by a 5xx.

`make fuzz` sends more than 10,000 inputs and prints how many there were.
"""

import os
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.access.secret_links import digest_of
from dashboard.catalog import known_datasets
from dashboard.models import Comment, Role, ShareLink
from dashboard.new_study.page import start_from_defaults
from dashboard.new_study.study_forms import StudyForms
from dashboard.people.actions import create_team, invite
from tests.builders import PASSWORD, actor, add_trials, make_dataset, make_user, running_study
from tests.dashboard.access.matrix import MATRIX
from trainers.registry import trainer_info

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Per form; there are sixty.
N_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
ROUTES = [name for name, row in MATRIX.items() if row.post not in {"405", "sign in, 405, 405, 405, 405, 405"}]
# Whatever they do, they do not read a form, or they end the session that the next input needs.
LEFT_OUT = {"account_logout", "home", "study-delete", "team-leave", "usersessions_list", "account_login"}
# Names that any of the forms knows.
NAMES = [
    *("name", "role", "place", "good_for", "password", "trial", "note", "tags", "version", "text", "watch"),
    *("page", "mail", "hook", "hook_url", "last", "username", "password1", "password2", "email", "login"),
    *("code", "credential", "oldpassword", "max_trials", "max_minutes", "max_trial_minutes", "max_epochs"),
    *("target_value", "max_stale_trials", "min_improvement", "max_failures", "n_parallel", "lost_retries"),
    *("action_add", "action_remove", "action_primary", "next", "action", "state", "trainer", "sampler"),
    *("label", "file", "task", "target", "role_0", "role_1", "role_2", "season", "side", "has_header"),
]
NUMBERS = [
    "0",
    "-1",
    "1",
    "3",
    "1e9",
    "1e309",
    "nan",
    "inf",
    "9" * 400,
    "0x10",
    "1_0",
    "²",
    "٣",
    "1.5",
    " 7 ",
]
WORDS = ["", "viewer", "owner", "private", "everyone", "team-1", "team-9", "7", "finished", "on", PASSWORD]
HOSTILE = [
    "\x00",
    "a\x00b",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\u202egnp",
    "x" * 5_000,
    "\r\nBcc: x",
]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
VALUE = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(WORDS), st.sampled_from(HOSTILE), TEXT)
POSTED = st.dictionaries(
    st.one_of(st.sampled_from(NAMES), TEXT), st.lists(VALUE, min_size=1, max_size=3), max_size=12
)
seen: Counter[str] = Counter()


@pytest.fixture
def places():
    """What the routes name, all of it Ada's."""
    ada = make_user("ada")
    ada.is_staff = True
    ada.save()
    team = create_team(name="Vision", by=actor(ada))
    study = running_study(owner=ada, team=team, max_trials=1_000)
    add_trials(study, 2, n_reports=1)
    comment = Comment.objects.create(study=study, author=ada, text="a word")
    ShareLink.objects.create(study=study, digest=digest_of("open"), created_by=ada, password="x")
    secret = invite(team, role=Role.VIEWER, by=actor(ada))
    member = make_user("grace")
    make_dataset(owner=ada)
    numbers: dict[str, object] = {"dataset": "plants-0a1b2c3d"}
    numbers |= {"study": study.pk, "trial": 0, "gone": study.pk, "team": team.pk, "comment": comment.pk}
    return numbers | {"member": member.pk, "secret": secret}


@pytest.fixture
def client():
    client = Client(raise_request_exception=False)
    client.force_login(make_user("ada"))
    return client


def ask(client, url, data):
    answer = client.post(url, data)
    seen[url] += 1
    assert answer.status_code < 500, f"{answer.status_code} for {data!r}"


many = settings(
    max_examples=N_EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.mark.parametrize("name", sorted(set(ROUTES) - LEFT_OUT))
def test_any_input_is_answered(name, client, places):
    url = reverse(name, args=[places.get(arg, arg) for arg in MATRIX[name].args])

    @many
    @given(POSTED)
    def post(data):
        ask(client, url, data)

    post()


@pytest.mark.parametrize("name", ["review-search", "study-list", "audit-list", "study-detail", "knob-prior"])
def test_any_question_is_answered(name, client, places):
    url = reverse(name, args=[places.get(arg, arg) for arg in MATRIX[name].args])
    names = st.sampled_from(
        [
            *NAMES,
            "q",
            "page",
            "sort",
            "best_from",
            "best_to",
            "param",
            "param_from",
            "param_is",
            "since",
            "person",
        ]
    )

    @many
    @given(st.dictionaries(names, VALUE, max_size=8))
    def get(data):
        answer = client.get(url, data)
        seen[url] += 1
        assert answer.status_code < 500, f"{answer.status_code} for {data!r}"

    get()


def test_any_change_of_the_study_form_is_answered(client, places):
    """One or more fields of the form as it opens, changed; the others as they are."""
    start = start_from_defaults(known_datasets())
    forms = StudyForms(trainer_info(start.trainer), start, datasets=known_datasets(), is_folded=False)
    shown = {field.name: field.value() for field in forms.study}
    good = {name: value for name, value in shown.items() if value is not None} | {"action": "draft"}
    for knob in forms.knobs:
        good |= {knob.add_prefix(name): value for name, value in knob.initial.items()}

    @settings(many, max_examples=max(1, N_EXAMPLES // 3))
    @given(st.dictionaries(st.sampled_from(sorted(good)), VALUE, min_size=1, max_size=5))
    def change(data):
        ask(client, reverse("study-new"), good | data)

    change()


def test_enough_was_tried():
    """The last one of this file says how much."""
    print(f"inputs={sum(seen.values())} forms={len(seen)} answers_5xx=0")  # noqa: T201 (for make fuzz)
    assert not seen or sum(seen.values()) >= N_EXAMPLES * len(seen) // 2
