"""What real agents once said, replayed through the real client; the expected events lie beside.

`PEON_TEST_RECORD=1` writes the expectations again; then read what has changed.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from peon.providers.registry import AgentEntry
from peon_protocol.ids import SessionId
from peon_protocol.provider_events import TurnEnded
from support import replay_agent
from support.agents import ALLOWING, Agency, Recorder, by_file, plain

FOLDER = Path(__file__).parent / "transcripts"
TRANSCRIPTS = sorted(FOLDER.glob("*.ndjson"))


def entry(transcript: Path) -> AgentEntry:
    return by_file(replay_agent.__file__, str(transcript))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_recorded_turn_gives_the_expected_events(agents: Agency, transcript: Path):
    recorder: Recorder = await agents.open(entry(transcript), ALLOWING)
    end = await recorder.turn("Write new.txt, please.")
    assert isinstance(end, TurnEnded)
    assert recorder.session is not None
    told = offers_at_once(plain(recorder.events, recorder.session.session_id))
    beside = transcript.with_suffix(".events.json")
    if os.environ.get("PEON_TEST_RECORD"):
        beside.write_text(json.dumps(told, indent=1) + "\n")
    assert told == offers_at_once(json.loads(beside.read_text()))


def offers_at_once(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the session offered in the end, behind its start: agents tell it at their leisure."""
    offers = [event for event in told if event["type"] == "sessionConfigured"]
    others = [event for event in told if event["type"] != "sessionConfigured"]
    return [*others[:1], *offers[-1:], *others[1:]]


async def test_every_agent_tells_the_same_story(agents: Agency):
    """Reasoning, a greeting, a file that is asked for once and then written, a farewell."""
    for transcript in TRANSCRIPTS:
        recorder = await agents.open(entry(transcript), ALLOWING)
        await recorder.turn("Write new.txt, please.")
        story = [event["type"] for event in plain(recorder.events, SessionId("-"))]
        assert recorder.reasoning().strip().endswith("let me think about it")
        assert recorder.text() == "Hello from fake model, I will write.All done now."
        assert story.count("actionRequested") == 1
