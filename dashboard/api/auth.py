"""Who asks: the owner of a token, with no more rights than the token has."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja.security import HttpBearer

from dashboard.access.actor import Actor
from dashboard.access.audit import n_recorded
from dashboard.access.rules import check_role, studies_visible_to
from dashboard.access.secret_links import digest_of
from dashboard.api.limits import check_guesses, check_rate, count_guess
from dashboard.api.problems import Problem
from dashboard.models import Access, ApiToken, Door, Role, Study
from dashboard.web.requests import address_of, path_of

PREFIX = "pzn_"
# Of a token, those that people see beside its name.
SHOWN = 8
# The largest body of a request, in bytes.
MAX_BODY = 5_000_000


def new_token() -> str:
    """240 bits behind a prefix by which scanners of secrets know it."""
    return PREFIX + secrets.token_urlsafe(30)


@dataclass(frozen=True)
class Caller:
    """The person behind a token."""

    token: ApiToken
    user: User
    actor: Actor

    def need(self, access: Access) -> None:
        """Raise a problem where the token may not do so much."""
        if Access(self.token.access).rank < access.rank:
            has, needs = Access(self.token.access).label, access.label
            raise Problem(
                403, "scope", f"This token has the access “{has}”, and this request needs “{needs}”."
            )

    def studies(self) -> QuerySet[Study]:
        """Those that the person sees and the token is good for."""
        studies = studies_visible_to(self.user).select_related("owner", "team")
        if self.token.study_id is not None:
            return studies.filter(Q(pk=self.token.study_id) | Q(confirms=self.token.study_id))
        return studies if self.token.team_id is None else studies.filter(team=self.token.team_id)

    def study(self, study_id: int, access: Access = Access.READ) -> Study:
        """One of them; to change it, also the role in the study is needed."""
        self.need(access)
        study = get_object_or_404(self.studies(), pk=study_id)
        if access is not Access.READ:
            check_role(self.user, study, Role.EDITOR)
        return study


class TokenAuth(HttpBearer):
    """`Authorization: Bearer pzn_...`."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            raise Problem(413, "too-large", f"A request can have at most {MAX_BODY // 1_000_000} MB.")
        n_recorded.set(0)
        address = address_of(request)
        check_guesses(address)
        known = _known(digest_of(token))
        now = timezone.now()
        if known is None or known.revoked_at or known.is_expired(now) or not known.user.is_active:
            count_guess(address)
            raise Problem(401, "token", _why(known), headers={"WWW-Authenticate": "Bearer"})
        check_rate(known.pk)
        if known.last_used_at is None or now - known.last_used_at > timedelta(minutes=1):
            ApiToken.objects.filter(pk=known.pk).update(last_used_at=now, last_used_from=address)
        actor = Actor.of(known.user, door=Door.API, address=address, path=path_of(request))
        return Caller(known, known.user, actor)


def _known(digest: str) -> ApiToken | None:
    return ApiToken.objects.select_related("user").filter(digest=digest).first()


def _why(token: ApiToken | None) -> str:
    if token is None:
        return "This token is unknown. Make one on the page API tokens."
    if token.revoked_at:
        return f"The token {token} was revoked. Make another one on the page API tokens."
    if not token.user.is_active:
        return "The account of this token is disabled."
    return f"The token {token} has expired. Extend it on the page API tokens."


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def worker_name(caller: Caller) -> str:
    """As pages name whoever trains a trial."""
    return f"API: {caller.token.name}"[:150]
