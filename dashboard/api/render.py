"""Answers as JSON."""

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from pydantic import BaseModel


def rendered(answer: BaseModel | dict[str, Any] | Sequence[BaseModel], status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(_plain(answer)), status=status, content_type="application/json")


def with_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """304 where the client has just this answer."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=etag, response=response)
    answer = response if found is None else found
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _plain(value: Any) -> Any:
    """JSON has no NaN or infinity."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
