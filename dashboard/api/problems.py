"""What went wrong, as RFC 9457 has it: one JSON object with a type to branch on and a sentence to read."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as BodyInvalid

from dashboard.access.audit import n_recorded, record_attempt
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import Door
from dashboard.refusal import Refused
from dashboard.web.requests import address_of, path_of
from optimizer import SpaceError

CONTENT_TYPE = "application/problem+json"
# Of a path that nobody may see, or that is not there: these look alike.
NOT_THERE = "There is no such object, or this token cannot see it."
logger = logging.getLogger(__name__)


class Problem(Exception):  # noqa: N818 (says what happened)
    """`kind` is what a script branches on: the last part of the `type` of the answer."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors, self.headers = list(errors), dict(headers or {})


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a response; what somebody was not allowed to change goes into the audit log."""
    body: dict[str, Any] = {
        "type": f"urn:parzen:{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    _record(request, problem)
    return HttpResponse(
        json.dumps(body), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers
    )


def _record(request: HttpRequest, problem: Problem) -> None:
    is_refused = problem.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if request.method in ("GET", "HEAD") or not is_refused or n_recorded.get():
        return
    match = request.resolver_match
    caller = getattr(request, "auth", None)
    record_attempt(
        who=caller.user.get_username() if caller else "",
        action=f"api {match.url_name}" if match else "api",
        path=path_of(request),
        study_id=match.kwargs.get("study_id") if match else None,
        status=problem.status,
        is_refused=True,
        door=Door.API,
        address=address_of(request),
    )


def _of_body(error: BodyInvalid) -> Problem:
    """Each wrong field with its place; the sentence is that of the first."""
    errors = []
    for found in error.errors:
        place = ".".join(str(part) for part in found["loc"][1:] if part != "payload") or "body"
        errors.append({"field": place, "message": str(found["msg"])})
    first = errors[0] if errors else {"field": "body", "message": "cannot be read"}
    more = f" {len(errors) - 1} more in errors." if len(errors) > 1 else ""
    return Problem(422, "invalid", f"{first['field']}: {first['message']}.{more}", errors=errors)


def _of_model(error: ValidationError) -> Problem:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"body": error.messages}
    errors = [{"field": name, "message": text} for name, texts in by_field.items() for text in texts]
    return Problem(422, "invalid", f"{errors[0]['field']}: {errors[0]['message']}", errors=errors)


def _of_space(error: SpaceError) -> Problem:
    return Problem(422, "space", str(error), errors=[{"field": error.path, "message": error.message}])


def _of_framework(error: HttpError) -> Problem:
    kind = {400: "unreadable", 401: "unauthorized", 404: "not-found", 405: "method"}.get(
        error.status_code, "refused"
    )
    return Problem(error.status_code, kind, str(error))


def _of_database(error: Exception) -> Problem:
    logger.error("the database failed under a request of the API", exc_info=error)
    is_away = isinstance(error, OperationalError | InterfaceError)
    words = "The database is not responding. Nothing was changed; send the request again."
    return Problem(503 if is_away else 500, "database", words, headers={"Retry-After": "2"})


def add_handlers(api: NinjaAPI) -> None:
    """Every error that an operation can raise becomes a problem document."""
    makers: dict[type[Exception], Any] = {
        Problem: lambda error: error,
        BodyInvalid: _of_body,
        ValidationError: _of_model,
        SpaceError: _of_space,
        HttpError: _of_framework,
        DatabaseError: _of_database,
        InterfaceError: _of_database,
        Http404: lambda _: Problem(404, "not-found", NOT_THERE),
        PermissionDenied: lambda error: Problem(403, "forbidden", str(error) or NOT_THERE),
        QuotaRefused: lambda error: Problem(409, "quota", str(error)),
        Refused: lambda error: Problem(409, "refused", str(error)),
        Exception: _unexpected,
    }
    for kind, make in makers.items():

        def handle(request: HttpRequest, error: Any, make: Any = make) -> HttpResponse:
            return answer(request, make(error))

        api.add_exception_handler(kind, handle)


def _unexpected(error: Exception) -> Problem:
    logger.error("a request of the API failed", exc_info=error)
    return Problem(500, "internal", f"Parzen failed on this request ({type(error).__name__}). See its log.")
