"""MNIST and its like, from where they are given away."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from trainers.datasets.download import DOWNLOADS, download
from trainers.errors import TrainerError


class Command(BaseCommand):
    help = "Download a dataset to PARZEN_DATA_DIR and check its digest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(DOWNLOADS))

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        try:
            download(name, str(settings.DATA_DIR), self.stdout.write)
        except TrainerError as error:
            raise CommandError(str(error)) from error
