"""What surrounds every view."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

from dashboard.access.audit import n_recorded, record_attempt
from dashboard.web.requests import address_of, path_of
from dashboard.wording import clean_text

View = Callable[[HttpRequest], HttpResponse]
# Posted only because they are long; they change nothing.
ASKING = {"sampler-note", "study-cost", "study-samples", "knobs-below", "knob-layers", "shared-seen"}
# Forms that come back with a word about what is wrong.
COMES_BACK = {
    *(
        "account_login",
        "account_change_password",
        "account_reauthenticate",
        "account_reset_password_from_key",
    ),
    *("mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp"),
}
FOR_EVERYBODY = {
    *("account_login", "account_signup", "account_reset_password", "account_reset_password_from_key"),
    *("mfa_authenticate", "mfa_login_webauthn", "invitation", "shared-study"),
}
REDIRECT, HTTP_ERROR = 300, 400
LONGEST_NAME = 255  # what django-axes has room for


def audit(get_response: View) -> View:
    """Record what tried to change something and never reached an action, which records itself.

    That is what was turned away before (no sign-in, no token, no such study, a form that is not right), and
    all that allauth does.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return get_response(request)
        was_known, who = request.user.is_authenticated, request.user.get_username()  # before a sign-out
        n_recorded.set(0)
        response = get_response(request)
        match = request.resolver_match
        # The API records what it refuses itself; its reports are many, and say so in the history of a trial.
        if n_recorded.get() or match is None or match.url_name in ASKING or match.namespace == "api":
            return response
        action = str(match.url_name)
        came_back = response.status_code < REDIRECT and action in COMES_BACK
        is_stranger = not was_known and action not in FOR_EVERYBODY
        record_attempt(
            who=who or name_tried(request),
            action=action,
            path=path_of(request),
            study_id=match.kwargs.get("study_id"),
            status=response.status_code,
            is_refused=response.status_code >= HTTP_ERROR or came_back or is_stranger,
            address=address_of(request),
        )
        return response

    return middleware


def name_tried(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The name or address of mail that somebody signs in with, as far as a table of attempts takes it.

    Nobody has so long a name, so that a cut one is counted and locked for nobody else.
    """
    given = credentials or {}
    name = given.get("username") or given.get("email") or request.POST.get("login", "")
    return clean_text(name, LONGEST_NAME)
