"""Requests that come twice: one with an Idempotency-Key is done once, and answered alike each time."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.api.auth import Caller, caller_of
from dashboard.api.problems import Problem
from dashboard.models import ApiReply

V = TypeVar("V", bound=Callable[..., Any])
KEPT = timedelta(days=1)
# After so long, a request without an answer counts as broken off, and the next one may do it.
UNANSWERED = timedelta(minutes=1)
MAX_KEY = 100


def once(view: V) -> V:
    """Of an operation that makes something. Its answer has to be a response already."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        if len(key) > MAX_KEY:
            raise Problem(422, "key", f"An Idempotency-Key can have at most {MAX_KEY} characters.")
        caller = caller_of(request)
        found = _begin(caller, key, _digest(request))
        if found is not None:
            return HttpResponse(found.body, status=found.status, content_type="application/json")
        try:
            response = view(request, *args, **kwargs)
        except BaseException:
            _mine(caller, key).delete()  # nothing was made, so the next one may try
            raise
        _mine(caller, key).update(status=response.status_code, body=response.content.decode())
        return response

    return answered  # type: ignore[return-value]


def _begin(caller: Caller, key: str, digest: str) -> ApiReply | None:
    """The answer that there is; None where this request is the first."""
    ApiReply.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    _mine(caller, key).filter(status=None, created_at__lt=timezone.now() - UNANSWERED).delete()
    try:
        with transaction.atomic():
            ApiReply.objects.create(token=caller.token, key=key, request_digest=digest)
    except IntegrityError:
        found = _mine(caller, key).first()
        if found is None:  # the first one failed just now
            return _begin(caller, key, digest)
        if found.request_digest != digest:
            words = "This Idempotency-Key was used for another request. Use a new one for each request."
            raise Problem(422, "key", words) from None
        if found.status is None:
            words = "The first request with this Idempotency-Key is still being worked on. Ask again."
            raise Problem(409, "in-progress", words, headers={"Retry-After": "1"}) from None
        return found
    return None


def _mine(caller: Caller, key: str) -> QuerySet[ApiReply]:
    return ApiReply.objects.filter(token=caller.token, key=key)


def _digest(request: HttpRequest) -> str:
    what = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(what).hexdigest()
