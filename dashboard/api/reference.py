"""The description of the API, as people read it."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from dashboard.api.schema import api

REF = "#/components/schemas/"


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    is_required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    title: str
    words: str
    fields: list[Field]
    answer: list[Field]
    example: str

    @property
    def tables(self) -> list[tuple[str, list[Field]]]:
        return [("Sent", self.fields), ("Answered", self.answer)]

    @property
    def key(self) -> str:
        return f"{self.method}-{self.path}".lower().replace("/", "-").replace("{", "").replace("}", "")


@cache
def reference() -> dict[str, Any]:
    """Operations by tag; made once, as they do not change."""
    schema: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    by_tag: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, found in methods.items():
            by_tag.setdefault(found["tags"][0], []).append(_operation(schema, method.upper(), path, found))
    return {"tags": list(by_tag.items()), "words": schema["info"]["description"]}


def _operation(schema: dict[str, Any], method: str, path: str, found: dict[str, Any]) -> Operation:
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [answer for code, answer in found["responses"].items() if str(code).startswith("2")]
    answer = answers[0].get("content", {}).get("application/json", {}).get("schema") if answers else None
    asked = [
        Field(each["name"], _kind(each["schema"]), bool(each.get("required")), each.get("description", ""))
        for each in found.get("parameters", [])
        if each["in"] == "query"
    ]
    sent = _fields(schema, body)
    return Operation(
        method,
        path,
        found.get("summary", ""),
        found.get("description", ""),
        [*asked, *sent],
        _fields(schema, answer),
        _example(method, path, sent),
    )


def _fields(schema: dict[str, Any], of: dict[str, Any] | None) -> list[Field]:
    if not of:
        return []
    if of.get("type") == "array":
        of = of["items"]
    if "$ref" in of:
        of = schema["components"]["schemas"][of["$ref"].removeprefix(REF)]
    required = set(of.get("required", ()))
    return [
        Field(name, _kind(each), name in required, each.get("description", ""))
        for name, each in of.get("properties", {}).items()
    ]


def _kind(of: dict[str, Any]) -> str:
    """As in `integer`, `array of StepIn`, `number or null`."""
    if "$ref" in of:
        return str(of["$ref"].removeprefix(REF))
    if "anyOf" in of:
        return " or ".join(_kind(each) for each in of["anyOf"])
    if of.get("type") == "array":
        return f"array of {_kind(of.get('items', {}))}"
    if "enum" in of:
        return " or ".join(map(str, of["enum"]))
    return str(of.get("type", "any"))


def _example(method: str, path: str, sent: list[Field]) -> str:
    """For a shell, with PARZEN_URL and PARZEN_TOKEN set."""
    needed = {field.name: _sample(field) for field in sent if field.is_required}
    lines = [f'curl -X {method} "$PARZEN_URL{path}"', '-H "Authorization: Bearer $PARZEN_TOKEN"']
    if sent:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(needed)}'"]
    return " \\\n  ".join(lines)


def _sample(field: Field) -> Any:
    samples: dict[str, Any] = {
        "attempt": 1,
        "name": "My search",
        "params": {"lr": 0.01},
        "steps": [{"step": 1, "metrics": {"val_loss": 0.31}}],
    }
    return samples.get(field.name, "")
