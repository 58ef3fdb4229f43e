"""What surrounds every view."""

import ipaddress
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dashboard.access.audit import record_attempt

View = Callable[[HttpRequest], HttpResponse]
# Posted only because they are long; they change nothing.
ASKING = {"sampler-note", "shared-seen"}
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
# Parts of addresses that are keys.
SECRETS = {"secret", "key", "uidb36"}
REDIRECT, HTTP_ERROR = 300, 400


def audit(get_response: View) -> View:
    """Write down who tried to change what, and from where: every POST, refused ones included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return get_response(request)
        was_known, who = request.user.is_authenticated, request.user.get_username()  # before a sign-out
        response = get_response(request)
        match = request.resolver_match
        if match is None or match.url_name in ASKING:
            return response
        action = str(match.url_name)
        came_back = response.status_code < REDIRECT and action in COMES_BACK
        is_stranger = not was_known and action not in FOR_EVERYBODY
        record_attempt(
            who=who or name_tried(request),
            action=action,
            # The secret of a link is nobody's business, not even the log's.
            path=_without_secrets(request.path, match.kwargs),
            study_id=match.kwargs.get("study_id"),
            status=response.status_code,
            is_refused=response.status_code >= HTTP_ERROR or came_back or is_stranger,
            address=address_of(request),
        )
        return response

    return middleware


def _without_secrets(path: str, kwargs: Mapping[str, object]) -> str:
    for name in SECRETS & kwargs.keys():
        path = path.replace(str(kwargs[name]), "...")
    return path


def name_tried(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The name or address of mail that somebody signs in with."""
    given = credentials or {}
    return given.get("username") or given.get("email") or request.POST.get("login", "")


def address_of(request: HttpRequest) -> str | None:
    """Of the person; behind a proxy, what the proxy says that it was. None where it is no address."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    text = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
