"""A kept model with all that it needs elsewhere: scripts that predict and train again, a model card."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.storage import storages

from dashboard.models import Artifact
from trainers.custom.source_files import split_files
from trainers.portable import dates, predict, stand_ins

FOLDER = "custom_model"
TRAIN = Path(predict.__file__).with_name("train.py")


def write_package(artifact: Artifact, card: str) -> IO[bytes]:
    """An open zip file; FileNotFoundError where the network is gone."""
    package = TemporaryFile()  # noqa: SIM115, whoever sends it closes it
    with storages["artifacts"].open(artifact.name) as model, zipfile.ZipFile(package, "w") as archive:
        archive.writestr("README.md", card)
        reading = dict(artifact.reading)
        code = reading.pop("code", "")
        archive.writestr("reading.json", json.dumps(reading, indent=1))
        for module in (predict, dates):
            source = Path(str(module.__file__))
            archive.writestr(source.name, source.read_text(encoding="utf-8"))
        for name, text in _model_files(artifact.trial.study.code):
            archive.writestr(name, text)
        if "build" in reading:
            archive.writestr("stand_ins.py", Path(stand_ins.__file__).read_text(encoding="utf-8"))
        if code:
            archive.writestr("network.py", code)
            archive.writestr("train.py", TRAIN.read_text(encoding="utf-8"))
        with archive.open(network_name(reading), "w") as place:
            while piece := model.read(2**20):
                place.write(piece)
    package.seek(0)
    return package


def network_name(reading: Mapping[str, Any]) -> str:
    """How the kept file is called: whole networks end as Keras wants it, and so do weights."""
    return "model.weights.h5" if "build" in reading else "model.keras"


def _model_files(code: str) -> list[tuple[str, str]]:
    if not code:
        return []
    return [
        (f"{FOLDER}/{file.name}" if file.name else f"{FOLDER}.py", file.text) for file in split_files(code)
    ]
