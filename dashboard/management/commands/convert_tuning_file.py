"""Write a model file of what a file of Hyperas or Talos declares, for a person to read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from trainers.custom.converting import convert_tuning_file
from trainers.custom.user_code import CodeInvalid


class Command(BaseCommand):
    help = "Convert a file of Hyperas or Talos into a model file. Nothing of it is run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of Hyperas or Talos")
        parser.add_argument("converted", type=Path, help="a new file, such as my_model.py")

    def handle(self, *_args: Any, file: Path, converted: Path, **_options: Any) -> None:
        if converted.exists():
            raise CommandError(f"{converted} already exists. Choose another name.")
        try:
            text = convert_tuning_file(file.read_text(encoding="utf-8"))
            converted.write_text(text, encoding="utf-8")
        except (CodeInvalid, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {converted}. Read it, then load it as a custom model.")
