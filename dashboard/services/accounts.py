"""Who may sign in."""

from django.contrib.auth.models import User


def create_first_user(*, name: str, password: str) -> User:
    """The first person of an installation may do everything."""
    return User.objects.create_superuser(username=name, password=password)
