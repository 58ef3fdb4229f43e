"""Every address that the permission matrix knows, as an administrator finds it on a site that is used."""

import time
from importlib import import_module

import pytest
from django.conf import settings
from django.urls import reverse

from tests.browser.every_page.content import N_COMPLETE, make_content
from tests.browser.looks import ABOUT_COLORS, find_problems
from tests.browser.steps import ALL_DRAWN
from tests.dashboard.access.matrix import MATRIX

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
# What shows most of these pages; the others are those of the study that runs.
BEST_SHOWN_BY = {
    "study-edit": ("draft",),
    "study-confirm": ("finished",),
    "dataset-describe": ("waiting",),
}
# The same page where it looks different.
AGAIN = [
    *[("trial-detail", ("study", number)) for number in range(N_COMPLETE, N_COMPLETE + 13)],
    *[("study-detail", (name,)) for name in ("draft", "finished", "failed", "runs")],
    ("dataset-detail", ("waiting",)),
    ("shared-study", ("trial link",)),
]
# Of pages that nobody sees who has signed in.
SIGNED_OUT = ("account_login", "account_signup", "shared-study", "invitation")


@pytest.fixture
def admin(ada):
    ada.is_staff = ada.is_superuser = True
    ada.email = "ada@example.org"
    ada.save()
    return ada


@pytest.fixture
def look(site, person, listener):
    """Open a page, unless it is a file or has been seen, and return what is wrong with it."""
    listener.allow("status of 401", "status of 404")
    visited = set()

    def look(name, address):
        answer = person.context.request.get(address, max_redirects=0)
        # What leads elsewhere leads to a page with a name of its own; of pages about errors one is enough.
        kind = address if answer.status < 300 else answer.status
        if answer.status // 100 == 3 or "<html" not in answer.text()[:500] or kind in visited:
            return []
        visited.add(kind)
        show(person, address, answer)
        return [f"{name}: {problem}" for problem in find_problems(person, ABOUT_COLORS)]

    look.visited = visited
    return look


def show(page, address, answer):
    if "attachment" in answer.headers.get("content-disposition", ""):
        page.goto("about:blank")
        page.set_content(answer.text())
        return
    page.goto(address)
    page.wait_for_function(ALL_DRAWN)


def prove_again(page, admin):
    """As if the password had just been typed, which some pages of the account ask for."""
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "sessionid"]
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(admin.pk)
    session.save()


def test_every_page_is_accessible_and_quiet(admin, site, person, look):
    places = make_content(admin)
    prove_again(person, admin)
    pages = [
        (name, BEST_SHOWN_BY.get(name, row.args)) for name, row in MATRIX.items() if name != "account_logout"
    ]
    problems = []
    for name, args in [*pages, *AGAIN]:
        problems += look(name, site + reverse(name, args=[places.get(arg, arg) for arg in args]))
    n_pages = len(look.visited)
    person.context.clear_cookies()
    look.visited.clear()
    for name in SIGNED_OUT:
        args = [places.get(arg, arg) for arg in MATRIX[name].args]
        problems += look(f"{name}, signed out", site + reverse(name, args=args))
    assert problems == []
    assert n_pages >= 70
