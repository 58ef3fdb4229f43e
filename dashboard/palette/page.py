"""What the palette offers for a text, and the shortcuts of the keyboard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.access.rules import may
from dashboard.models import Role, Study, StudyState
from dashboard.palette.queries import studies_like, trials_numbered

MAX_OPTIONS = 20
PLACES = (
    ("Studies", "study-list"),
    ("New study", "study-new"),
    ("Import a study", "study-import"),
    ("Datasets", "dataset-list"),
    ("Upload a dataset", "dataset-upload"),
    ("Teams", "team-list"),
    ("Workers", "worker-list"),
    ("Notifications", "notification-list"),
    ("Notification settings", "notification-settings"),
    ("Deleted studies", "study-deleted"),
    ("Account", "account_email"),
    ("Keyboard shortcuts", "shortcuts"),
)
STAFF_PLACES = (
    ("Review", "review-overview"),
    ("Search all trials", "review-search"),
    ("People", "people-list"),
    ("Audit log", "audit-list"),
)
VIEWS = (
    ("Overview", "study-detail"),
    ("Explore", "study-explore"),
    ("Trials", "study-trials"),
    ("Settings", "study-settings"),
    ("Discussion", "study-discussion"),
)
SHORTCUTS = (
    ("Anywhere", (
        (("Ctrl", "K"), "Find a study, a trial, a page, or an action; with ⌘ instead of Ctrl on a Mac"),
        (("?",), "Show these shortcuts, while no field has the focus"),
        (("Esc",), "Close a menu or a dialog"),
    )),
    ("On a study", (
        (("Esc",), "Clear the filter"),
    )),
    ("In a list with checkboxes", (
        (("Space",), "Select the row"),
        (("Shift", "Click"), "Select all rows from the last one to this one"),
        (("Enter",), "Move to the buttons for the selected rows"),
        (("Esc",), "Clear the selection"),
    )),
    ("In the palette", (
        (("↑", "↓"), "Choose"),
        (("Enter",), "Open or do what is chosen"),
        (("Esc",), "Close"),
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    group: str
    label: str
    url: str
    # A word beside it, such as the state of a study.
    hint: str = ""
    # Whether it does something instead of opening a page.
    is_post: bool = False


@dataclass(frozen=True)
class Group:
    name: str
    # Each with its number among all.
    options: list[tuple[int, Option]]


def grouped(user: User, study: Study | None, text: str) -> list[Group]:
    """What fits the text, of the study that somebody is in first."""
    found = list(enumerate(_found(user, study, text)[:MAX_OPTIONS]))
    return [Group(name, list(options)) for name, options in groupby(found, lambda each: each[1].group)]


def _found(user: User, study: Study | None, text: str) -> list[Option]:
    options = list(_trials(study, text)) if study else []
    if study:
        options += _fitting(_of_study(user, study), text)
    options += [
        Option("Studies", each.name, each.get_absolute_url(), str(each.state))
        for each in studies_like(user, text)
    ]
    places = PLACES + (STAFF_PLACES if user.is_staff else ())
    return options + _fitting((Option("Go to", label, reverse(name)) for label, name in places), text)


def _fitting(options: Iterable[Option], text: str) -> list[Option]:
    words = text.lower().split()
    return [option for option in options if all(word in option.label.lower() for word in words)]


def _trials(study: Study, text: str) -> Iterator[Option]:
    trials = trials_numbered(study, text)
    for trial in trials:
        yield Option("Trials", f"Trial #{trial.number}", trial.get_absolute_url(), str(trial.state))
    if len(trials) > 1:
        numbers = [trial.number for trial in trials]
        url = f"{reverse('trials-compare', args=[study.pk])}?{urlencode([('trial', n) for n in numbers])}"
        yield Option("Trials", "Compare " + ", ".join(f"#{n}" for n in numbers), url)


def _of_study(user: User, study: Study) -> Iterator[Option]:
    name = "This study"
    for label, view in VIEWS:
        yield Option(name, label, reverse(view, args=[study.pk]))
    yield Option(name, "Compare with another study", f"{reverse('studies-compare')}?study={study.pk}")
    yield Option(name, "Copy as new study", f"{reverse('study-new')}?from={study.pk}")
    yield Option(name, "Download report", reverse("study-report", args=[study.pk]))
    if not may(user, study, Role.EDITOR):
        return
    posts = {
        StudyState.DRAFT: ("Start study", "study-start"),
        StudyState.RUNNING: ("Pause", "study-pause"),
        StudyState.PAUSED: ("Resume", "study-resume"),
    }
    if study.state in posts:
        label, url_name = posts[StudyState(study.state)]
        yield Option(name, label, reverse(url_name, args=[study.pk]), is_post=True)
    if study.state == StudyState.DRAFT:
        yield Option(name, "Edit", reverse("study-edit", args=[study.pk]))
    elif study.confirms_id is None:
        yield Option(name, "Change budget", reverse("study-budget", args=[study.pk]))
