"""The protocol's own package is the measure: of the embedded agent, and of our client."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import acp
import attrs
import pytest
from acp import schema
from acp.connection import StreamDirection, StreamEvent

from peon.providers.registry import SCRIPT
from peon_protocol.provider_events import SessionStarted, TurnEnded
from peon_protocol.values import (
    AudioContent,
    EmbeddedResource,
    ImageContent,
    Mode,
    ResourceContents,
    ResourceLink,
    TextContent,
)
from support import package_agent
from support.agents import ALLOWING, LONG, Agency, by_file

SCRIPTED = """\
say hello
think hmm
plan one; two
write a.txt text
append a.txt more
delete a.txt
run echo out; exit 1
stream 100 10"""


class Editor:
    """A client made with the package, without files and terminals.

    It allows everything and keeps what it is told.
    """

    def __init__(self) -> None:
        self.updates: list[object] = []
        self.asked = asyncio.Event()
        self.allows = True

    async def request_permission(
        self, session_id: str, tool_call: Any, options: list[Any], **_: Any
    ) -> schema.RequestPermissionResponse:
        self.asked.set()
        if not self.allows:
            await asyncio.Event().wait()
        chosen = next(option.option_id for option in options if option.kind == "allow_once")
        outcome = schema.AllowedOutcome(outcome="selected", option_id=chosen)
        return schema.RequestPermissionResponse(outcome=outcome)

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:
        self.updates.append(update)


class Observed:
    """Every message as it was on the line, checked against the package's types."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def __call__(self, event: StreamEvent) -> None:
        if event.direction is StreamDirection.INCOMING:
            self.sent.append(event.message)

    def check(self) -> None:
        for message in self.sent:
            assert message["jsonrpc"] == "2.0"
            match message.get("method"):
                case "session/update":
                    schema.SessionNotification.model_validate(message["params"])
                case "session/request_permission":
                    schema.RequestPermissionRequest.model_validate(message["params"])
                case None:
                    assert "result" in message or "error" in message
                case method:
                    pytest.fail(f"the agent sent {method}")


@contextlib.asynccontextmanager
async def scripted(editor: Editor) -> AsyncIterator[tuple[Any, Observed]]:
    observed = Observed()
    async with (
        asyncio.timeout(LONG),
        acp.spawn_agent_process(
            cast("acp.Client", editor),
            SCRIPT.command,
            *SCRIPT.args,
            env=dict(os.environ),
            observers=[observed],
        ) as (agent, _),
    ):
        yield agent, observed


async def test_the_embedded_agent_conforms(workspace: Path):
    editor = Editor()
    async with scripted(editor) as (agent, observed):
        greeting = await agent.initialize(protocol_version=acp.PROTOCOL_VERSION)
        assert greeting.protocol_version == acp.PROTOCOL_VERSION
        session = await agent.new_session(cwd=str(workspace), mcp_servers=[])
        assert [mode.id for mode in session.modes.available_modes] == [m.value for m in Mode]
        await agent.set_session_mode(session_id=session.session_id, mode_id="full")
        answer = await agent.prompt(
            session_id=session.session_id, prompt=[acp.text_block(SCRIPTED)]
        )
    assert answer.stop_reason == "end_turn"
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    observed.check()
    assert {type(update) for update in editor.updates} == {
        schema.AgentMessageChunk,
        schema.AgentThoughtChunk,
        schema.AgentPlanUpdate,
        schema.ToolCallStart,
        schema.ToolCallProgress,
    }


async def test_the_embedded_agent_stops_when_cancelled_with_a_question_open(workspace: Path):
    editor = Editor()
    editor.allows = False
    async with scripted(editor) as (agent, observed):
        await agent.initialize(protocol_version=acp.PROTOCOL_VERSION)
        session = await agent.new_session(cwd=str(workspace), mcp_servers=[])
        words = [acp.text_block("write a.txt x\nsay never")]
        turn = asyncio.ensure_future(agent.prompt(session_id=session.session_id, prompt=words))
        await editor.asked.wait()
        await agent.cancel(session_id=session.session_id)
        assert (await turn).stop_reason == "cancelled"
    observed.check()


async def test_the_embedded_agent_refuses_what_does_not_fit(workspace: Path):
    async with scripted(Editor()) as (agent, _):
        await agent.initialize(protocol_version=acp.PROTOCOL_VERSION)
        with pytest.raises(acp.RequestError) as refusal:
            await agent.prompt(session_id="nobody's", prompt=[acp.text_block("say hi")])
        assert refusal.value.code == -32002
        with pytest.raises(acp.RequestError) as refusal:
            await agent.new_session(cwd="not/absolute", mcp_servers=[])
        assert refusal.value.code == -32602
        with pytest.raises(acp.RequestError) as refusal:
            await agent.load_session(session_id="x", cwd=str(workspace), mcp_servers=[])
        assert refusal.value.code == -32601
        session = await agent.resume_session(session_id="of old", cwd=str(workspace))
        assert session.modes.current_mode_id == "ask"
        answer = await agent.prompt(session_id="of old", prompt=[acp.text_block("say hi")])
        assert answer.stop_reason == "end_turn"


async def test_our_client_conforms(agents: Agency):
    entry = attrs.evolve(by_file(package_agent.__file__), args=(package_agent.__file__,))
    recorder = await agents.open(entry, ALLOWING)
    assert recorder.of(SessionStarted)[0].native_id == f"echo of {agents.root}"
    assert recorder.session is not None
    prompt = (
        TextContent("half a \ud83d character"),
        ImageContent("aGk=", "image/png"),
        AudioContent("aGk=", "audio/wav"),
        ResourceLink("file:///a", "a", mime_type="text/plain", size=5),
        EmbeddedResource(ResourceContents("file:///b", text="b")),
        EmbeddedResource(ResourceContents("file:///c", blob="aGk=")),
    )
    await recorder.session.prompt(prompt, mode=Mode.EDITS, model=None)
    await recorder.until(lambda r: r.ends())
    assert isinstance(recorder.ends()[0], TurnEnded)
    assert recorder.text() == "text image audio resource_link resource resource selected"
