"""Where our own side breaks, the agent is let go, and no turn waits for what nobody took in."""

import json

import pytest

from peon_protocol.provider_events import ProviderError, ProviderEvent, TextDelta
from peon_protocol.values import Mode
from support import acp_talk
from support.agents import Recorder
from support.puppets import open_puppet


class Broken(Recorder):
    """Takes in all but text."""

    def provider_event(self, event: ProviderEvent) -> None:
        assert not isinstance(event, TextDelta), "a bug"
        super().provider_event(event)


async def test_what_cannot_be_taken_in_ends_the_turn():
    recorder = Broken()
    session, puppet = await open_puppet(acp_talk.MANNERS, recorder)
    await session.prompt("water them", mode=Mode.ASK, model=None)
    said = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "yes "}}
    params = {"sessionId": "s", "update": said}
    with pytest.raises(AssertionError, match="a bug"):
        puppet.say(json.dumps({"method": "session/update", "params": params}).encode() + b"\n")
    await session.close()
    end = recorder.ends()[0]
    assert isinstance(end, ProviderError)
    assert end.code == "server.bug"
