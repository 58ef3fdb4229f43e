"""Samplers or pruners by name: our own, and those of other installed packages.

A package declares its members as entry points (``parzen.samplers``, ``parzen.pruners``). They are loaded when
a name that is not ours, or the list of all names, is first needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, Protocol, TypeVar

from optimizer.errors import PluginError


class Member(Protocol):
    """What a registry holds: a name, and ``problem`` says what is wrong with the rest, or is empty."""

    @property
    def name(self) -> str: ...

    @property
    def problem(self) -> str: ...


MemberT = TypeVar("MemberT", bound=Member)


class Registry(Mapping[str, MemberT], Generic[MemberT]):
    """Members by name, our own first and in their order, then those of other packages by name.

    ``kind`` is the type of all members and ``group`` the name of their entry points. A look-up that needs the
    members of other packages raises ``PluginError`` while one of them is broken; our own always work.
    """

    def __init__(self, kind: type[MemberT], group: str, own: Iterable[MemberT]) -> None:
        self._kind = kind
        self._group = group
        self._own = {member.name: member for member in own}
        self._installed: dict[str, MemberT] | None = None

    def __getitem__(self, name: str) -> MemberT:
        return self._own[name] if name in self._own else self._plugins()[name]

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
                member = self._load(entry)
                if member.name in self._own or member.name in found:
                    raise PluginError(
                        f"names in {self._group} must be unique, got {member.name!r} twice; "
                        f"rename {entry.value}"
                    )
                found[member.name] = member
            self._installed = found
        return self._installed

    def _load(self, entry: EntryPoint) -> MemberT:
        where = f"{entry.value} in {self._group}"
        try:
            member = entry.load()
        except Exception as error:
            raise PluginError(
                f"{where} cannot be loaded: {type(error).__name__}: {error}; fix or uninstall its package"
            ) from error
        if not isinstance(member, self._kind):
            raise PluginError(f"{where} must be a {self._kind.__name__}, got {type(member).__name__}")
        if member.problem:
            raise PluginError(f"{where} is unusable: {member.problem}")
        return member
