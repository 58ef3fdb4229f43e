"""Samplers or pruners by name: our own, and those of other installed packages.

A package declares its members as entry points (``parzen.samplers``, ``parzen.pruners``). They are loaded when
a name that is not ours, or the list of all names, is first needed. A broken one is left out, and the log says
why; whoever asks for it by name is told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, Protocol, TypeVar

from optimizer.errors import PluginError

logger = logging.getLogger(__name__)


class Member(Protocol):
    """What a registry holds: a name, and ``problem`` says what is wrong with the rest, or is empty."""

    @property
    def name(self) -> str: ...

    @property
    def problem(self) -> str: ...


MemberT = TypeVar("MemberT", bound=Member)


class Registry(Mapping[str, MemberT], Generic[MemberT]):
    """Members by name, our own first and in their order, then those of other packages by name.

    ``kind`` is the type of all members and ``group`` the name of their entry points. A broken one is not
    listed; the look-up of its name raises ``PluginError``.
    """

    def __init__(self, kind: type[MemberT], group: str, own: Iterable[MemberT]) -> None:
        self._kind = kind
        self._group = group
        self._own = {member.name: member for member in own}
        self._installed: dict[str, MemberT] | None = None
        self._broken: dict[str, PluginError] = {}

    def __getitem__(self, name: str) -> MemberT:
        if name in self._own:
            return self._own[name]
        found = self._plugins()
        if name not in found and name in self._broken:
            raise self._broken[name]
        return found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._plugins()

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from self._plugins()

    def __len__(self) -> int:
        return len(self._own) + len(self._plugins())

    def _plugins(self) -> dict[str, MemberT]:
        """The members of other packages, loaded once."""
        if self._installed is None:
            found: dict[str, MemberT] = {}
            for entry in sorted(entry_points(group=self._group), key=lambda entry: entry.name):
                try:
                    member = self._load(entry, {*self._own, *found})
                except PluginError as error:
                    logger.warning("left out: %s", error)
                    self._broken[entry.name] = error
                else:
                    found[member.name] = member
            self._installed = found
        return self._installed

    def _load(self, entry: EntryPoint, taken: set[str]) -> MemberT:
        where = f"{entry.value} in {self._group}"
        try:
            member = entry.load()
        except (Exception, SystemExit) as error:  # a module may end the process that imports it
            raise PluginError(
                f"{where} cannot be loaded: {type(error).__name__}: {error}; fix or uninstall its package"
            ) from error
        if not isinstance(member, self._kind):
            raise PluginError(f"{where} must be a {self._kind.__name__}, got {type(member).__name__}")
        if member.problem:
            raise PluginError(f"{where} is unusable: {member.problem}")
        if member.name in taken:
            raise PluginError(
                f"names in {self._group} must be unique, got {member.name!r} twice; rename {entry.value}"
            )
        return member
