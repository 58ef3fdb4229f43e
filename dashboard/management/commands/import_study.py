"""Import a study from a file, as the page *Import* does."""

import csv
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError

from dashboard.access.actor import Actor
from dashboard.access.rules import EVERYONE, ONLY_ME, Place, places_for
from dashboard.importing.actions import Destination, import_study, nothing_left, read_import, source_words
from dashboard.importing.mapping import OBJECTIVE, Mapping, Target, first_mapping
from dashboard.importing.readers.form import FileRefused, Found
from dashboard.importing.report import REPORT_HEAD, report_rows, survey_of
from dashboard.importing.staging import Staged, discard, staging_copy
from dashboard.models import Door
from dashboard.refusal import Refused
from dashboard.wording import count_noun, thousands
from optimizer.objective import DIRECTIONS

if TYPE_CHECKING:
    from optimizer import Direction


class Command(BaseCommand):
    help = "Import a study of Optuna, KerasTuner, Hyperopt, W&B, MLflow, Neptune, Parzen, or a CSV table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, help="user name of the person who will own the study")
        parser.add_argument("--study", help="name of the study in the file (default: the only one)")
        parser.add_argument("--name", help="name here (default: that in the file)")
        parser.add_argument("--team", help="name of a team that will see it (default: only the owner)")
        parser.add_argument("--everyone", action="store_true", help="let everyone who is signed in see it")
        parser.add_argument("--objective", help="column that the search was to improve (default: guessed)")
        parser.add_argument("--direction", choices=DIRECTIONS, help="default: guessed")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="COLUMN=KIND:NAME",
            help="what a column becomes: param:NAME, metric:NAME, objective:NAME, text:NAME, or leave",
        )
        parser.add_argument("--widen", action="store_true", help="widen ranges to hold all values")
        parser.add_argument("--trainer", default="", help="with --dataset: what trains further trials")
        parser.add_argument("--dataset", default="")
        parser.add_argument("--report", type=Path, help="write what was skipped, and why, to this CSV file")
        parser.add_argument("--dry-run", action="store_true", help="say what would be imported, and stop")

    def handle(self, *_args: Any, file: Path, owner: str, **options: Any) -> None:
        user = User.objects.filter(username=owner).first()
        if user is None:
            raise CommandError(f"There is no user {owner}. Choose one who signs in here.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        by = Actor.of(user, door=Door.SHELL, path=Actor.operator().path)
        try:
            with staging_copy(file) as copy:
                staged = read_import(source=copy, name=file.name, by=by)
            try:
                self._import(staged, user, by, options)
            finally:
                discard(staged)
        except (FileRefused, Refused) as refusal:
            raise CommandError(f"{refusal} Nothing was imported.") from None

    def _import(self, staged: Staged, user: User, by: Actor, options: dict[str, Any]) -> None:
        found = staged.found
        place = _place_of(found, options["study"])
        told = found.studies[place]
        mapping = _mapping(found, place, options)
        survey = survey_of(staged, place, mapping, trainer=None if told.record else options["trainer"], by=by)
        tally = survey.tally
        if options["report"]:
            with options["report"].open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([REPORT_HEAD, *report_rows(tally)])
        for skipped in tally.skipped.values():
            self.stdout.write(f"{skipped.n:>7}  {skipped.words}: {skipped.detail}")
        if not tally.n:
            raise CommandError(f"{nothing_left(told, tally)} Nothing was imported.")
        n = count_noun(told.n_trials, "trial")
        words = f"{thousands(tally.n)} of {n} of {told.name} ({source_words(found, staged)})"
        if options["dry_run"]:
            self.stdout.write(f"{words} can be imported. Nothing was written.")
            return
        to = Destination(place, options["name"] or told.name, _where(user, options))
        study = import_study(staged=staged, to=to, mapping=mapping, by=by)
        self.stdout.write(f"Study {study.pk}: imported {words}.")


def _place_of(found: Found, name: str | None) -> int:
    names = [study.name for study in found.studies]
    if name is None and len(names) == 1:
        return 0
    if name not in names:
        shown = ", ".join(names[:20])
        raise Refused(
            f"The file has {count_noun(len(names), 'study,studies')}: {shown}. Choose one with --study."
        )
    return names.index(name)


def _where(user: User, options: dict[str, Any]) -> Place:
    places = places_for(user)
    wanted = EVERYONE if options["everyone"] else ONLY_ME
    if options["team"]:
        found = [place for place in places if place.team_id and place.label == options["team"]]
        if not found:
            raise Refused(f"{user.get_username()} cannot share studies with a team named {options['team']}.")
        return found[0]
    return next(place for place in places if place.value == wanted)


def _mapping(found: Found, place: int, options: dict[str, Any]) -> Mapping:
    told = found.studies[place]
    mapping = first_mapping(told)
    by_label = {column.label: column.key for column in told.columns}
    targets = dict(mapping.targets)
    for text in options["column"]:
        label, _, target = text.partition("=")
        targets[_key(by_label, label)] = Target.of(target)
    if options["objective"]:
        key = _key(by_label, options["objective"])
        targets = {
            k: _demoted(t) if k != key else Target(OBJECTIVE, options["objective"])
            for k, t in targets.items()
        }
    direction: Direction = options["direction"] or mapping.direction
    return replace(
        mapping,
        targets=targets,
        direction=direction,
        is_widened=options["widen"],
        trainer=options["trainer"],
        dataset=options["dataset"],
    )


def _demoted(target: Target) -> Target:
    return Target("metric", target.name) if target.kind == OBJECTIVE else target


def _key(by_label: dict[str, str], label: str) -> str:
    if label not in by_label:
        raise Refused(f"The file has no column {label}. It has {', '.join(list(by_label)[:30])}.")
    return by_label[label]
