"""Who may sign in, and as what."""

from django.contrib.auth.models import Permission, User


def create_first_user(*, name: str, password: str) -> User:
    """The first person of an installation may do everything."""
    return User.objects.create_superuser(username=name, password=password)


class AccountRefused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def change_person(
    *, person: User, is_active: bool, is_staff: bool, may_run_code: bool | None = None, by: User
) -> None:
    """Let somebody in or keep them out; whoever does not come in any more is signed out everywhere.

    `may_run_code` gives or takes the right to own models; None leaves it as it is.
    """
    if person == by and not (is_active and is_staff):
        raise AccountRefused("You cannot take your own rights away; ask another administrator.")
    if person.is_superuser and not by.is_superuser:
        raise AccountRefused(f"{person} is an administrator; only administrators change that account.")
    User.objects.filter(pk=person.pk).update(is_active=is_active, is_staff=is_staff)
    if may_run_code is not None:
        right = Permission.objects.get(codename="run_own_code", content_type__app_label="dashboard")
        (person.user_permissions.add if may_run_code else person.user_permissions.remove)(right)
