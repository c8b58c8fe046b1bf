"""What the model says: a scene is named by a mark in the prompt and goes on with each tool result.

Agents send the whole conversation each time and ask beside it for titles and the like; so which
step comes next is read off the request, and nothing is remembered between requests.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs

Json: TypeAlias = dict[str, Any]

_MARK: Final = re.compile(r"\[scene ([\w-]+)\]")


@attrs.frozen
class Write:
    """Write a file with the tool that the agent offers for it."""

    path: str
    text: str


@attrs.frozen
class Run:
    """Run a command."""

    command: str


@attrs.frozen
class Use:
    """Use a tool of an MCP server. It need not be offered: some agents have it searched for."""

    server: str
    tool: str


Deed: TypeAlias = Write | Run | Use


@attrs.frozen
class Refusal:
    """An answer with an HTTP status that is no success."""

    status: int
    kind: str
    message: str


@attrs.frozen(kw_only=True)
class Step:
    """One answer of the model. With `holds` it stops in the middle, until it may go on."""

    think: str = ""
    say: str = ""
    do: Deed | None = None
    refuses: Refusal | None = None
    pieces: int = 4
    holds: bool = False


ASIDE: Final = Step(say="A garden", pieces=1)
"""What is said to requests that are about no scene: for a title, for a summary."""


@attrs.frozen
class Offered:
    """A tool as a request offers it; `fields` are those of its schema, if it has one."""

    name: str
    fields: frozenset[str] | None = None
    is_free_text: bool = False


@attrs.frozen(kw_only=True)
class Asked:
    """A request, whatever the interface: what was said so far, and the tools there are."""

    heard: tuple["Heard", ...]
    tools: tuple[Offered, ...]
    streams: bool
    model: str
    effort: str | None = None

    @property
    def text(self) -> str:
        """Everything that was said so far."""
        return "\n".join(each.text for each in self.heard)


@attrs.frozen
class Heard:
    """One thing of the conversation: something said, or what came of a tool."""

    text: str
    is_user: bool = False
    is_result: bool = False


@attrs.frozen
class Call:
    """A tool to be called: with arguments by name, or with free text."""

    name: str
    arguments: Json
    text: str | None = None
    namespace: str | None = None


def next_step(asked: Asked, scenes: Mapping[str, tuple[Step, ...]]) -> Step:
    """The step that a request asks for; a scene that has ended is over.

    It is of the scene that was written down last, of all that are named: an agent that is told
    again what was may be told it behind what it is asked now.
    """
    order = {name: place for place, name in enumerate(scenes)}
    name, results = "", 0
    for each in asked.heard:
        marks = _MARK.findall(each.text) if each.is_user else []
        newest = max(name, *marks, key=lambda mark: order.get(mark, -1)) if marks else ""
        if newest in marks:
            name, results = newest, 0
        elif each.is_result:
            results += 1
    steps = scenes.get(name, ())
    if not asked.tools or not steps:
        return ASIDE
    return steps[results] if results < len(steps) else Step(say="That is all.")


def call_for(deed: Deed, tools: Iterable[Offered]) -> Call:
    """How the deed is done with one of these tools."""
    offered = {each.name: each for each in tools}
    if isinstance(deed, Use):
        server = f"mcp__{deed.server}"
        whole = f"{server}__{deed.tool}"
        return Call(whole, {}) if whole in offered else Call(deed.tool, {}, namespace=server)
    for name, arguments in _ways(deed):
        tool = offered.get(name)
        if tool is None:
            continue
        if tool.is_free_text:
            return Call(name, {}, _patch(deed))
        known = tool.fields
        fitting = {n: v for n, v in arguments.items() if known is None or n in known}
        return Call(name, fitting)
    raise LookupError(f"no tool for {deed} among {', '.join(offered)}")


def _ways(deed: Write | Run) -> list[tuple[str, Json]]:
    """The names of tools for a deed, and what they take; the schema tells which of it."""
    match deed:
        case Write(path=path, text=text):
            where = {"file_path": path, "filePath": path, "path": path, "content": text}
            named: list[tuple[str, Json]] = [("apply_patch", {"input": _patch(deed)})]
            named += [(name, where) for name in ("Write", "write_file", "write")]
            return named
        case Run(command=command):
            words = {"command": command, "cmd": command, "description": "Run it"}
            return [(name, words) for name in ("Bash", "exec_command", "bash", "execute")]


def _patch(deed: Write | Run) -> str:
    match deed:
        case Write(path=path, text=text):
            added = "".join(f"+{line}\n" for line in text.splitlines())
            return f"*** Begin Patch\n*** Add File: {path}\n{added}*** End Patch\n"
        case Run(command=command):
            return command


def cut(text: str, pieces: int) -> list[str]:
    """`text` in about so many pieces."""
    size = max(1, -(-len(text) // max(1, pieces)))
    return [text[start : start + size] for start in range(0, len(text), size)]
