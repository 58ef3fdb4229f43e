"""Django's command, which would do nothing about a database that is too old for it, and not say so."""

from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dashboard.operations.queries import lacks_of_replaced


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if missing := lacks_of_replaced(MigrationRecorder(connection).applied_migrations()):
            raise CommandError(
                f"The database is too old for this version (it lacks {missing[0]}). "
                "Upgrade it with the previous version of Parzen first."
            )
        super().handle(*args, **options)
