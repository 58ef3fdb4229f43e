"""A kept model with all that it needs elsewhere: scripts that predict and train again, a model card."""

import json
import zipfile
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.core.files.storage import storages

from dashboard.models import Artifact
from trainers.portable import predict

TRAIN = Path(predict.__file__).with_name("train.py")


def write_package(artifact: Artifact, card: str) -> IO[bytes]:
    """An open zip file; FileNotFoundError where the network is gone."""
    package = TemporaryFile()  # noqa: SIM115, whoever sends it closes it
    with storages["artifacts"].open(artifact.name) as model, zipfile.ZipFile(package, "w") as archive:
        archive.writestr("README.md", card)
        reading = dict(artifact.reading)
        code = reading.pop("code", "")
        archive.writestr("reading.json", json.dumps(reading, indent=1))
        archive.writestr("predict.py", Path(predict.__file__).read_text(encoding="utf-8"))
        if artifact.trial.study.code:
            archive.writestr("custom_model.py", artifact.trial.study.code)
        if code:
            archive.writestr("network.py", code)
            archive.writestr("train.py", TRAIN.read_text(encoding="utf-8"))
        with archive.open("model.keras", "w") as place:
            while piece := model.read(2**20):
                place.write(piece)
    package.seek(0)
    return package
