"""What becomes of old studies, by rules; without --yes it is only said."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from dashboard.access.actor import Actor
from dashboard.review.retention import Rules, carry_out, plan
from dashboard.wording import count_noun, person_name

OPTIONS = {
    "logs": "clear the logs of attempts that ended more than this many days ago",
    "archive": "archive ended studies with no activity for this many days",
    "delete": "delete archived studies with no activity for this many days (they can be restored)",
    "purge": "permanently delete studies that were deleted more than this many days ago",
}


class Command(BaseCommand):
    help = "Archive, delete, and purge old studies, and clear old logs, by age in days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, words in OPTIONS.items():
            parser.add_argument(f"--{name}", type=int, metavar="DAYS", help=words)
        parser.add_argument(
            "--yes", action="store_true", help="apply the rules; without it, only list what would change"
        )

    def handle(self, *_args: Any, yes: bool, **options: Any) -> None:
        days = {name: options[name] for name in OPTIONS}
        if all(value is None for value in days.values()):
            raise CommandError(
                "Set at least one rule, for example: retention --archive 180 --delete 365 --purge 30."
            )
        if low := next((name for name, value in days.items() if value is not None and value < 1), None):
            raise CommandError(f"--{low} is {days[low]}, but must be at least 1 day.")
        rules = Rules(**days)
        steps = carry_out(rules, by=Actor.operator("retention")) if yes else plan(rules)
        for step in steps:
            for study in step.studies:
                owner = person_name(study.owner)
                self.stdout.write(f"{step.verb:>17}  {study.pk:>6}  {study.name} ({owner})")
            words = "done" if yes else "would be done; use --yes to apply"
            self.stdout.write(f"{step.verb} {count_noun(len(step.studies), 'study,studies')}: {words}.")
