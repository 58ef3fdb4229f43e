"""Put a backup in the place of what Parzen knows now."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from dashboard.access.actor import Actor
from dashboard.access.audit import record_action
from dashboard.engine.queues import workers_alive
from dashboard.engine.timeline import begin_timeline
from dashboard.models import Study
from dashboard.operations.backups.archive import Manifest, read_archive
from dashboard.operations.backups.dumps import load_database
from dashboard.operations.backups.folders import replace_folders
from dashboard.operations.launch.lock import FolderInUse, folder_lock
from dashboard.operations.queries import lacks_of_replaced
from dashboard.refusal import Refused
from dashboard.wording import count_noun


class Command(BaseCommand):
    help = "Replace the database with a backup. Stop Parzen first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="replace existing studies")

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
                f"Parzen is running from {settings.VAR_DIR}. Stop it with Ctrl-C first: changes made "
                "during a restore would be lost."
            ) from None
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        n = begin_timeline()
        record_action(Actor.operator(), "restore", study_id=None)
        self.stdout.write(
            f"Restored as of {manifest.created}: {count_noun(Study.objects.count(), 'study,studies')}. "
            f"{count_noun(n, 'trial')} running at that time will be retried."
        )


def _check_fit(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise Refused(
            f"The backup is from {manifest.database}, but this installation uses {connection.vendor}. "
            f"Set DATABASE_URL to a {manifest.database} database."
        )
    seen = {(app, name) for app, _, name in (label.partition(".") for label in manifest.migrations)}
    if missing := lacks_of_replaced(seen):
        raise Refused(
            f"The backup is too old for this version (it lacks {missing[0]}). Restore it with the "
            "previous version of Parzen, which upgrades it, and back it up again there."
        )
    known = MigrationLoader(None).disk_migrations
    replaced = {key for migration in known.values() for key in migration.replaces}
    unknown = {f"{app}.{name}" for app, name in seen - set(known) - replaced}
    if unknown:
        raise Refused(
            f"The backup is from a newer version of Parzen (migration {min(unknown)}). Upgrade first."
        )


def _check_target(*, is_sure: bool) -> None:
    try:
        n_workers = workers_alive().count()
        n_studies = Study.objects.count()
    except DatabaseError:  # nothing is there yet, or nothing that can be read
        return
    if n_workers:
        raise Refused(
            f"{count_noun(n_workers, 'worker')} still {'uses' if n_workers == 1 else 'use'} this database. "
            "Stop the workers on every host first. A crashed worker is removed after a minute."
        )
    if n_studies and not is_sure:
        raise Refused(
            f"The restore would replace {count_noun(n_studies, 'study,studies')} in the database. "
            "Back them up first (manage.py backup), then restore with --yes."
        )
