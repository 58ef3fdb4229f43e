"""Every address that the permission matrix knows, as an administrator finds it on a site that is used."""

import pytest
from django.urls import reverse

from tests.browser.every_page.content import make_content
from tests.browser.looks import find_problems
from tests.browser.steps import ALL_DRAWN
from tests.dashboard.access.matrix import MATRIX

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]


@pytest.fixture
def admin(ada):
    ada.is_staff = ada.is_superuser = True
    ada.email = "ada@example.org"
    ada.save()
    return ada


def test_every_page_is_accessible_and_quiet(admin, site, person, listener):
    listener.allow("status of 401", "status of 404")
    places = make_content(admin)
    problems, visited = [], {}
    for name, row in MATRIX.items():
        address = site + reverse(name, args=[places.get(arg, arg) for arg in row.args])
        answer = person.context.request.get(address, max_redirects=0)
        # What leads elsewhere leads to a page that is visited by its own name; of error pages one is enough.
        kind = name if answer.status < 300 else answer.status
        if is_page(answer) and kind not in visited:
            visited[kind] = name
            show(person, address, answer)
            problems += [f"{name}: {problem}" for problem in find_problems(person)]
    print(len(visited), visited)
    assert problems == []
    assert len(visited) > len(MATRIX) / 2


def is_page(answer):
    return answer.status // 100 != 3 and "<html" in answer.text()[:500]


def show(page, address, answer):
    if "attachment" in answer.headers.get("content-disposition", ""):
        page.goto("about:blank")
        page.set_content(answer.text())
        return
    page.goto(address)
    page.wait_for_function(ALL_DRAWN)
