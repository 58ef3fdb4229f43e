"""Save everything that Parzen knows to one file, also while it runs."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dashboard.operations.backups.archive import DUMP, Manifest, digest, write_archive
from dashboard.operations.backups.dumps import dump_database
from dashboard.operations.backups.folders import artifact_folder, folders_to_save
from dashboard.refusal import Refused
from dashboard.wording import file_size


class Command(BaseCommand):
    help = "Save the database, uploaded datasets, and saved models to one file. Parzen can keep running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, such as monday.backup")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} already exists. Choose another name.")
        if not file.absolute().parent.is_dir():
            raise CommandError(f"Folder {file.absolute().parent} does not exist. Create it first.")
        try:
            with TemporaryDirectory(dir=file.absolute().parent, prefix=".parzen-backup-") as folder:
                dump = Path(folder) / DUMP
                dump_database(dump)
                write_archive(file, dump, self._manifest(dump), folders_to_save())
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        size = file_size(file.stat().st_size)
        self.stdout.write(
            f"Saved the database, uploaded datasets, and saved models to {file}: {size}."
            if artifact_folder()
            else f"Saved the database and uploaded datasets to {file}: {size}. The models are in a bucket; "
            "back it up separately."
        )

    def _manifest(self, dump: Path) -> Manifest:
        applied = MigrationRecorder(connection).applied_migrations()
        return Manifest(
            database=connection.vendor,
            migrations=sorted(f"{app}.{name}" for app, name in applied),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            sha256=digest(dump),
        )
