"""The file that a backup is: a dump of the database, kept networks, uploads, and a manifest about them."""

import hashlib
import json
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from dashboard.refusal import Refused

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database"
ARTIFACTS, UPLOADS = "artifacts", "uploads"
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Manifest:
    """`migrations` are those that the dump has seen, as "app.name"; `sha256` is of the dump."""

    database: str
    migrations: list[str]
    created: str
    sha256: str
    format: int = FORMAT


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(path: Path, dump: Path, manifest: Manifest, folders: Mapping[str, Path]) -> None:
    """Write it beside its place and move it there: a file of this name is whole, or is not there.

    `folders` have names of their own in it. A file that goes while it is read is left out.
    """
    draft = path.with_name(path.name + ".part")
    manifest_file = dump.with_name(MANIFEST)
    manifest_file.write_text(json.dumps(asdict(manifest), indent=2))
    try:
        draft.touch(mode=0o600)  # it holds everybody's password hashes
        with tarfile.open(draft, "w:gz", compresslevel=1) as tar:
            tar.add(manifest_file, MANIFEST)
            tar.add(dump, DUMP)
            for name, folder in folders.items():
                _add_all(tar, name, folder)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _add_all(tar: tarfile.TarFile, name: str, folder: Path) -> None:
    for file in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            if file.is_file() and not file.name.startswith("."):  # on its way in
                tar.add(file, f"{name}/{file.relative_to(folder)}")


def read_archive(path: Path, folder: Path) -> tuple[Manifest, Path]:
    """Unpack into `folder` and check; Refused where the file is cut, changed or none of ours.

    Kept networks and uploads are in its folders ARTIFACTS and UPLOADS afterwards.
    """
    dump = folder / DUMP
    try:
        with tarfile.open(path, "r:gz") as tar:
            manifest = Manifest(**json.load(_open(tar, MANIFEST)))
            with dump.open("wb") as file:
                shutil.copyfileobj(_open(tar, DUMP), file)
            for member in tar:
                if member.name.startswith((f"{ARTIFACTS}/", f"{UPLOADS}/")):
                    tar.extract(member, folder, filter="data")  # no link, and nothing outside the folder
    except _DAMAGED as error:
        if not path.exists():
            raise Refused(f"File {path} does not exist.") from error
        raise Refused(f"{path} is incomplete or not a Parzen backup ({error}).") from error
    if manifest.format != FORMAT:
        raise Refused(
            f"{path} has format {manifest.format}, but this version of Parzen reads format {FORMAT}. "
            "Restore it with the version that created it."
        )
    if digest(dump) != manifest.sha256:
        raise Refused(f"{path} is damaged: its database does not match the saved digest.")
    return manifest, dump


def _open(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    if member is None:  # no file
        raise KeyError(name)
    return member
