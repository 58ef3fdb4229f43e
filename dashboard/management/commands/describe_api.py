"""`manage.py describe_api`: the HTTP API in OpenAPI, as docs/openapi.json has it."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.api.schema import api


def description() -> str:
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, sort_keys=True) + "\n"


class Command(BaseCommand):
    help = "Print the description of the HTTP API (OpenAPI 3.1)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(description(), ending="")
