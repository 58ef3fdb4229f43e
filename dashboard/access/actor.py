"""Who asks for a change, and by which door: a page, a command on the machine, later the HTTP API."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from dashboard.models import Door
from dashboard.wording import person_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Actor:
    """Every action takes one as `by`.

    Without a `user` it is somebody, or a rule, on the machine itself: who can run commands there can read and
    write the database anyway, and is not asked for a role.
    """

    name: str  # in histories
    user: User | None = None
    door: Door = Door.SHELL
    # Where the request came from, and the page or command line that it was made with.
    address: str | None = None
    path: str = ""

    @classmethod
    def of(cls, user: User, *, door: Door = Door.WEB, address: str | None = None, path: str = "") -> Actor:
        return cls(person_name(user), user, door, address, path)

    @classmethod
    def operator(cls, name: str = "") -> Actor:
        """Whoever runs the current command on the machine itself."""
        return cls(name or _operator(), path=f"manage.py {' '.join(sys.argv[1:])}")

    @property
    def login(self) -> str:
        """What the audit log calls them: names may change or be shared, this may not."""
        return self.user.get_username() if self.user else self.name

    @property
    def account(self) -> User:
        """For actions that make something that belongs to a person."""
        if self.user is None:
            raise PermissionDenied(f"This action needs a user account, but {self.name} has none.")
        return self.user


def _operator() -> str:
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container may run under a number without a name
        return "command line"
