"""Uploads made for tests, in the same process."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from trainers.datasets.base import DatasetInfo
from trainers.datasets.uploads import reading
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.guess import guess_recipe
from trainers.datasets.uploads.source import ORIGINAL, Upload

INFO = DatasetInfo(name="data-1", label="Data", n_train=0, n_validation=0, n_test=0, source="Uploaded.")


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / ORIGINAL
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def described(
    folder: Path, content: str | bytes, form: str = "table", **changes: Any
) -> tuple[Upload, list[str]]:
    """Look at a file, correct the guess by `changes`, and prepare it."""
    written(folder, content)
    findings = Findings.from_json_dict(
        reading._answer({"do": "look", "folder": str(folder), "form": form, "has_header": True})
    )
    guess = guess_recipe(findings)
    roles = {**guess.roles, **changes.pop("roles", {})}
    upload = Upload(INFO, str(folder), findings, replace(guess, roles=roles, **changes))
    request = {"do": "describe", "upload": upload.to_json_dict(), "cache": str(folder / "cache"), "seed": 0}
    answer = reading._answer(request)
    return Upload.from_json_dict(answer["upload"]), answer["warnings"]
