"""The kinds of agent there are now: from the registry's lists, and what is no program.

The user's list is read again when its file has changed. What editors add holds for the server, as
threads do: of two editors that say different things about one agent, the later is heard.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import attrs

from peon.providers.port import Available, Provider
from peon.providers.programs import Programs
from peon.providers.registry import SCRIPT, AgentEntry, Registry, problems_with, read_registry
from peon_protocol.values import JsonValue

Tables: TypeAlias = Mapping[str, JsonValue]
MakeProvider: TypeAlias = Callable[[AgentEntry], Provider]
_MOST_OFFERED = 256
"""How many agents editors may add."""


@attrs.frozen(kw_only=True)
class CatalogParts:
    """`make` turns an entry into a provider; `fixed` are those that no list names.

    Without a `user_file` there is none, and without `shipped` only the embedded agent is known
    besides what is added.
    """

    make: MakeProvider
    programs: Programs
    fixed: Sequence[Provider] = ()
    user_file: Path | None = None
    shipped: bool = True


class Catalog(Mapping[str, Provider]):
    """Providers by their ids, in the order in which one is taken when none is named."""

    def __init__(self, parts: CatalogParts) -> None:
        self.programs = parts.programs
        self._parts = parts
        self._offered: dict[str, JsonValue] = {}
        self._written: object = None
        self._entries: dict[str, AgentEntry] = {}
        self._providers: dict[str, Provider] = {}
        self._problems: tuple[str, ...] = ()
        self.version = 0
        """Changes with the providers."""
        self._read()

    def __getitem__(self, provider_id: str) -> Provider:
        return self._providers[provider_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._providers)

    def __len__(self) -> int:
        return len(self._providers)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the lists, for people."""
        return self._problems

    def look(self) -> None:
        """Read the user's list again if somebody has changed it."""
        if self._stamp() != self._written:
            self._read()

    def offer(self, tables: Tables) -> tuple[str, ...]:
        """Add what an editor knows; where something is wrong with it, only say what."""
        if problems := problems_with(tables):
            return problems
        laid = {n: _table(self._offered.get(n)) | _table(table) for n, table in tables.items()}
        offered = {**self._offered, **laid}
        if len(offered) > _MOST_OFFERED:
            return (f"there are more than {_MOST_OFFERED} agents",)
        new = set(self._registry(offered).problems) - set(self._problems)
        if not new and offered != self._offered:
            self._offered = offered
            self._read()
        return tuple(sorted(new))

    def default(self, environment: Mapping[str, str]) -> str:
        """The first that is there; the embedded agent needs nothing, so it is the last resort."""
        for provider_id, provider in self._providers.items():
            if provider_id != SCRIPT.provider_id and isinstance(
                provider.availability(environment), Available
            ):
                return provider_id
        return SCRIPT.provider_id

    def _read(self) -> None:
        """Put the lists together; a kind of agent that has not changed stays the one it was."""
        self._written = self._stamp()
        registry = self._registry(self._offered)
        entries = {str(entry.provider_id): entry for entry in registry.entries}
        providers = {
            name: self._providers[name]
            if self._entries.get(name) == entry
            else self._parts.make(entry)
            for name, entry in entries.items()
        }
        fixed = {str(each.provider_id): each for each in self._parts.fixed}
        self._entries, self._providers = entries, providers | fixed
        self._problems = registry.problems
        self.version += 1

    def _registry(self, offered: Tables) -> Registry:
        return read_registry(self._parts.user_file, offered, shipped=self._parts.shipped)

    def _stamp(self) -> object:
        """What tells one state of the user's list from another; None without one."""
        if self._parts.user_file is None:
            return None
        try:
            found = self._parts.user_file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _table(table: JsonValue) -> dict[str, JsonValue]:
    return table if isinstance(table, dict) else {}
