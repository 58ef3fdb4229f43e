"""Callers of the API, as scripts have them."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from dashboard.api.actions import make_token
from dashboard.models import Access
from tests.builders import actor, make_user

SPACE = {
    "lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": True},
    "optimizer": {"type": "categorical", "choices": ["adam", "sgd"]},
}


@dataclass
class Script:
    """A client with a token; answers are status and body."""

    token: str
    client: Client

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = self.raw(method, path, body, **headers)
        return response.status_code, response.json() if response.content else None

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        send = getattr(self.client, method)
        kwargs = {"data": body, "content_type": "application/json"} if body is not None else {}
        return send(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers}, **kwargs)

    def study(self, **changes: Any) -> int:
        body = {"name": "Outside", "space": SPACE, "objective": "val_loss", "max_trials": 20, **changes}
        status, made = self("post", "/studies", body)
        assert status == 201, made
        return int(made["id"])

    def ask(self, study: int, **body: Any) -> dict[str, Any]:
        status, answer = self("post", f"/studies/{study}/ask", body)
        assert status == 200, answer
        return answer["trials"][0]

    def of(self, study: int, trial: dict[str, Any], what: str, **body: Any) -> tuple[int, Any]:
        path = f"/studies/{study}/trials/{trial['number']}/{what}"
        return self("post", path, {"attempt": trial["attempt"], **body})


def script_of(user, access=Access.FULL, **scope):
    _, text = make_token(name="laptop", access=access, days=1, by=actor(user), **scope)
    return Script(text, Client())


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def script(ada):
    return script_of(ada)
