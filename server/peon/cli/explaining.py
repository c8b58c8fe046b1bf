"""Telling at a terminal why a line is there."""

import asyncio
import os
import sys
from pathlib import Path

import attrs

from peon.cli.client import Client
from peon.cli.complaints import complain
from peon.cli.spawning import spawned_server
from peon.cli.telling import printable, prompt_text
from peon.errors import PeonError, Unavailable
from peon.wire import dumps, unstructure
from peon_protocol.findings import (
    LineExplanation,
)
from peon_protocol.queries import ExplainLine, ListProjects, ListThreads
from peon_protocol.results import ProjectList, ThreadList
from peon_protocol.values import LineOrigin
from peon_protocol.views import ProjectView, ThreadView


def explain(file: Path, line: int, *, state_dir: Path | None, as_json: bool) -> int:
    """Ask a server about the line and print what it says."""
    try:
        found = asyncio.run(_explain(Path(os.path.realpath(file)), line, state_dir))
    except PeonError as error:
        complain(error)
        return 1
    text = dumps(unstructure(found)).decode() if as_json else _told(found)
    sys.stdout.write(f"{printable(text)}\n")
    return 0


async def _explain(file: Path, line: int, state_dir: Path | None) -> LineExplanation:
    async with spawned_server(
        state_dir, name="peon why", on_notification=lambda *_: None
    ) as client:
        return await client.ask(await _question(client, file, line), LineExplanation)


async def _question(client: Client, file: Path, line: int) -> ExplainLine:
    """The innermost folder that the file lies in, a project's or a thread's worktree, and the way
    to it from there.
    """
    projects = (await client.ask(ListProjects(), ProjectList)).projects
    threads = (await client.ask(ListThreads(turns=0), ThreadList)).threads
    places: dict[str, ProjectView | ThreadView] = {
        each.folder: each for each in threads if each.worktree is not None
    }
    places |= {each.root: each for each in projects}
    holding = [folder for folder in places if file.is_relative_to(folder)]
    if not holding:
        raise Unavailable(
            str(file),
            "it is in no project",
            "Open its folder in Peon, and let an agent work there.",
        )
    folder = max(holding, key=len)
    asked = ExplainLine(path=str(file.relative_to(folder)), line=line)
    match places[folder]:
        case ProjectView(project_id=project_id):
            return attrs.evolve(asked, project_id=project_id)
        case ThreadView(thread_id=thread_id):
            return attrs.evolve(asked, thread_id=thread_id)


def _told(found: LineExplanation) -> str:
    place = f"{found.path}:{found.line}"
    match found.origin:
        case LineOrigin.EXTERNAL:
            return f"{place} was written by nobody's turn."
        case LineOrigin.UNKNOWN:
            return f"{place}: it is not known any more whose it is, or more than one was at it."
        case LineOrigin.TURN:
            return "\n".join(_of_turn(found, place))


def _of_turn(found: LineExplanation, place: str) -> list[str]:
    turn = "a turn" if found.number is None else f"turn {found.number}"
    lines = [f"{place} was written by {turn} of thread {found.thread_id}, {found.at}."]
    agent = " with ".join(filter(None, (found.provider, found.model)))
    if agent:
        lines.append(f"  agent     {agent}")
    if found.tool_title is not None:
        lines.append(f"  tool      {found.tool_title}")
    if found.decided_by is not None:
        lines.append(f"  allowed   by the {found.decided_by.kind} {found.decided_by.name}")
    if found.prompt is not None:
        first, *more = prompt_text(found.prompt).strip().splitlines() or [""]
        lines += [f"  prompt    {first}", *(f"            {each}" for each in more)]
    return lines
