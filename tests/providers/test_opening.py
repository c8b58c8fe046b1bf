"""Opening a session: greeted, made or continued, set to ask, or refused with a remedy."""

import json

import attrs
import pytest

from peon.errors import ExternalFailure, Unavailable
from peon.providers.forms import PLACE
from peon.providers.port import Available, Missing, NeedsLogin, NotInstalled
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderEvent,
    SessionEnded,
    SessionStarted,
    TurnEnded,
)
from peon_protocol.values import JsonValue, Mode, SessionOrigin
from support import acp_talk
from support.agents import ALLOWING, IMPATIENT, Agency, Recorder, rogue
from support.puppets import open_puppet


async def last_words(recorder: Recorder) -> str:
    """What the agent has written to its stderr so far: it is shown when it ends."""
    assert recorder.session is not None
    await recorder.session.close()
    return recorder.of(SessionEnded)[0].detail or ""


async def test_an_agent_that_asks_for_a_log_in_says_how(agents: Agency):
    with pytest.raises(NeedsLogin) as refusal:
        await agents.open(rogue("logged out"))
    assert refusal.value.what == "Rogue"
    assert "Authentication required" in refusal.value.why
    assert "Run `rogue login`" in refusal.value.remedy


async def test_an_agent_of_another_version_is_refused(agents: Agency):
    with pytest.raises(Unavailable, match="version 2"):
        await agents.open(rogue("newer"))


async def test_an_agent_that_dies_at_once_is_quoted(agents: Agency):
    with pytest.raises(ExternalFailure) as failure:
        await agents.open(rogue("dies"))
    assert failure.value.code == "agent.died"
    assert failure.value.detail == "it exited with code 4 before it was ready: cannot find my keys"


async def test_the_last_words_of_a_dead_agent_hold_no_secret(agents: Agency):
    (agents.root / ".env").write_text('API_KEY="cannot find my keys"\n')
    with pytest.raises(ExternalFailure) as failure:
        await agents.open(rogue("dies"))
    assert failure.value.detail.endswith(f": {PLACE}")


async def test_an_agent_that_never_answers_is_given_up(agents: Agency):
    patience = attrs.evolve(IMPATIENT, greet=0.05)
    with pytest.raises(ExternalFailure) as failure:
        await agents.open(rogue("silent"), patience=patience)
    assert failure.value.code == "agent.silent"
    assert agents.supervisor.running == 0


async def test_nothing_is_reported_of_a_session_that_did_not_open(agents: Agency):
    recorder = Recorder()
    with pytest.raises(ExternalFailure):
        await agents.provider(rogue("dies")).open(agents.request(), recorder)
    assert recorder.events == []


async def test_a_program_that_is_not_there_is_missing(agents: Agency):
    entry = attrs.evolve(rogue(), command="no-such-agent", install="npm install -g no-such-agent")
    provider = agents.provider(entry)
    assert provider.availability({"PATH": "/usr/bin"}) == Missing(
        "no-such-agent is not installed",
        "Install it: npm install -g no-such-agent",
        "npm install -g no-such-agent",
    )
    with pytest.raises(NotInstalled, match="npm install"):
        await provider.open(agents.request(), Recorder())


async def test_a_program_on_the_clients_path_is_available(agents: Agency):
    folder = agents.root / "bin"
    folder.mkdir()
    (folder / "agent").write_text("#!/bin/sh\n")
    (folder / "agent").chmod(0o755)
    provider = agents.provider(attrs.evolve(rogue(), command="agent"))
    assert isinstance(provider.availability({"PATH": str(folder)}), Available)
    assert isinstance(provider.availability({}), Missing)


async def test_a_program_that_cannot_be_run_is_refused(agents: Agency):
    path = agents.root / "agent"
    path.write_bytes(b"\x7fNOT A PROGRAM")
    path.chmod(0o755)
    with pytest.raises(Unavailable, match="cannot be started"):
        await agents.open(attrs.evolve(rogue(), command=str(path)))


