"""What a first start makes: a secret key, a first person, and a study to look at."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from dashboard.catalog import known_datasets
from dashboard.engine.lifecycle import create_study, start_study
from dashboard.models import Study
from dashboard.new_study.page import start_from_preset
from dashboard.people.actions import create_first_user
from trainers.presets import preset
from trainers.registry import trainer_info
from trainers.space import space_json

FIRST_TRIALS, FIRST_EPOCHS = 60, 15


def sign_in_file() -> Path:
    return Path(settings.VAR_DIR) / "first-sign-in.txt"


def write_secret_key() -> None:
    """One key per installation; it signs sessions, so it must not change from start to start."""
    if settings.IS_SECRET_KEY_MISSING:
        key = secrets.token_urlsafe(50)
        write_private(settings.SECRET_KEY_FILE, key)
        settings.SECRET_KEY = key


def write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)  # also where an open file lay
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")


def sign_in_words() -> str:
    """How to sign in; makes the first person where there is none."""
    if not User.objects.exists():
        password = secrets.token_urlsafe(9)
        create_first_user(name="admin", password=password)
        write_private(sign_in_file(), f"admin {password}")
    name, password = _first_sign_in()
    if name:
        return f"{name} with the password {password}"
    return "your username and password (to reset: .venv/bin/python manage.py changepassword NAME)"


def _first_sign_in() -> tuple[str, str]:
    """The first name and password, as long as nobody has changed them."""
    try:
        name, password = sign_in_file().read_text().split()
    except (OSError, ValueError):
        return "", ""
    user = User.objects.filter(username=name).first()
    return (name, password) if user and user.check_password(password) else ("", "")


def make_first_study() -> None:
    """A live study for somebody who has never seen one. It is made once, with the first person."""
    owner = User.objects.order_by("pk").first()
    if owner is None or Study.objects.exists():
        return
    quick = preset("quick")
    info = trainer_info(quick.trainer)
    fields = start_from_preset("quick", known_datasets()).fields
    study = create_study(
        owner=owner,
        space=space_json(info, quick.knobs),
        **fields
        | {
            "name": "First look: digits",
            "trainer": quick.trainer,
            "direction": quick.direction,
            "max_trials": FIRST_TRIALS,
            "max_epochs": FIRST_EPOCHS,
        },
    )
    start_study(study_id=study.pk, by=study.owner.get_username())
