"""What is chosen for a thread reaches its agent, in each of its processes; what cannot is said."""

import os
from collections.abc import Mapping

import attrs
import pytest

from peon_protocol.commands import ConfigureProject, ConfigureThread, QueueMessage, StartTurn
from peon_protocol.events import (
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    TurnCompleted,
    TurnFailed,
)
from peon_protocol.ids import TurnId
from peon_protocol.provider_events import SessionConfigured as ConfiguredSession
from peon_protocol.provider_events import TextDelta
from peon_protocol.rejections import OptionUnknown, PromptNotSupported, PromptTooLarge
from peon_protocol.values import (
    ImageContent,
    ItemKind,
    McpServer,
    OptionCategory,
    OptionValue,
    ProjectDefaults,
    SessionOption,
    SessionOrigin,
    SessionServer,
    SettingKind,
    TextContent,
)
from support.houses import GARDEN, TALK, House

IMAGE = (TextContent("see"), ImageContent("aGk=", "image/png"))
SECRET = "Zq8vLw3nRt6yBm1xKc4d"
NOTES = McpServer(name="notes", command="env", env={"API_TOKEN": "${env:NOTES_TOKEN}"})


async def said(
    house: House, name: str, words: str, options: Mapping[str, OptionValue] | None = None
) -> str:
    """What the embedded agent says in a turn."""
    await house.submit(
        StartTurn(thread_id=TALK, turn_id=TurnId(name), prompt=words, options=options)
    )
    assert isinstance(await house.end_of_turn(name), TurnCompleted)
    turn = next(each for each in (await house.thread()).turns if each.turn_id == name)
    return "".join(each.text for each in turn.items or () if each.kind is ItemKind.MESSAGE)


async def test_a_turn_s_options_reach_the_agent_and_those_of_the_thread_stay(house: House):
    await house.open_thread()
    await house.submit(ConfigureThread(thread_id=TALK, options={"effort": "high"}))
    await house.submit(
        StartTurn(thread_id=TALK, turn_id=TurnId("one"), prompt="hi", options={"fast": True})
    )
    agent = await house.tame.session()
    await house.submit(QueueMessage(thread_id=TALK, prompt="then", options={"fast": False}))
    agent.end()
    await agent.until_prompted(2)
    agent.end()
    await house.end_of_turn("one")

    assert agent.options == [
        {"effort": "high", "fast": True},
        {"effort": "high", "fast": False},
    ]


async def test_options_of_a_thread_hold_in_the_next_process_too(house: House):
    await house.open_thread(provider="script")
    await said(house, "one", "say roses")
    await house.submit(ConfigureThread(thread_id=TALK, options={"effort": "high"}))
    assert "effort: high" in await said(house, "two", "options")
    assert "effort: low" in await said(house, "three", "options", {"effort": "low"})
    await house.close()
    await house.open()

    assert "effort: high" in await said(house, "four", "options")
    assert [each.origin for each in await house.events(SessionOpened)][-1] is SessionOrigin.RESUMED
    view = await house.thread()
    assert view.chosen_options == {"effort": "high"}
    assert [each.options for each in view.turns[1:]] == [
        {"effort": "high"},
        {"effort": "low"},
        {"effort": "high"},
    ]


async def test_what_an_agent_goes_back_to_is_known_to_its_next_process(house: House):
    await house.open_thread()
    await house.start_turn("one")
    agent = await house.tame.session()
    agent.say(TextDelta(text="hello"))
    effort = SessionOption(
        "effort", "Effort", OptionCategory.OTHER, SettingKind.SELECT, "high", own="low"
    )
    agent.say(ConfiguredSession(options=(effort, attrs.evolve(effort, option_id="b", own=None))))
    agent.end()
    await house.end_of_turn("one")
    await house.close()
    await house.open()
    await house.start_turn("two")
    (await house.tame.session(2)).end()
    await house.end_of_turn("two")

    assert [each.own for each in house.tame.requests] == [{}, {"effort": "low"}]
    assert house.tame.requests[1].resume == agent.native_id


async def test_what_an_agent_changes_itself_is_an_event(house: House):
    await house.open_thread(provider="script")
    await said(house, "one", "option effort high")

    options = (await house.events(SessionConfigured))[-1].options
    assert {each.option_id: each.value for each in options} == {"mode": "ask", "effort": "high"}


