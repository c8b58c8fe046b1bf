"""What a real Codex once wrote, byte for byte, through the real client; the expected events beside.

`PEON_TEST_RECORD=1` writes the expectations again; then read what has changed.
"""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import attrs
import pytest

from peon.providers.registry import AgentEntry, Speech
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderError,
    ProviderEvent,
    TextDelta,
    TurnEnded,
)
from peon_protocol.values import Mode, StopReason
from support import replay_agent
from support.agents import ALLOWING, REJECTING, Agency, Answerer, Recorder, by_file, plain

FOLDER = Path(__file__).parent / "transcripts" / "codex"
Act: TypeAlias = Callable[[Recorder], Awaitable[None]]


async def _watch(_recorder: Recorder) -> None:
    """Do nothing."""


async def _interrupt_its_words(recorder: Recorder) -> None:
    await recorder.until(lambda r: r.of(TextDelta))
    assert recorder.session is not None
    await recorder.session.interrupt()


async def _interrupt_its_question(recorder: Recorder) -> None:
    await recorder.until(lambda r: r.of(ActionRequested))
    assert recorder.session is not None
    await recorder.session.interrupt()


@attrs.frozen
class Scene:
    """What a user did then, and does now."""

    answer: Answerer | None = None
    act: Act = _watch
    end: StopReason | str = StopReason.END_TURN
    """How the turn ended, or the code with which it failed."""


SCENES = {
    "writes": Scene(ALLOWING),
    "runs": Scene(ALLOWING),
    "declined": Scene(REJECTING),
    "cancelled": Scene(lambda _: "cancel", end=StopReason.CANCELLED),
    "interrupted": Scene(act=_interrupt_its_words, end=StopReason.CANCELLED),
    "interrupted-asking": Scene(act=_interrupt_its_question, end=StopReason.CANCELLED),
    "refused": Scene(end="other"),
}


def entry(name: str) -> AgentEntry:
    replay = by_file(replay_agent.__file__, str(FOLDER / f"{name}.ndjson"))
    return attrs.evolve(replay, name="Codex", protocol=Speech.CODEX)


def outcome(end: ProviderEvent) -> StopReason | str | None:
    match end:
        case TurnEnded(stop_reason=reason):
            return reason
        case ProviderError(code=code):
            return code
        case _:
            return None


def test_every_transcript_is_played():
    assert sorted(path.stem for path in FOLDER.glob("*.ndjson")) == sorted(SCENES)


@pytest.mark.parametrize("name", SCENES)
async def test_a_recorded_turn_gives_the_expected_events(agents: Agency, name: str):
    scene = SCENES[name]
    recorder = await agents.open(entry(name), scene.answer)
    assert recorder.session is not None
    await recorder.session.prompt("Write new.txt, please.", mode=Mode.ASK, model=None)
    await scene.act(recorder)
    await recorder.until(lambda r: r.ends())
    assert outcome(recorder.ends()[0]) == scene.end
    told = plain(recorder.events, recorder.session.session_id)
    beside = FOLDER / f"{name}.events.json"
    if os.environ.get("PEON_TEST_RECORD"):
        beside.write_text(json.dumps(told, indent=1) + "\n")
    assert told == json.loads(beside.read_text())
