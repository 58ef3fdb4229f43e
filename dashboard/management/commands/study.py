"""What the buttons of a study's page do, for scripts and for people on the machine itself."""

import getpass
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db.models import Count
from django.db.models.functions import Now

from dashboard.engine.artifacts import purge_study
from dashboard.engine.lifecycle import drain_study, pause_study, resume_study, start_study, stop_study
from dashboard.engine.retries import retry_lost_trials, retry_trial
from dashboard.models import Study
from dashboard.refusal import Refused
from dashboard.wording import count_noun

# Verb -> (service, what has become of the study, what it had to be)
ACTIONS: dict[str, tuple[Callable[..., bool], str, str]] = {
    "start": (start_study, "is running", "a draft"),
    "pause": (pause_study, "is paused; running trials go on to their end", "running"),
    "resume": (resume_study, "is running", "paused"),
    "drain": (drain_study, "stops after its running trials", "running or paused, and not stopping already"),
    "stop": (stop_study, "is stopped", "running or paused"),
}


class Command(BaseCommand):
    help = "List studies; start, pause, resume, drain (stop after the running trials), stop or retry one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        verbs.add_parser("list", help="every study: number, state, trials, name")
        purge = verbs.add_parser("purge", help="throw deleted studies away for good")
        purge.add_argument("--days", type=int, default=30, help="deleted so long ago (default: %(default)s)")
        purge.add_argument("--yes", action="store_true", help="do it; else it is only said what would go")
        for verb in (*ACTIONS, "retry"):
            about = verbs.add_parser(verb, help=f"{verb} studies, by their numbers")
            about.add_argument("numbers", nargs="+", type=int, metavar="STUDY")
            about.add_argument(
                "--by", default=_operator(), help="who does it, for the history (default: %(default)s)"
            )
            if verb == "retry":
                about.add_argument("--trial", type=int, help="this failed trial; else all that were lost")

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
                self._retry(study, options["trial"], options["by"])
            else:
                self._act(study, verb, options["by"])

    def _list(self) -> None:
        for study in Study.objects.annotate(n=Count("trials")).order_by("pk"):
            words = f"{study.get_state_display()}: {study.state_reason}".removesuffix(": ")
            words += ", deleted" if study.deleted_at else ""
            self.stdout.write(f"{study.pk:>5}  {study.n:>6}/{study.max_trials:<6}  {study.name}  ({words})")

    def _purge(self, days: int, *, is_sure: bool) -> None:
        gone = Study.objects.filter(deleted_at__lt=Now() - timedelta(days=days)).annotate(n=Count("trials"))
        for study in gone.order_by("pk"):
            self.stdout.write(f"{study.pk:>5}  {count_noun(study.n, 'trial')}  {study.name}")
        n = sum(purge_study(study_id=study.pk) for study in gone) if is_sure else gone.count()
        words = "thrown away" if is_sure else "would be thrown away; --yes does it"
        self.stdout.write(f"{count_noun(n, 'study,studies')} {words}.")

    def _study(self, number: int) -> Study:
        try:
            return Study.objects.get(pk=number)
        except Study.DoesNotExist:
            raise CommandError(
                f"There is no study {number}; `manage.py study list` names those there are."
            ) from None

    def _act(self, study: Study, verb: str, by: str) -> None:
        act, done, needed = ACTIONS[verb]
        try:
            has_acted = act(study_id=study.pk, by=by)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if not has_acted:
            study.refresh_from_db()
            state = study.get_state_display().lower()
            raise CommandError(
                f"Study {study.pk} is {state}. To {verb} a study it has to be {needed}; nothing was changed."
            )
        self.stdout.write(f"Study {study.pk} {done}.")

    def _retry(self, study: Study, trial: int | None, by: str) -> None:
        if trial is None:
            n = retry_lost_trials(study_id=study.pk, by=by)
            self.stdout.write(f"Study {study.pk}: {count_noun(n, 'lost trial')} will be trained again.")
        elif retry_trial(study_id=study.pk, number=trial, by=by):
            self.stdout.write(f"Study {study.pk}: trial {trial} will be trained again.")
        else:
            raise CommandError(f"Study {study.pk} has no failed trial {trial}; nothing was changed.")


def _operator() -> str:
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container may run under a number without a name
        return "command line"
