"""Who may do what: every address of the site, for every kind of person. `make permission-matrix` prints it.

An address that is not listed fails the tests, and so does one that answers otherwise than it says here.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

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

NOT_FOR_STAFF = "sign in, 404, 404, 404, 404, 404"  # for administrators only
NOBODYS = "sign in, 404, 404, 404, 404, 404"
NO_FACTOR = "sign in, 404, 404, 404, 404, 404"  # nobody here has one

STUDY, TRIAL = ("study",), ("study", "trial")


def study_page() -> Row:
    return Row(STUDY, SEES, READ_ONLY)


def study_change() -> Row:
    return Row(STUDY, SEES, CHANGES)


MATRIX: dict[str, Row] = {
    "home": Row((), SIGNED_IN, SIGNED_IN),
    "account_login": Row((), FOR_ALL, FOR_ALL),
    "account_logout": Row((), SIGNED_IN, SIGNED_IN),
    "account_inactive": Row((), FOR_ALL, NO_SUCH_METHOD),
    "account_signup": Row((), FOR_ALL, FOR_ALL),
    "account_reauthenticate": Row((), SIGNED_IN, SIGNED_IN),
    "account_email": Row((), SIGNED_IN, SIGNED_IN),
    "account_email_verification_sent": Row((), FOR_ALL, NO_SUCH_METHOD),
    "account_confirm_email": Row(("no-key",), FOR_ALL, UNSEEN),
    "account_change_password": Row((), SIGNED_IN, SIGNED_IN),
    "account_set_password": Row((), SIGNED_IN, SIGNED_IN),
    "account_reset_password": Row((), FOR_ALL, FOR_ALL),
    "account_reset_password_done": Row((), FOR_ALL, NO_SUCH_METHOD),
    "account_reset_password_from_key": Row(("1", "no-key"), FOR_ALL, FOR_ALL),
    "account_reset_password_from_key_done": Row((), FOR_ALL, NO_SUCH_METHOD),
    "account_confirm_login_code": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_index": Row((), SIGNED_IN, READ_ONLY),
    "mfa_authenticate": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_activate_totp": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": Row((), NO_FACTOR, NO_FACTOR),
    "mfa_view_recovery_codes": Row((), NO_FACTOR, READ_ONLY),
    "mfa_generate_recovery_codes": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_download_recovery_codes": Row((), NO_FACTOR, NO_FACTOR),
    "mfa_list_webauthn": Row((), SIGNED_IN, READ_ONLY),
    "mfa_add_webauthn": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate_webauthn": Row((), SIGNED_IN, SIGNED_IN),
    "mfa_remove_webauthn": Row((1,), SIGNED_IN, SIGNED_IN),
    "mfa_edit_webauthn": Row((1,), SIGNED_IN, SIGNED_IN),
    "mfa_login_webauthn": Row((), SIGNED_IN, SIGNED_IN),
    "socialaccount_login_cancelled": Row((), FOR_ALL, NO_SUCH_METHOD),
    "socialaccount_login_error": Row((), "sign in, 401, 401, 401, 401, 401", READ_ONLY),
    "socialaccount_signup": Row((), SIGNED_IN, SIGNED_IN),
    "socialaccount_connections": Row((), SIGNED_IN, SIGNED_IN),
    "openid_connect_login": Row(("sso",), UNSEEN, UNSEEN),
    "openid_connect_callback": Row(("sso",), UNSEEN, UNSEEN),
    "usersessions_list": Row((), SIGNED_IN, SIGNED_IN),
    "study-list": Row((), SIGNED_IN, READ_ONLY),
    "studies-archive": Row((), SIGNED_IN, SIGNED_IN),
    "studies-compare": Row((), SIGNED_IN, READ_ONLY),
    "studies-compare-importance": Row((), SIGNED_IN, READ_ONLY),
    "studies-compare-chart": Row(("csv",), SIGNED_IN, READ_ONLY),
    "studies-tag": Row((), SIGNED_IN, SIGNED_IN),
    "studies-delete": Row((), SIGNED_IN, SIGNED_IN),
    "study-new": Row((), SIGNED_IN, SIGNED_IN),
    "study-import": Row((), SIGNED_IN, SIGNED_IN),
    "study-import-script": Row((), SIGNED_IN, READ_ONLY),
    # A file is seen by whoever brought it, and these have brought none.
    "study-import-check": Row(("no-key",), "sign in, 404, 404, 404, 404, 404", NOBODYS),
    "study-import-report": Row(("no-key",), READ_ONLY, NOBODYS),
    "custom-study-new": Row((), "sign in, 404, 404, 404, 404, 404", "sign in, 404, 404, 404, 404, 404"),
    "model-file-check": Row((), "sign in, 405, 405, 405, 405, 405", "sign in, 404, 404, 404, 404, 404"),
    "knob-prior": Row(("mlp", "learning_rate"), SIGNED_IN, READ_ONLY),
    "knob-editor": Row(("mlp", "learning_rate"), SIGNED_IN, READ_ONLY),
    "sampler-note": Row(("mlp",), READ_ONLY, SIGNED_IN),
    "study-cost": Row(("mlp",), READ_ONLY, SIGNED_IN),
    "study-samples": Row(("mlp",), READ_ONLY, SIGNED_IN),
    "knobs-below": Row(("mlp",), READ_ONLY, SIGNED_IN),
    "knob-layers": Row(("mlp",), READ_ONLY, SIGNED_IN),
    "api-tokens": Row((), SIGNED_IN, SIGNED_IN),
    "api-token-revoke": Row((1,), SIGNED_IN, "sign in, 404, 404, 404, 404, 404"),
    "api-token-extend": Row((1,), SIGNED_IN, "sign in, 404, 404, 404, 404, 404"),
    "api-docs": Row((), SIGNED_IN, READ_ONLY),
    "api-not-found": Row(("v1/nothing",), UNSEEN, UNSEEN),
    "external-study-new": Row((), SIGNED_IN, SIGNED_IN),
    "study-train-it-yourself": study_page(),
    "study-detail": study_page(),
    "study-edit": Row(STUDY, CHANGES, CHANGES),
    "study-explore": study_page(),
    "study-trials": study_page(),
    "study-columns": Row(STUDY, SEES, SEES),
    "trials-retry": study_change(),
    "trials-compare": study_page(),
    "study-enqueue": Row(STUDY, CHANGES, CHANGES),
    "trials-variation": study_page(),
    "study-settings": study_page(),
    "study-space": Row(STUDY, CHANGES, CHANGES),
    "study-search": Row(STUDY, CHANGES, CHANGES),
    "study-discussion": study_page(),
    "study-live": study_page(),
    "study-importance": study_page(),
    "study-picture": Row((*STUDY, "timeline"), SEES, READ_ONLY),
    "study-suggestions": study_page(),
    "study-suggestion-dismiss": study_change(),
    "study-suggestion-restore": study_change(),
    "study-branch": study_change(),
    "study-early-stopping": study_change(),
    "study-report": study_page(),
    "study-export-csv": Row(STUDY, SEES, SEES),
    "study-export-parquet": Row(STUDY, SEES, SEES),
    "study-export-trials-json": Row(STUDY, SEES, SEES),
    "study-export-json": study_page(),
    "study-export-optuna": study_page(),
    "study-export-python": Row((*STUDY, "optuna"), SEES, READ_ONLY),
    "study-export-chart": Row((*STUDY, "best", "csv"), SEES, READ_ONLY),
    "trial-export-chart": Row((*TRIAL, "csv"), SEES, READ_ONLY),
    "study-confirm": Row(STUDY, SEES, CHANGES),
    "study-winner": study_change(),
    "study-start": study_change(),
    "study-pause": study_change(),
    "study-resume": study_change(),
    "study-drain": study_change(),
    "study-stop": study_change(),
    "study-retry-lost": study_change(),
    "study-retry-failed": study_change(),
    "study-budget": Row(STUDY, CHANGES, CHANGES),
    "study-watch": Row(STUDY, SEES, SEES),
    "palette": Row((), SIGNED_IN, READ_ONLY),
    "shortcuts": Row((), SIGNED_IN, READ_ONLY),
    "notification-list": Row((), SIGNED_IN, READ_ONLY),
    "notification-read": Row((), SIGNED_IN, SIGNED_IN),
    "notification-settings": Row((), SIGNED_IN, SIGNED_IN),
    "study-note": Row(STUDY, CHANGES, CHANGES),
    "study-comment": Row(STUDY, SEES, SEES),
    "study-comment-remove": Row((*STUDY, "comment"), SEES, "sign in, 404, 403, 403, ok, 403"),
    "trial-comment": Row(TRIAL, SEES, SEES),
    "study-archive": study_change(),
    "study-template": study_change(),
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
    "trial-package": Row(TRIAL, SEES, READ_ONLY),
    "trial-try": Row(TRIAL, SEES, SEES),
    "trial-log": Row((*TRIAL, 1), SEES, READ_ONLY),
    "trial-variation": Row(TRIAL, CHANGES, CHANGES),
    "trial-judge": Row(TRIAL, CHANGES, CHANGES),
    "trial-judge-undo": Row(TRIAL, CHANGES, CHANGES),
    "trial-remove": Row(TRIAL, CHANGES, CHANGES),
    "trial-retry": Row(TRIAL, SEES, CHANGES),
    "trial-repeat": Row(TRIAL, SEES, CHANGES),
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
    "dataset-upload": Row((), SIGNED_IN, SIGNED_IN),
    "dataset-detail": Row(("dataset",), SEES, READ_ONLY),
    "dataset-live": Row(("dataset",), SEES, READ_ONLY),
    "dataset-describe": Row(("dataset",), CHANGES, CHANGES),
    "dataset-reread": Row(("dataset",), CHANGES, CHANGES),
    "dataset-access": Row(("dataset",), OWNS, OWNS),
    "dataset-delete": Row(("dataset",), OWNS, OWNS),
    "worker-list": Row((), SIGNED_IN, READ_ONLY),
    "worker-live": Row((), SIGNED_IN, READ_ONLY),
    "review-overview": Row((), STAFF_SEES, READ_ONLY),
    "review-search": Row((), STAFF_SEES, READ_ONLY),
    "study-review": Row(STUDY, STAFF_SEES, STAFF_SEES),
    "people-list": Row((), STAFF_SEES, READ_ONLY),
    "person-edit": Row(("member",), NOT_FOR_STAFF, NOT_FOR_STAFF),
    "team-quota": Row(("team",), NOT_FOR_STAFF, NOT_FOR_STAFF),
    "audit-list": Row((), STAFF_SEES, READ_ONLY),
    "audit-export": Row((), STAFF_SEES, READ_ONLY),
    "healthz": Row((), FOR_ALL, NO_SUCH_METHOD),
    "readyz": Row((), "503", NO_SUCH_METHOD),  # there is no broker in tests
    "metrics": Row((), "404, 404, 404, 404, 404, ok", NO_SUCH_METHOD),
}


def routes(patterns: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Name and address of every page, those of libraries included."""
    for pattern in patterns:
        if getattr(pattern, "namespace", None) == "api":
            continue  # tokens say who asks there: tests/dashboard/api
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern.name or "", str(pattern.pattern)


def names() -> list[str]:
    from django.urls import get_resolver

    return [name or f"no name: {address}" for name, address in routes(get_resolver().url_patterns)]


def print_matrix() -> int:
    """How many addresses are not listed."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    print(f"{'':42}" + "".join(f"{person:>11}" for person in PEOPLE))
    n_cells = 0
    for name in names():
        for method in ("GET", "POST") if name in MATRIX else ():
            cells = [MATRIX[name].cell(method, person) for person in PEOPLE]
            n_cells += len(cells)
            print(f"{name:37} {method:4}" + "".join(f"{cell:>11}" for cell in cells))
    unlisted = [name for name in names() if name not in MATRIX]
    print(f"cells={n_cells} unlisted={len(unlisted)} {' '.join(unlisted)}".strip())
    return len(unlisted)


if __name__ == "__main__":
    raise SystemExit(1 if print_matrix() else 0)
