"""Who may do what: every address of the site, for every kind of person. `make permission-matrix` prints it.

An address that is not listed fails the tests, and so does one that answers otherwise than it says here.
"""

import os
from dataclasses import dataclass

PEOPLE = ("anonymous", "stranger", "viewer", "editor", "owner", "staff")

SIGN_IN = "sign in"  # sent to the page where one signs in
OK = "ok"  # 200, 204, or a redirect within the site
UNSEEN = "404"
FORBIDDEN = "403"
NO_SUCH_METHOD = "405"


@dataclass(frozen=True)
class Row:
    """Answers for GET and POST, a word per person in the order of PEOPLE; one word stands for all."""

    args: tuple[object, ...]
    get: str
    post: str

    def cell(self, method: str, person: str) -> str:
        words = (self.get if method == "GET" else self.post).split(", ")
        return words[0] if len(words) == 1 else words[PEOPLE.index(person)]


SEES = "sign in, 404, ok, ok, ok, ok"
CHANGES = "sign in, 404, 403, ok, ok, 403"  # staff look at everything, and change what is theirs
OWNS = "sign in, 404, 403, 403, ok, 403"
SIGNED_IN = "sign in, ok, ok, ok, ok, ok"
RESTORES = "sign in, 404, 404, 404, ok, 404"
READ_ONLY = "sign in, 405, 405, 405, 405, 405"
TEAM_SEES = "sign in, 404, ok, ok, ok, 404"
TEAM_OWNS = "sign in, 404, 403, 403, ok, 404"
FOR_ALL = "ok"
STAFF_SEES = "sign in, 404, 404, 404, 404, ok"

STUDY, TRIAL = ("study",), ("study", "trial")


def study_page() -> Row:
    return Row(STUDY, SEES, READ_ONLY)


def study_change() -> Row:
    return Row(STUDY, SEES, CHANGES)


MATRIX: dict[str, Row] = {
    "sign-in": Row((), FOR_ALL, FOR_ALL),
    "logout": Row((), READ_ONLY, SIGNED_IN),
    "password_change": Row((), SIGNED_IN, SIGNED_IN),
    "password_change_done": Row((), SIGNED_IN, READ_ONLY),
    "study-list": Row((), SIGNED_IN, READ_ONLY),
    "study-new": Row((), SIGNED_IN, SIGNED_IN),
    "knob-prior": Row(("mlp", "learning_rate"), SIGNED_IN, READ_ONLY),
    "sampler-note": Row(("mlp",), READ_ONLY, SIGNED_IN),
    "study-detail": study_page(),
    "study-live": study_page(),
    "study-importance": study_page(),
    "study-start": study_change(),
    "study-pause": study_change(),
    "study-resume": study_change(),
    "study-drain": study_change(),
    "study-stop": study_change(),
    "study-retry-lost": study_change(),
    "study-budget": Row(STUDY, CHANGES, CHANGES),
    "study-archive": study_change(),
    "study-delete": Row(STUDY, OWNS, OWNS),
    "study-deleted": Row((), SIGNED_IN, READ_ONLY),
    "study-restore": Row(("gone",), RESTORES, RESTORES),
    "study-access": Row(STUDY, OWNS, OWNS),
    "link-make": Row(STUDY, OWNS, OWNS),
    "link-revoke": Row((*STUDY, 1), OWNS, OWNS),
    "shared-study": Row(("open",), FOR_ALL, FOR_ALL),
    "shared-seen": Row(("open",), NO_SUCH_METHOD, FOR_ALL),
    "trial-detail": Row(TRIAL, SEES, READ_ONLY),
    "trial-live": Row(TRIAL, SEES, READ_ONLY),
    "trial-model": Row(TRIAL, SEES, READ_ONLY),
    "trial-log": Row((*TRIAL, 1), SEES, READ_ONLY),
    "trial-retry": Row(TRIAL, SEES, CHANGES),
    "team-list": Row((), SIGNED_IN, SIGNED_IN),
    "team-detail": Row(("team",), TEAM_SEES, READ_ONLY),
    "team-leave": Row(("team",), TEAM_SEES, "sign in, 404, ok, ok, ok, 404"),
    "team-invite": Row(("team",), TEAM_SEES, TEAM_OWNS),
    "invitation-revoke": Row(("team", 1), TEAM_SEES, TEAM_OWNS),
    "member-role": Row(("team", "member"), TEAM_SEES, TEAM_OWNS),
    "member-remove": Row(("team", "member"), TEAM_SEES, TEAM_OWNS),
    "invitation": Row(("secret",), FOR_ALL, FOR_ALL),
    "dataset-list": Row((), SIGNED_IN, READ_ONLY),
    "dataset-picture": Row(("digits",), SIGNED_IN, READ_ONLY),
    "worker-list": Row((), SIGNED_IN, READ_ONLY),
    "worker-live": Row((), SIGNED_IN, READ_ONLY),
    "audit-list": Row((), STAFF_SEES, READ_ONLY),
    "audit-export": Row((), STAFF_SEES, READ_ONLY),
    "healthz": Row((), FOR_ALL, NO_SUCH_METHOD),
    "readyz": Row((), "503", NO_SUCH_METHOD),  # there is no broker in tests
    "metrics": Row((), "404, 404, 404, 404, 404, ok", NO_SUCH_METHOD),
}


def print_matrix() -> int:
    """How many addresses are not listed."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from django.urls import URLPattern, get_resolver

    names = [p.name for p in get_resolver().url_patterns if isinstance(p, URLPattern) and p.name]
    print(f"{'':24}" + "".join(f"{person:>11}" for person in PEOPLE))
    n_cells = 0
    for name in names:
        for method in ("GET", "POST") if name in MATRIX else ():
            cells = [MATRIX[name].cell(method, person) for person in PEOPLE]
            n_cells += len(cells)
            print(f"{name:19} {method:4}" + "".join(f"{cell:>11}" for cell in cells))
    unlisted = [name for name in names if name not in MATRIX]
    print(f"cells={n_cells} unlisted={len(unlisted)} {' '.join(unlisted)}".strip())
    return len(unlisted)


if __name__ == "__main__":
    raise SystemExit(1 if print_matrix() else 0)
