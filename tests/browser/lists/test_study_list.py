"""Ticking studies of a list that updates itself, with a mouse and with keys."""

import pytest
from playwright.sync_api import expect

from dashboard.models import Study, Tag
from tests.browser import keys, steps
from tests.browser.looks import check_looks
from tests.builders import add_trials, complete, make_study, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
HIDE = """(isHidden) => {
  Object.defineProperty(document, "hidden", {get: () => isHidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def studies(ada):
    ended = [make_study("finished", owner=ada, name=f"ended {n}") for n in range(3)]
    live = running_study(owner=ada, name="live", max_trials=20)
    add_trials(live, 3, value=lambda n: 0.5 + n / 10, finished_at=live.started_at)
    return [*ended, live]


@pytest.fixture
def list_page(studies, site, person):
    person.goto(f"{site}/studies/")
    steps.mark(person)
    return person


def tick(page, name):
    return page.get_by_role("checkbox", name=f"Select {name}", exact=True)


def bar(page):
    return page.get_by_role("region", name="Selected studies")


def show_news(page, live, value):
    complete(live, value)
    expect(page.locator(f"#study-{live.pk} .best-cell strong")).to_have_text(f"{value:.4f}")
    steps.expect_same_page(page)


def test_ticks_stay_when_a_row_changes(list_page, studies):
    tick(list_page, "ended 1").check()
    tick(list_page, "live").check()
    tick(list_page, "live").focus()

    show_news(list_page, studies[-1], 0.25)

    expect(tick(list_page, "live")).to_be_checked()
    expect(tick(list_page, "live")).to_be_focused()
    expect(bar(list_page).get_by_role("button", name="Archive 2")).to_be_visible()


def test_ticks_stay_when_a_study_comes(list_page, studies, ada):
    tick(list_page, "ended 0").check()

    make_study(owner=ada, name="new")

    expect(tick(list_page, "new")).to_be_visible()
    steps.expect_same_page(list_page)
    expect(tick(list_page, "ended 0")).to_be_checked()
    expect(tick(list_page, "new")).not_to_be_checked()
    expect(bar(list_page)).to_contain_text("1 selected")


def test_ticked_studies_are_archived_with_keys_alone(list_page, studies):
    expect(bar(list_page)).to_be_hidden()
    keys.tab_to(list_page, tick(list_page, "ended 2"))
    list_page.keyboard.press("Space")
    keys.tab_to(list_page, tick(list_page, "ended 0"))
    list_page.keyboard.press("Space")
    list_page.keyboard.press("Enter")
    expect(bar(list_page).get_by_role("button", name="Compare")).to_be_focused()
    keys.tab_to(list_page, bar(list_page).get_by_role("button", name="Archive 2"))
    list_page.keyboard.press("Enter")

    expect(list_page.locator("#messages")).to_contain_text("Archived 2 studies")
    assert set(Study.objects.filter(is_archived=True)) == {studies[0], studies[2]}
    assert "csrf" not in list_page.url


def test_escape_clears_and_the_head_ticks_all(list_page):
    list_page.get_by_role("checkbox", name="Select all on this page").check()
    expect(bar(list_page)).to_contain_text("4 selected")
    list_page.keyboard.press("Escape")
    expect(bar(list_page)).to_be_hidden()


def test_shift_ticks_a_range(list_page):
    tick(list_page, "live").click()
    tick(list_page, "ended 1").click(modifiers=["Shift"])
    expect(bar(list_page)).to_contain_text("3 selected")


def test_delete_asks_and_tag_narrows_the_list(list_page, studies):
    tick(list_page, "ended 0").check()
    tick(list_page, "ended 1").check()
    bar(list_page).get_by_role("button", name="Tag 2…").click()
    list_page.get_by_label("Add tags").fill("paper")
    check_looks(list_page)
    list_page.get_by_role("button", name="Save tags").click()
    list_page.locator(f"#study-{studies[0].pk}").get_by_role("link", name="paper").click()
    expect(list_page.locator("tbody tr")).to_have_count(2)
    assert list_page.url.endswith("?tag=paper")
    list_page.get_by_role("checkbox", name="Select all on this page").check()
    bar(list_page).get_by_role("button", name="Delete 2…").click()
    assert "csrf" not in list_page.url
    check_looks(list_page)
    list_page.get_by_role("button", name="Delete 2").click()
    expect(list_page.locator("#messages")).to_contain_text("Deleted 2 studies")
    expect(list_page.get_by_text("No matching studies")).to_be_visible()


def test_hidden_tab_does_not_ask_and_asks_at_once_when_it_is_shown(list_page, studies):
    asked = []
    list_page.on("request", lambda request: asked.append(request.url))
    list_page.evaluate(HIDE, True)
    list_page.wait_for_timeout(7_000)
    assert asked == []

    complete(studies[-1], 0.125)
    list_page.evaluate(HIDE, False)

    expect(list_page.locator(".best-cell strong").first).to_have_text("0.1250", timeout=2_500)


def test_list_with_ticks_and_tags_looks_well(list_page, studies):
    for study in studies:
        Tag.objects.bulk_create(
            Tag(study=study, name=name) for name in ("baseline", "a long tag of thirty letters")
        )
    list_page.goto(f"{list_page.url}?sort=-best&tag=baseline")
    tick(list_page, "ended 0").check()
    check_looks(list_page)
