"""What real agents once wrote, byte for byte, through the real client; the expected events beside.

`make transcripts` records them (tests/agents/record.py); `PEON_TEST_RECORD=1` writes the
expectations again: then read what has changed.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from peon.errors import ExternalFailure
from peon.providers.registry import AgentEntry, read_registry
from peon.providers.terms import Span
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderError,
    ProviderEvent,
    SessionEnded,
    ToolCallUpdated,
    TurnEnded,
)
from peon_protocol.values import ItemStatus, StopReason
from support import replays
from support.acts import perform
from support.agents import IMPATIENT, LONG, Agency, Recorder, by_file, plain
from support.replays import Course, Cutting, Replay, Told, said_beside

FOLDER: Final = Path(__file__).parent / "transcripts"
COURSES: Final = {path.name.split(".")[0]: path for path in sorted(FOLDER.glob("*.course.json"))}
PATIENT: Final = attrs.evolve(IMPATIENT, agree=LONG, quiet=LONG)
OVER: Final = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})
PIECE_BY_PIECE: Final = "byte by byte"
"""So each line is heard alone."""
CUTTINGS: Final[dict[str, Cutting | None]] = {
    "as it came": None,
    "in one piece": replays.whole,
    PIECE_BY_PIECE: replays.by(1),
    "in pieces of seven bytes": replays.by(7),
    "each end of a line late": replays.before_each_end,
}


def entry(course: Course) -> AgentEntry:
    """It counts tokens as the shipped list says of the agent."""
    name = course.agent.split()[0]
    kind = course.agent.rpartition(" ")[0]
    tokens = {each.name: each.tokens for each in read_registry().entries}.get(kind, Span.TURN)
    return attrs.evolve(by_file(__file__), name=name, protocol=course.speech, tokens=tokens)


async def replayed(agents: Agency, course: Course) -> tuple[Recorder, dict[str, ProviderEvent]]:
    """All turns of a course, and how each ended."""
    replay = Replay(course)
    recorder = await agents.open(entry(course), patience=PATIENT, starter=replay)
    ends = {}
    for turn in course.turns:
        await replay.said_all()
        ends[turn] = await perform(turn, recorder, "Look after the garden.")
    await replay.said_all()
    return recorder, ends


def told(recorder: Recorder) -> list[dict[str, Any]]:
    assert recorder.session is not None
    return plain(recorder.events, recorder.session.session_id)


@pytest.mark.parametrize("cutting", CUTTINGS)
@pytest.mark.parametrize("name", COURSES)
async def test_recorded_turns_give_the_expected_events(agents: Agency, name: str, cutting: str):
    course = Course.read(COURSES[name])
    cut = CUTTINGS[cutting]
    recorder, _ = await replayed(agents, course if cut is None else course.cut(cut))
    beside = FOLDER / f"{name}.events.json"
    if os.environ.get("PEON_TEST_RECORD") and cutting == PIECE_BY_PIECE:
        beside.write_text(json.dumps(told(recorder), indent=1, ensure_ascii=False) + "\n")
    expected = json.loads(beside.read_text())
    if cutting == PIECE_BY_PIECE:
        assert told(recorder) == expected
    assert joined(told(recorder)) == joined(expected)


def joined(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with each text in one piece: how many it has hangs on how it was heard."""
    found: list[dict[str, Any]] = []
    for event in events:
        one = {**event, "text": None}
        if "text" in event and found and {**found[-1], "text": None} == one:
            found[-1]["text"] += event["text"]
        else:
            found.append(dict(event))
    return found


@pytest.mark.parametrize("name", COURSES)
async def test_every_agent_tells_the_same_story(agents: Agency, name: str):
    """Whatever it really wrote: one file that is asked for, one that is refused, and true ends."""
    course = Course.read(COURSES[name])
    recorder, ends = await replayed(agents, course)
    assert recorder.of(SessionEnded) == []
    assert len(recorder.ends()) == len(course.turns)
    assert "First I look at the" in recorder.reasoning()
    assert "I write it down." in recorder.text()
    assert set(ends) >= {"writes", "rejected", "refused", "interrupted", "stopped"}
    assert reason(ends["writes"]) is StopReason.END_TURN
    assert reason(ends["rejected"]) in (StopReason.END_TURN, StopReason.CANCELLED)
    assert reason(ends["interrupted"]) is reason(ends["stopped"]) is StopReason.CANCELLED
    refused = ends["refused"]
    assert isinstance(refused, ProviderError)
    assert "the hedgehog ate the tokens" in refused.message
    assert refused.code
    written, *_ = asked = [action.item_id for action in recorder.of(ActionRequested)]
    last = {call.item_id: call.status for call in recorder.of(ToolCallUpdated) if call.status}
    assert last[written] is ItemStatus.COMPLETED
    # What was refused is over by the answer.
    assert {status for call, status in last.items() if call not in asked} <= OVER


def reason(end: ProviderEvent) -> StopReason | None:
    return end.stop_reason if isinstance(end, TurnEnded) else None


async def test_told_something_else_than_then_the_replay_says_so(agents: Agency):
    course = Course.read(COURSES["opencode"])
    steps = tuple(s for s in course.steps if not (isinstance(s, Told) and s.message.get("id") == 2))
    with pytest.raises(ExternalFailure, match="record it again"):
        await replayed(agents, attrs.evolve(course, steps=steps))


def test_a_course_is_kept_as_it_was(tmp_path: Path):
    for path in COURSES.values():
        again = tmp_path / path.name
        Course.read(path).write(again)
        assert again.read_bytes() == path.read_bytes()
        assert said_beside(again).read_bytes() == said_beside(path).read_bytes()
