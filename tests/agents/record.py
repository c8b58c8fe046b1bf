"""Records what real agents write, byte for byte, and what they were told in between.

    make transcripts [AGENTS="opencode gemini"]

The agents run in a neutral place (`neutral.sh`), so what they write holds nothing of this machine;
a recording that does all the same is not kept. Nobody's key is used: the model is ours.
"""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Final

from agents.legs import Agents, Leg
from agents.llm.server import FakeLlm
from agents.recorded import RECORDED, scenes, turns_of
from peon.providers.registry import AgentEntry, read_registry
from peon.providers.terms import Patience
from peon_protocol.provider_events import SessionEnded, SessionStarted
from support.acts import perform
from support.agents import Agency, Recorder
from support.replays import Course, Tee

PLACE: Final = Path("/srv")
FOLDER: Final = Path(__file__).parents[1] / "providers" / "transcripts"
QUIET: Final = 1.5
"""Seconds without a word, after which an agent has said all that belongs to a turn."""


def entry_of(leg: Leg, url: str) -> AgentEntry:
    table = leg.start(Agents.installed(), url, PLACE / "home")
    registry = read_registry(from_editor={leg.name: table}, shipped=False)
    assert registry.problems == ()
    return registry.entries[0]


async def record(leg: Leg, llm: FakeLlm) -> Course:
    workspace = PLACE / "garden"
    agency = Agency(PLACE / "home", workspace)
    tee = Tee(agency.supervisor)
    entry = entry_of(leg, llm.url)
    spoken = scenes(workspace)
    played: list[str] = []
    try:
        recorder = await agency.open(entry, patience=Patience(), starter=tee)
        for turn in turns_of(leg):
            await _quiet(tee)
            if recorder.of(SessionEnded):
                break
            mark = llm.play(turn, *spoken[turn])
            end = await perform(turn, recorder, f"{mark} Look after the garden.")
            _say(f"  {turn}: {end}")
            played.append(turn)
        await _quiet(tee)
    finally:
        await agency.close()
    return Course(
        agent=_named(recorder), speech=entry.protocol, turns=tuple(played), steps=tuple(tee.steps)
    )


async def _quiet(tee: Tee) -> None:
    while True:
        tee.news.clear()
        try:
            async with asyncio.timeout(QUIET):
                await tee.news.wait()
        except TimeoutError:
            return


def _named(recorder: Recorder) -> str:
    (started,) = recorder.of(SessionStarted)
    return " ".join(filter(None, (started.agent_name, started.agent_version)))


def traces(course: Course) -> list[str]:
    """Where a recording tells of this machine."""
    words = [re.escape(word) for word in os.environ["PEON_NEVER"].split(":") if word]
    telling = re.compile(rf".{{,40}}(?<![\w:-])({'|'.join(words)})(?![\w-]).{{,40}}")
    return [found.group() for found in telling.finditer(course.said.decode(errors="replace"))]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(names: list[str]) -> int:
    kept = 0
    for name in names or RECORDED:
        _say(name)
        with FakeLlm() as llm:
            course = asyncio.run(record(RECORDED[name], llm))
        if found := traces(course):
            _say(f"  not kept, it tells of this machine: {', '.join(found)}")
        else:
            course.write(FOLDER / f"{name}.course.json")
            kept += 1
            _say(f"  {course.agent}: {len(course.said)} bytes, {len(course.steps)} steps")
    return 0 if kept == len(names or RECORDED) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
