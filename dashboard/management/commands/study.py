"""What the buttons of a study's page do, for scripts and for people on the machine itself."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db.models import Count
from django.db.models.functions import Now

from dashboard.access.actor import Actor
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import Study
from dashboard.studies import actions
from dashboard.trials.actions import retry
from dashboard.wording import count_noun, thousands

# Verb -> (action, what has become of the study, what it had to be)
ACTIONS: dict[str, tuple[Callable[..., bool], str, str]] = {
    "start": (actions.start, "is running", "a draft"),
    "pause": (actions.pause, "is paused; running trials will finish", "running"),
    "resume": (actions.resume, "is running", "paused"),
    "drain": (
        actions.drain,
        "will stop after its running trials",
        "running or paused, and not already stopping",
    ),
    "stop": (actions.stop, "is stopped", "running or paused"),
}


class Command(BaseCommand):
    help = "List studies; start, pause, resume, drain (stop after the running trials), stop, or retry one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        verbs.add_parser("list", help="every study: number, state, trials, name")
        purge = verbs.add_parser("purge", help="permanently delete studies that have been deleted")
        purge.add_argument(
            "--days",
            type=int,
            default=30,
            help="only those deleted more than this many days ago (default: %(default)s)",
        )
        purge.add_argument("--yes", action="store_true", help="delete them; without it, only list them")
        for verb in (*ACTIONS, "retry"):
            about = verbs.add_parser(verb, help=f"{verb} studies, by their numbers")
            about.add_argument("numbers", nargs="+", type=int, metavar="STUDY")
            about.add_argument(
                "--by",
                default=Actor.operator().name,
                help="name to record in the history and the audit log (default: %(default)s)",
            )
            if verb == "retry":
                about.add_argument(
                    "--trial", type=int, help="retry this failed trial; by default, all lost trials"
                )

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            self._list()
            return
        if verb == "purge":
            self._purge(options["days"], is_sure=options["yes"])
            return
        # All of them, before anything is done.
        studies = [self._study(number) for number in options["numbers"]]
        for study in studies:
            if verb == "retry":
                self._retry(study, options["trial"], Actor.operator(options["by"]))
            else:
                self._act(study, verb, Actor.operator(options["by"]))

    def _list(self) -> None:
        for study in Study.objects.annotate(n=Count("trials")).order_by("pk"):
            words = f"{study.get_state_display()}. {study.state_reason}".removesuffix(". ")
            words += ", deleted" if study.deleted_at else ""
            self.stdout.write(
                f"{study.pk:>5}  {thousands(study.n):>7}/{thousands(study.max_trials):<7}  "
                f"{study.name}  ({words})"
            )

    def _purge(self, days: int, *, is_sure: bool) -> None:
        gone = Study.objects.filter(deleted_at__lt=Now() - timedelta(days=days)).annotate(n=Count("trials"))
        for study in gone.order_by("pk"):
            self.stdout.write(f"{study.pk:>5}  {count_noun(study.n, 'trial')}  {study.name}")
        n = (
            sum(actions.purge_study(study, by=Actor.operator()) for study in gone)
            if is_sure
            else gone.count()
        )
        words = "purged" if is_sure else "would be purged; use --yes to purge"
        self.stdout.write(f"{count_noun(n, 'study,studies')} {words}.")

    def _study(self, number: int) -> Study:
        try:
            return Study.objects.get(pk=number)
        except Study.DoesNotExist:
            raise CommandError(
                f"Study {number} does not exist. Run `manage.py study list` to see all studies."
            ) from None

    def _act(self, study: Study, verb: str, by: Actor) -> None:
        act, done, needed = ACTIONS[verb]
        try:
            has_acted = act(study, by=by)
        except QuotaRefused as refusal:
            raise CommandError(str(refusal)) from None
        if not has_acted:
            study.refresh_from_db()
            state = study.get_state_display().lower()
            raise CommandError(
                f"Study {study.pk} is {state}. To {verb} a study, it must be {needed}. Nothing was changed."
            )
        self.stdout.write(f"Study {study.pk} {done}.")

    def _retry(self, study: Study, trial: int | None, by: Actor) -> None:
        if trial is None:
            n = actions.retry_lost(study, by=by)
            self.stdout.write(f"Study {study.pk}: {count_noun(n, 'lost trial')} will be retried.")
        elif (found := study.trials.filter(number=trial).first()) and retry(found, by=by):
            self.stdout.write(f"Study {study.pk}: trial {trial} will be retried.")
        else:
            raise CommandError(f"Study {study.pk} has no failed trial {trial}. Nothing was changed.")
