"""What a first start makes, and that its secrets are the owner's alone."""

import os
import stat

import pytest
from django.contrib.auth.models import User

from dashboard.models import Study
from dashboard.operations.launch.first_start import (
    make_first_study,
    sign_in_file,
    sign_in_words,
    write_private,
    write_secret_key,
)
from tests.builders import make_study, make_user


@pytest.fixture
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.SECRET_KEY_FILE = tmp_path / "secret-key"
    return tmp_path


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022])
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_private_file_is_for_its_owner_only(tmp_path, umask):
    write_private(tmp_path / "secret", "word")

    assert mode_of(tmp_path / "secret") == 0o600
    assert (tmp_path / "secret").read_text() == "word\n"


def test_private_file_becomes_private_also_where_an_open_one_lay(tmp_path):
    (tmp_path / "secret").write_text("old and longer")
    (tmp_path / "secret").chmod(0o644)

    write_private(tmp_path / "secret", "new")

    assert (tmp_path / "secret").read_text() == "new\n"
    assert mode_of(tmp_path / "secret") == 0o600


def test_missing_key_is_made_once_and_kept_private(settings, var_dir):
    settings.IS_SECRET_KEY_MISSING = True

    write_secret_key()

    key = settings.SECRET_KEY_FILE.read_text().strip()
    assert len(key) >= 50
    assert key == settings.SECRET_KEY
    assert mode_of(settings.SECRET_KEY_FILE) == 0o600


def test_key_that_is_there_is_left_alone(settings, var_dir):
    settings.IS_SECRET_KEY_MISSING = False

    write_secret_key()

    assert not settings.SECRET_KEY_FILE.exists()


@pytest.mark.django_db
def test_first_person_is_made_with_a_password_in_a_private_file(var_dir, client):
    words = sign_in_words()

    name, password = sign_in_file().read_text().split()
    assert words == f"admin with the password {password}"
    assert mode_of(sign_in_file()) == 0o600
    answer = client.post("/account/login/", {"login": name, "password": password})
    assert answer.status_code == 302


@pytest.mark.django_db
def test_password_is_told_only_as_long_as_nobody_changed_it(var_dir):
    first = sign_in_words()
    assert sign_in_words() == first
    assert User.objects.count() == 1

    user = User.objects.get()
    user.set_password("another one, of her own")
    user.save()

    assert "your username and password" in sign_in_words()


@pytest.mark.django_db
@pytest.mark.parametrize("content", [None, "", "admin", "nobody secret", "a b c"])
def test_no_password_is_told_when_its_file_is_gone_or_odd(var_dir, content):
    make_user("ada")
    if content is not None:
        sign_in_file().write_text(content)

    assert "your username and password" in sign_in_words()
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_first_study_runs_at_once_and_is_made_once(var_dir):
    make_first_study()
    assert not Study.objects.exists()

    owner = make_user("ada")
    make_first_study()
    make_first_study()

    study = Study.objects.get()
    assert (study.state, study.owner, study.dataset) == ("running", owner, "digits")


@pytest.mark.django_db
def test_first_study_is_not_made_where_there_is_one(var_dir):
    make_study()

    make_first_study()

    assert Study.objects.count() == 1