async def test_an_option_that_nobody_knew_of_fails_its_turn_and_is_refused_from_then(house: House):
    await house.open_thread(provider="script")
    await house.submit(
        StartTurn(thread_id=TALK, turn_id=TurnId("one"), prompt="hi", options={"slow": True})
    )
    failed = await house.end_of_turn("one")
    assert isinstance(failed, TurnFailed)
    assert failed.error.code == OptionUnknown.KIND
    assert "does not offer it" in failed.error.message
    await said(house, "two", "say roses")

    refusal = await house.refusal(StartTurn(thread_id=TALK, prompt="hi", options={"slow": True}))
    assert refusal == OptionUnknown("slow", ("effort",))


async def test_an_attachment_that_cannot_be_taken_fails_its_turn_and_is_refused_from_then(
    house: House,
):
    await house.open_thread(provider="script")
    await house.submit(StartTurn(thread_id=TALK, turn_id=TurnId("one"), prompt=IMAGE))
    failed = await house.end_of_turn("one")
    assert isinstance(failed, TurnFailed)
    assert failed.error.code == PromptNotSupported.KIND
    assert "Leave that attachment out" in failed.error.message
    refusal = await house.refusal(StartTurn(thread_id=TALK, prompt=IMAGE))
    assert refusal == PromptNotSupported("script", "image")
    assert len((await house.thread()).turns) == 1
    assert await said(house, "two", "say roses") == "roses"


async def test_a_prompt_over_the_limit_is_refused_and_changes_nothing(house: House):
    await house.open_thread()
    before = len(await house.log())
    refusal = await house.refusal(StartTurn(thread_id=TALK, prompt="x" * (16 * 2**20 + 1)))

    assert isinstance(refusal, PromptTooLarge)
    assert len(await house.log()) == before


async def test_servers_of_a_project_are_given_to_its_sessions(house: House):
    house.environment["NOTES_TOKEN"] = SECRET
    await house.open_thread(provider="script")
    defaults = ProjectDefaults(mcp_servers=(NOTES,))
    await house.submit(ConfigureProject(project_id=GARDEN, defaults=defaults))

    told = await said(house, "one", "servers\nsay roses")
    assert told.startswith("notes: stdio ")
    (opened,) = await house.events(SessionOpened)
    assert opened.mcp_servers == (SessionServer("notes", given=True),)
    session = (await house.thread()).session
    assert session is not None
    assert session.mcp_servers == opened.mcp_servers
    kept = b"".join(
        each.read_bytes() for each in house.settings.state_dir.rglob("*") if each.is_file()
    )
    assert b"${env:NOTES_TOKEN}" in kept
    assert SECRET.encode() not in kept


async def test_other_servers_need_another_session_which_goes_on_where_the_last_one_was(
    house: House,
):
    await house.open_thread()
    await house.start_turn("one")
    first = await house.tame.session()
    first.say(TextDelta(text="hello"))
    first.end()
    await house.end_of_turn("one")
    await house.submit(ConfigureThread(thread_id=TALK, mcp_servers=(NOTES,)))
    await house.start_turn("two")
    second = await house.tame.session(2)
    second.end()
    await house.end_of_turn("two")
    await house.start_turn("three")
    await second.until_prompted(2)
    second.end()
    await house.end_of_turn("three")

    assert first.closed
    assert [each.mcp_servers for each in house.tame.requests] == [(), (NOTES,)]
    assert house.tame.requests[1].resume == first.native_id
    (closed,) = await house.events(SessionClosed)
    assert closed.session_id == first.session_id


@pytest.mark.parametrize(
    "command,why",
    [
        ("env", "the variable NOTES_TOKEN is not set"),
        ("no-such-mcp", "no-such-mcp is not installed"),
    ],
)
async def test_a_server_that_cannot_be_made_ready_is_left_out(house: House, command: str, why: str):
    server = attrs.evolve(NOTES, command=command)
    assert "NOTES_TOKEN" not in os.environ
    await house.open_thread(provider="script")
    await house.submit(ConfigureThread(thread_id=TALK, mcp_servers=(server,)))

    assert await said(house, "one", "servers") == "no servers"
    (opened,) = await house.events(SessionOpened)
    assert opened.mcp_servers == (SessionServer("notes", given=False, reason=why),)
