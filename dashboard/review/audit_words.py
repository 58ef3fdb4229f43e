"""The audit log in words: what each action, and each page that changes something, is called there."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.models import AuditEntry, Study

WORDS = {
    # Studies and trials
    "study-new": "Create study",
    "custom-study-new": "Create study with a custom model",
    "custom-model-check": "Check model file",
    "model-file-check": "Check model file",
    "study-import": "Import study",
    "study-import-read": "Look at a file to import",
    "study-import-check": "Look at a file to import",
    "study-import-report": "Report what an import skips",
    "study-edit": "Edit draft",
    "custom-study-edit": "Edit draft with a custom model",
    "study-start": "Start study",
    "study-pause": "Pause study",
    "study-resume": "Resume study",
    "study-drain": "Stop study after running trials finish",
    "study-stop": "Stop study",
    "study-budget": "Change budget",
    "study-retry-lost": "Retry lost trials",
    "study-retry-failed": "Retry failed trials",
    "study-branch": "Add trials to a branch",
    "study-early-stopping": "Turn on early stopping",
    "study-clone": "Copy study",
    "study-new-external": "Create study to train elsewhere",
    "external-study-new": "Create study to train elsewhere",
    "api-token-new": "Create API token",
    "api-tokens": "Create API token",
    "api-token-extend": "Extend API token",
    "api-token-revoke": "Revoke API token",
    "study-suggestion-dismiss": "Dismiss suggestion",
    "study-suggestion-restore": "Restore suggestion",
    "study-template": "Use study as template",
    "study-archive": "Archive study",
    "study-tags": "Change tags",
    "studies-archive": "Archive studies",
    "studies-tag": "Change tags of studies",
    "studies-delete": "Delete studies",
    "study-delete": "Delete study",
    "study-restore": "Restore study",
    "study-purge": "Delete study permanently",
    "study-confirm": "Confirm best trials",
    "study-winner": "Choose winner",
    "study-note": "Edit note",
    "study-comment": "Comment on study",
    "trial-comment": "Comment on trial",
    "study-comment-remove": "Delete comment",
    "study-watch": "Watch study",
    "study-unwatch": "Stop watching study",
    "trial-retry": "Retry trial",
    "trials-retry": "Retry selected trials",
    "trial-variation": "Add variation of trial",
    "study-enqueue": "Enqueue trial",
    "trial-remove": "Remove waiting trial",
    "trial-judge": "Mark trial as failed or leave it out",
    "trial-judge-undo": "Take back a judged trial",
    "study-space": "Change search space",
    "study-search": "Change sampler or early stopping",
    "study-columns": "Choose columns of the trial table",
    "trial-repeat": "Run trial again",
    "trial-try": "Try model",
    # Taking results away
    "study-export-csv": "Export trials as CSV",
    "study-export-optuna": "Export study as an Optuna storage",
    "study-export-parquet": "Export trials as Parquet",
    "study-export-trials-json": "Export trials as JSON",
    "study-export-json": "Export whole study",
    "study-export-python": "Export as a Python file",
    "study-export-chart": "Export chart",
    "trial-export-chart": "Export chart of a trial",
    "study-export-comparison": "Export comparison",
    # Sharing
    "study-access": "Change study access",
    "link-make": "Create share link",
    "link-revoke": "Revoke share link",
    "shared-study": "Open share link with a password",
    # Datasets
    "dataset-upload": "Upload dataset",
    "dataset-describe": "Change import settings",
    "dataset-reread": "Read dataset again",
    "dataset-access": "Change dataset access",
    "dataset-delete": "Delete dataset",
    # Teams and people
    "team-list": "Create team",
    "team-create": "Create team",
    "team-leave": "Leave team",
    "team-invite": "Invite to team",
    "invitation": "Accept invitation",
    "invitation-revoke": "Revoke invitation",
    "member-role": "Change team role",
    "member-remove": "Remove team member",
    "notification-read": "Mark notifications as read",
    "notification-settings": "Change notification settings",
    # Administration
    "study-review": "Sign off study",
    "person-edit": "Change user account",
    "team-quota": "Change team quota",
    # Accounts
    "account_login": "Sign in",
    "account_logout": "Sign out",
    "account_signup": "Create account",
    "account_reauthenticate": "Confirm password",
    "account_email": "Change email address",
    "account_confirm_email": "Confirm email address",
    "account_change_password": "Change password",
    "account_set_password": "Set password",
    "account_reset_password": "Request password reset",
    "account_reset_password_from_key": "Reset password",
    "account_confirm_login_code": "Sign in with a code",
    "mfa_authenticate": "Sign in with a second factor",
    "mfa_reauthenticate": "Confirm with a second factor",
    "mfa_activate_totp": "Turn on authenticator app",
    "mfa_deactivate_totp": "Turn off authenticator app",
    "mfa_generate_recovery_codes": "Create recovery codes",
    "mfa_download_recovery_codes": "Download recovery codes",
    "mfa_add_webauthn": "Add passkey",
    "mfa_remove_webauthn": "Remove passkey",
    "mfa_edit_webauthn": "Rename passkey",
    "mfa_login_webauthn": "Sign in with a passkey",
    "mfa_reauthenticate_webauthn": "Confirm with a passkey",
    "socialaccount_signup": "Create account with single sign-on",
    "socialaccount_connections": "Change single sign-on",
    "openid_connect_login": "Sign in with single sign-on",
    "openid_connect_callback": "Sign in with single sign-on",
    "usersessions_list": "End other sessions",
}


@dataclass(frozen=True)
class AuditRow:
    entry: AuditEntry
    words: str
    # None where there is none, or no longer.
    study: Study | None


def action_words(action: str) -> str:
    """An action that a library adds is called as it calls itself."""
    return WORDS.get(action) or action.replace("_", " ").replace("-", " ").capitalize()


def actions_called(word: str) -> list[str]:
    """The actions in whose words this one occurs."""
    return [action for action, words in WORDS.items() if word.lower() in words.lower()]


def audit_rows(entries: Iterable[AuditEntry]) -> list[AuditRow]:
    """Of one page, each with its study, whoever may see that; in one query."""
    listed = list(entries)
    ids = {entry.study_id for entry in listed if entry.study_id is not None}
    studies = Study.objects.only("name", "deleted_at").in_bulk(ids)
    return [AuditRow(entry, action_words(entry.action), studies.get(entry.study_id or 0)) for entry in listed]
