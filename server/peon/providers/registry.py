"""Which agents there are: data, from which providers are made.

The embedded agent and `host` are fixed. The others come from the list that is shipped, from a file
of the user's, and from the editor; the later changes the earlier, key by key.
"""

import enum
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import attrs

from peon.providers import script
from peon.providers.terms import Span
from peon_protocol.ids import ProviderId, is_id
from peon_protocol.values import JsonValue

_SHIPPED: Final = Path(__file__).with_name("agents.toml")


class Speech(enum.StrEnum):
    """What an agent speaks."""

    ACP = "acp"
    """The Agent Client Protocol."""
    CODEX = "codex"
    """The protocol of `codex app-server`."""


@attrs.frozen(kw_only=True)
class AgentEntry:
    """How to start one kind of agent. `install` is the command that a person gets it with."""

    provider_id: ProviderId
    name: str
    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    install: str = ""
    plans: bool = False
    """Whether it has a mode that changes nothing, as far as one knows without starting it."""
    protocol: Speech = Speech.ACP
    tokens: Span = Span.TURN
    """Of what it tells the tokens at the end of a turn."""

    @property
    def remedy(self) -> str:
        """What a person does where the program is not there."""
        if self.install:
            return f"Install it: {self.install}"
        return f"Install {self.command}, or correct its path."


@attrs.frozen
class Registry:
    """The agents there are, in the order of preference, and what was wrong with the lists."""

    entries: tuple[AgentEntry, ...]
    problems: tuple[str, ...] = ()


SCRIPT: Final = AgentEntry(
    provider_id=ProviderId("script"),
    name="Script",
    command=sys.executable,
    # Isolated and without site: it starts sooner, and nothing of the user's is imported.
    args=("-I", "-S", str(Path(script.__file__).with_name("launch.py"))),
    plans=True,
)
RESERVED: Final = frozenset({"script", "host"})
_KEYS: Final = frozenset(
    {"name", "command", "args", "env", "install", "plans", "protocol", "tokens"}
)


def read_registry(
    user_file: Path | None = None,
    from_editor: Mapping[str, JsonValue] | None = None,
    *,
    shipped: bool = True,
) -> Registry:
    """Put the lists together. What is wrong with an entry costs that entry, and is told."""
    problems: list[str] = []
    listed = _Lists(problems)
    if shipped:
        listed.lay_over(_tables(_SHIPPED, problems), "the shipped list")
    if user_file is not None and user_file.exists():
        listed.lay_over(_tables(user_file, problems), str(user_file))
    listed.lay_over(from_editor or {}, "the editor's list")
    return Registry((*listed.entries(), SCRIPT), tuple(problems))


def problems_with(tables: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """What is wrong with tables that somebody would add, each with its place."""
    found = ((name, _problem(name, table)) for name, table in tables.items())
    return tuple(f"agent {name!r} {problem}" for name, problem in found if problem is not None)


class _Lists:
    """Lists of agents laid over each other."""

    def __init__(self, problems: list[str]) -> None:
        self._tables: dict[str, dict[str, JsonValue]] = {}
        self._problems = problems

    def lay_over(self, tables: Mapping[str, JsonValue], source: str) -> None:
        for provider_id, table in tables.items():
            problem = _problem(provider_id, table)
            if problem is not None:
                self._problems.append(f"{source}: agent {provider_id!r} {problem}")
            elif isinstance(table, dict):
                self._tables[provider_id] = {**self._tables.get(provider_id, {}), **table}

    def entries(self) -> Iterable[AgentEntry]:
        for provider_id, table in self._tables.items():
            entry = _entry(provider_id, table)
            if entry is None:
                self._problems.append(f"agent {provider_id!r} has no command")
            else:
                yield entry


def _tables(path: Path, problems: list[str]) -> Mapping[str, JsonValue]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"{path} cannot be read: {error}")
        return {}


def _problem(provider_id: str, table: JsonValue) -> str | None:
    """What is wrong with a table, completing «agent x …»."""
    if provider_id in RESERVED or not is_id(provider_id):
        return "cannot be called that"
    if not isinstance(table, dict):
        return "is no table"
    if unknown := sorted(table.keys() - _KEYS):
        return f"has fields nobody knows: {', '.join(unknown)}"
    wrong = [name for name, value in table.items() if not _fits(name, value)]
    return f"has fields of the wrong type: {', '.join(wrong)}" if wrong else None


def _fits(name: str, value: JsonValue) -> bool:
    match name, value:
        case "args", list():
            return all(isinstance(each, str) for each in value)
        case "env", dict():
            return all(isinstance(each, str) for each in value.values())
        case "plans", bool():
            return True
        case "protocol", str():
            return value in set(Speech)
        case "tokens", str():
            return value in set(Span)
        case "name" | "command" | "install", str():
            return value != ""
        case _:
            return False


def _entry(provider_id: str, table: Mapping[str, JsonValue]) -> AgentEntry | None:
    """The entry of a table that fits; None without the one field that has no default."""
    match table:
        case {"command": str(command)}:
            args, env = table.get("args"), table.get("env")
            return AgentEntry(
                provider_id=ProviderId(provider_id),
                name=str(table.get("name", provider_id)),
                command=command,
                args=tuple(map(str, args)) if isinstance(args, list) else (),
                env={n: str(v) for n, v in env.items()} if isinstance(env, dict) else {},
                install=str(table.get("install", "")),
                plans=table.get("plans") is True,
                protocol=Speech(str(table.get("protocol", Speech.ACP))),
                tokens=Span(str(table.get("tokens", Span.TURN))),
            )
        case _:
            return None
