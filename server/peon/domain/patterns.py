"""What a rule, or an approval for a session, is about, and whether an action is one of those."""

import re
import shlex
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import attrs

from peon.domain.command_lines import (
    CommandLine,
    Fit,
    Words,
    begins_with,
    holds,
    is_dynamic,
    parse,
)
from peon.domain.destructive import is_destructive
from peon_protocol.values import ToolKind

EVERYWHERE: Final = "**"
FILE_EDITS: Final = frozenset({ToolKind.EDIT, ToolKind.DELETE, ToolKind.MOVE})
_LOOKING: Final = frozenset({ToolKind.READ, ToolKind.SEARCH, ToolKind.THINK, ToolKind.FETCH})
_GUARDED: Final = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".husky",
        ".vscode",
        ".idea",
        ".claude",
        ".codex",
        ".gemini",
        ".qwen",
        ".opencode",
        ".goose",
        ".vibe",
        ".mcp.json",
        ".envrc",
    ]
)
"""Names that say what others, agents among them, run and may do: edited only when asked."""
_MOST_COMMANDS: Final = 8


@attrs.frozen(kw_only=True)
class Pattern:
    """Which actions are meant. What is null is not looked at; what is given must all fit."""

    tool_kind: ToolKind | None = None
    path: str | None = None
    command: str | None = None


@attrs.frozen(kw_only=True)
class Wish:
    """What an action is about. `paths` are those inside the workspace, links resolved.

    `outside` says that it names others too, or files that are nobody's business but the server's.
    """

    kind: ToolKind
    paths: tuple[str, ...] = ()
    command: str | None = None
    outside: bool = False

    @property
    def is_guarded(self) -> bool:
        """Whether nothing but a user, or the mode that asks nothing, may let it pass."""
        changes = self.kind not in _LOOKING
        if changes and any(_is_guarded(path) for path in self.paths):
            return True
        return self.command is not None and is_destructive(self.command)

    @property
    def line(self) -> CommandLine | None:
        return None if self.command is None else parse(self.command)


def wish(
    kind: ToolKind, paths: tuple[str, ...], command: str | None, *, outside: bool = False
) -> Wish:
    """What is asked for. Whatever it is called, what runs a command is an execution."""
    kind = ToolKind.EXECUTE if command is not None and kind is not ToolKind.QUESTION else kind
    return Wish(kind=kind, paths=paths, command=command, outside=outside)


def allows(patterns: Iterable[Pattern], wanted: Wish) -> tuple[int, ...]:
    """The places of the patterns that together allow all of what is wanted; none where they do not.

    Each command of a line may be allowed by another pattern, but all of them must be.
    """
    if wanted.outside or wanted.is_guarded:
        return ()
    if wanted.kind in FILE_EDITS and not wanted.paths:
        return ()
    fitting = [
        (place, each)
        for place, each in enumerate(patterns)
        if each.tool_kind in (None, wanted.kind) and _all_paths(each, wanted)
    ]
    plain = next((place for place, each in fitting if each.command is None), None)
    if plain is not None:
        return (plain,)
    line = wanted.line
    if line is None or line.opaque or not line.commands:
        return ()
    places = [_place_of(command, fitting) for command in line.commands]
    found = [place for place in places if place is not None]
    return tuple(dict.fromkeys(found)) if len(found) == len(places) else ()


def catches(pattern: Pattern, wanted: Wish) -> Fit:
    """Whether any part of what is wanted is what the pattern is about.

    In doubt is a command that is not told, or that stands in a text.
    """
    if pattern.tool_kind not in (None, wanted.kind):
        return Fit.NO
    if pattern.path is not None and not any(_is_at(pattern.path, each) for each in wanted.paths):
        return Fit.NO
    if pattern.command is None:
        return Fit.YES
    if wanted.command is None:
        return Fit.IN_DOUBT if wanted.kind is ToolKind.EXECUTE else Fit.NO
    return holds(wanted.command, first_words(pattern.command))


def covering(wanted: Wish) -> tuple[Pattern, ...]:
    """What a user who approves this for longer than once means; nothing where that cannot be told.

    Edits are meant wherever they are in the workspace; what deletes or moves, in its place only; a
    command, word by word.
    """
    if wanted.outside or wanted.is_guarded:
        return ()
    if wanted.command is not None:
        return _covering_commands(wanted)
    if wanted.kind is ToolKind.EDIT and wanted.paths:
        return (Pattern(tool_kind=ToolKind.EDIT, path=EVERYWHERE),)
    if wanted.kind in FILE_EDITS:
        return tuple(Pattern(tool_kind=wanted.kind, path=literal(path)) for path in wanted.paths)
    if wanted.kind in _LOOKING:
        return (Pattern(tool_kind=wanted.kind),)
    return ()


def first_words(command: str) -> Words:
    """The words of a rule's command."""
    return parse(command).commands[0]


def literal(path: str) -> str:
    """The glob that fits this path alone."""
    return re.sub(r"([*?\\])", r"\\\1", path)


def _covering_commands(wanted: Wish) -> tuple[Pattern, ...]:
    line = wanted.line
    if line is None or line.opaque or not 0 < len(line.commands) <= _MOST_COMMANDS:
        return ()
    if any(is_dynamic(command) for command in line.commands):
        return ()
    lines = dict.fromkeys(shlex.join(command) for command in line.commands)
    return tuple(Pattern(tool_kind=ToolKind.EXECUTE, command=each) for each in lines)


def _place_of(command: Words, fitting: Iterable[tuple[int, Pattern]]) -> int | None:
    for place, each in fitting:
        if each.command is not None and begins_with(command, first_words(each.command)):
            return place
    return None


def _all_paths(pattern: Pattern, wanted: Wish) -> bool:
    glob = pattern.path
    if glob is None:
        return True
    return bool(wanted.paths) and all(_glob(glob).fullmatch(path) for path in wanted.paths)


def _is_at(glob: str, path: str) -> bool:
    """Where the case of letters may not count, what is denied is denied in any case."""
    return _glob(glob.casefold()).fullmatch(path.casefold()) is not None


def _is_guarded(path: str) -> bool:
    return not _GUARDED.isdisjoint(path.casefold().split("/"))


@lru_cache(maxsize=1024)
def _glob(glob: str) -> re.Pattern[str]:
    """`**` spans folders, `*` and `?` do not, a backslash makes the next letter plain."""
    return re.compile(_GLOB.sub(_translated, glob), re.DOTALL)


_GLOB: Final = re.compile(r"(?:^|(?<=/))\*\*/|/\*\*$|\*\*|\*|\?|\\(.)|[^*?\\/]+|/", re.DOTALL)


def _translated(found: re.Match[str]) -> str:
    match found[0]:
        case "**/":
            return "(?:.*/)?"
        case "/**":
            return "(?:/.*)?"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _:
            return re.escape(found[1] if found[1] is not None else found[0])
