"""Put a backup in the place of what Parzen knows now."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from dashboard.engine.queues import workers_alive
from dashboard.engine.timeline import begin_timeline
from dashboard.models import Study
from dashboard.operations.backups.archive import Manifest, read_archive
from dashboard.operations.backups.dumps import load_database
from dashboard.operations.backups.folders import replace_folders
from dashboard.operations.launch.lock import FolderInUse, folder_lock
from dashboard.refusal import Refused
from dashboard.wording import count_noun


class Command(BaseCommand):
    help = "Replace the database by a backup. Parzen must not run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="also where studies are lost by it")

    def handle(self, *_args: Any, file: Path, yes: bool, **_options: Any) -> None:
        settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with folder_lock(), TemporaryDirectory(dir=settings.VAR_DIR, prefix="restore-") as folder:
                manifest, dump = read_archive(file, Path(folder))
                _check_fit(manifest)
                _check_target(is_sure=yes)
                load_database(dump)
                replace_folders(dump.parent)
        except FolderInUse:
            raise CommandError(
                f"Parzen is running from {settings.VAR_DIR}. End it with Ctrl-C first: what it writes "
                "during a restore would be lost."
            ) from None
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        n = begin_timeline()
        self.stdout.write(
            f"Restored as of {manifest.created}: {count_noun(Study.objects.count(), 'study,studies')}. "
            f"{count_noun(n, 'trial')} that ran then will be trained again."
        )


def _check_fit(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise Refused(
            f"The backup is of a {manifest.database} database, and this Parzen uses {connection.vendor}. "
            "Restore it with the DATABASE_URL of that kind."
        )
    loader = MigrationLoader(None)
    unknown = set(manifest.migrations) - {f"{app}.{name}" for app, name in loader.disk_migrations}
    if unknown:
        raise Refused(
            f"The backup is of a newer Parzen: this one does not know {min(unknown)}. Upgrade it first."
        )


def _check_target(*, is_sure: bool) -> None:
    try:
        n_workers = workers_alive().count()
        n_studies = Study.objects.count()
    except DatabaseError:  # nothing is there yet, or nothing that can be read
        return
    if n_workers:
        raise Refused(
            f"{count_noun(n_workers, 'worker')} of this database {'is' if n_workers == 1 else 'are'} alive. "
            "End the workers on every host first; one that has died is forgotten after a minute."
        )
    if n_studies and not is_sure:
        raise Refused(
            f"The database holds {count_noun(n_studies, 'study,studies')}, which the backup would replace. "
            "Save them first (manage.py backup), then restore with --yes."
        )