@pytest.mark.parametrize("manner", ["asking", "options"])
async def test_an_agents_own_default_is_replaced_by_the_mode_that_asks(agents: Agency, manner: str):
    recorder = await agents.open(rogue(manner), mode=Mode.FULL)
    assert isinstance(await recorder.turn("answer twice", Mode.EDITS), TurnEnded)
    words = await last_words(recorder)
    # It is set once: between `full` and `edits` nothing changes for the agent.
    assert words.split("\n") == [
        "session/set_mode default" if manner == "asking" else "session/set_config_option default"
    ]


@pytest.mark.parametrize("manner", ["deaf", "deaf options"])
async def test_an_agent_that_does_not_take_its_mode_is_not_used(agents: Agency, manner: str):
    with pytest.raises(ExternalFailure):
        await agents.open(rogue(manner))
    assert agents.supervisor.running == 0


@pytest.mark.parametrize("manner", ["plain", "only auto"])
async def test_an_agent_without_a_mode_that_asks_still_runs(agents: Agency, manner: str):
    recorder = await agents.open(rogue(manner))
    assert isinstance(await recorder.turn("answer twice"), TurnEnded)


@pytest.mark.parametrize("manner", ["plain", "asking", "options"])
async def test_plan_is_refused_for_an_agent_without_it(agents: Agency, manner: str):
    with pytest.raises(Unavailable, match="changes nothing"):
        await agents.open(rogue(manner), mode=Mode.PLAN)
    recorder = await agents.open(rogue(manner))
    with pytest.raises(Unavailable):
        await recorder.turn("answer twice", Mode.PLAN)
    assert recorder.ends() == []


@pytest.mark.parametrize(
    "manner,origin",
    [
        ("plain", SessionOrigin.FRESH),
        ("loads", SessionOrigin.LOADED),
        ("resume fails", SessionOrigin.LOADED),
    ],
)
async def test_an_earlier_session_is_continued_as_well_as_can_be(
    agents: Agency, manner: str, origin: SessionOrigin
):
    recorder = await agents.open(rogue(manner), resume="earlier")
    (started,) = recorder.of(SessionStarted)
    assert started.origin is origin
    assert started.native_id == ("rogue" if origin is SessionOrigin.FRESH else "earlier")


async def test_what_is_repeated_while_loading_is_not_news(agents: Agency):
    recorder = await agents.open(rogue("loads"), resume="earlier")
    kinds: list[type[ProviderEvent]] = [type(event) for event in recorder.events]
    assert kinds == [SessionStarted]
    assert isinstance(await recorder.turn("answer twice"), TurnEnded)


async def test_an_agent_that_works_on_by_itself_while_loading_is_allowed_nothing(agents: Agency):
    recorder = await agents.open(rogue("loads"), ALLOWING, resume="earlier")
    assert recorder.of(ActionRequested) == []
    assert 'answered {"outcome": {"outcome": "cancelled"}}' in await last_words(recorder)


async def test_we_lend_neither_files_nor_terminals_and_say_so():
    """Agents then work on the disk themselves; one of them asks for it all the same."""
    session, puppet = await open_puppet(acp_talk.MANNERS, Recorder())
    params = puppet.heard[0]["params"]
    assert isinstance(params, dict)
    assert params["protocolVersion"] == 1
    told = params["clientCapabilities"]
    assert isinstance(told, dict)
    assert told["fs"] == {"readTextFile": False, "writeTextFile": False}
    assert told["terminal"] is False
    assert told["elicitation"] == {"form": {}, "url": {}}

    await session.prompt("water them", mode=Mode.ASK, model=None)
    written: JsonValue = {"sessionId": "s", "path": "/garden/a.txt", "content": "roses"}
    request = {"id": "w", "method": "fs/write_text_file", "params": written}
    puppet.say(json.dumps(request).encode() + b"\n")
    (refusal,) = [each["error"] for each in puppet.heard if each.get("id") == "w"]
    assert isinstance(refusal, dict)
    assert refusal["code"] == -32601
    assert session.alive
    await session.close()
