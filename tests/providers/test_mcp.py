"""MCP servers: made ready, handed over where they are taken, and their secrets kept."""

import os
from pathlib import Path
from typing import Any

import attrs
import pytest

from peon.domain.facts import LiteralSecret
from peon.providers.acp import messages
from peon.providers.codex import messages as codex_messages
from peon.providers.codex import policies
from peon.providers.literals import literal_secret
from peon.providers.mcp import ReadyServer, Servers, ready
from peon.providers.port import SessionRequest
from peon.providers.registry import SCRIPT
from peon_protocol.provider_events import SessionStarted
from peon_protocol.values import McpServer, McpTransport, Mode, SessionServer
from support.agents import Agency, Recorder, codex, rogue

# No key of anybody's: of the form that keys have.
TOKEN = "tok-" + "Zq8vLw3nRt6yBm1xKc4d"
ENVIRONMENT = {"PATH": os.environ["PATH"], "TICKETS_TOKEN": TOKEN, "HERE": "roses"}
NOTES = McpServer(
    name="notes",
    command="env",
    args=("--in=${env:HERE}",),
    env={"API_TOKEN": "${env:TICKETS_TOKEN}", "LEVEL": "debug"},
)
TICKETS = McpServer(
    name="tickets",
    url="https://tickets.example/mcp",
    headers={"Authorization": "Bearer ${env:TICKETS_TOKEN}"},
)
OLD = McpServer(name="old", url="https://old.example", transport=McpTransport.SSE)


def test_references_are_filled_in_and_programs_found(home: Path):
    made = ready((NOTES, TICKETS), ENVIRONMENT, str(home))
    notes, tickets = made.ready

    assert Path(notes.command).is_absolute()
    assert Path(notes.command).name == "env"
    assert notes.args == ("--in=roses",)
    assert notes.env == {"API_TOKEN": TOKEN, "LEVEL": "debug"}
    assert tickets.headers == {"Authorization": f"Bearer {TOKEN}"}
    assert made.refused == {}


def test_what_is_secret_of_it_is_known_and_what_is_not_is_not(home: Path):
    made = ready((NOTES, TICKETS), ENVIRONMENT, str(home))

    assert set(made.secrets) == {TOKEN}
    assert TOKEN not in repr(made)


@pytest.mark.parametrize(
    "server,reason",
    [
        (attrs.evolve(NOTES, args=("${env:NOT_SET}",)), "the variable NOT_SET is not set"),
        (attrs.evolve(NOTES, command="no-such-mcp"), "no-such-mcp is not installed"),
    ],
)
def test_one_that_cannot_be_made_ready_says_why(home: Path, server: McpServer, reason: str):
    made = ready((server, TICKETS), ENVIRONMENT, str(home))

    assert [each.name for each in made.ready] == ["tickets"]
    assert made.account({}) == (
        SessionServer("notes", given=False, reason=reason),
        SessionServer("tickets", given=True),
    )


def test_a_command_with_a_slash_lies_in_the_folder(home: Path):
    program = home / "tools" / "notes"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    made = ready((attrs.evolve(NOTES, command="tools/notes"),), ENVIRONMENT, str(home))

    assert [each.command for each in made.ready] == [str(program)]


@pytest.mark.parametrize(
    "server,place",
    [
        (attrs.evolve(NOTES, env={"API_TOKEN": TOKEN}), "env.API_TOKEN"),
        (attrs.evolve(NOTES, env={"PASSWORD": "marigolds"}), "env.PASSWORD"),
        (attrs.evolve(NOTES, env={"ANY": "ghp_" + "a1" * 18}), "env.ANY"),
        (attrs.evolve(NOTES, args=("--api-key=" + TOKEN,)), "args[0]"),
        (attrs.evolve(NOTES, args=("-v", "x", "Zq8vLw3nRt6yBm1xKc4d")), "args[2]"),
        (attrs.evolve(TICKETS, headers={"Authorization": "Bearer roses"}), "headers.Authorization"),
        (attrs.evolve(TICKETS, headers={"authorization": "roses"}), "headers.authorization"),
        (attrs.evolve(TICKETS, headers={"X-Api-Key": TOKEN}), "headers.X-Api-Key"),
        (attrs.evolve(TICKETS, headers={"Cookie": "a=b"}), "headers.Cookie"),
        (attrs.evolve(TICKETS, url="https://x.example/?k=ghp_" + "a1" * 18), "url"),
    ],
)
def test_a_literal_secret_is_found(server: McpServer, place: str):
    assert literal_secret((OLD, server)) == LiteralSecret(server.name, place)


@pytest.mark.parametrize(
    "server",
    [
        NOTES,
        TICKETS,
        OLD,
        McpServer(name="files", command="npx", args=("-y", "@org/server-filesystem", "/srv/ada")),
        McpServer(name="git", command="uvx", args=("mcp-server-git", "--repository", ".")),
        McpServer(name="db", command="db-mcp", env={"LOG_LEVEL": "info", "MAX_TOKENS": "4000"}),
        McpServer(name="db", command="db-mcp", env={"API_KEY_FILE": "/run/secrets/key"}),
        McpServer(name="db", command="db-mcp", env={"API_KEY": "${env:API_KEY}"}),
        McpServer(name="x", url="https://x.example", headers={"X-Team": "gardeners"}),
        McpServer(name="x", url="https://x.example", headers={"Authorization": "${env:AUTH}"}),
        McpServer(name="x", url="https://x.example", headers={"X-Api-Key": "${env:KEY}"}),
    ],
)
def test_what_is_no_secret_is_none(server: McpServer):
    assert literal_secret((server,)) is None


def test_acp_agents_are_told_of_servers_as_the_protocol_has_it():
    made = messages.new_session("/", servers(NOTES, TICKETS, OLD).ready)

    assert made["mcpServers"] == [
        {
            "name": "notes",
            "command": made["mcpServers"][0]["command"],  # type: ignore[index,call-overload]
            "args": ["--in=roses"],
            "env": [{"name": "API_TOKEN", "value": TOKEN}, {"name": "LEVEL", "value": "debug"}],
        },
        {
            "type": "http",
            "name": "tickets",
            "url": "https://tickets.example/mcp",
            "headers": [{"name": "Authorization", "value": f"Bearer {TOKEN}"}],
        },
        {"type": "sse", "name": "old", "url": "https://old.example", "headers": []},
    ]


@pytest.mark.parametrize(
    "capabilities,untaken",
    [
        ({}, {"tickets", "old"}),
        ({"mcpCapabilities": {"http": True}}, {"old"}),
        ({"mcpCapabilities": {"http": True, "sse": True}}, set()),
        ({"mcpCapabilities": {"http": "yes", "sse": None}}, {"tickets", "old"}),
    ],
)
def test_what_an_acp_agent_cannot_take_is_said(capabilities: Any, untaken: set[str]):
    made = messages.untaken_servers(servers(NOTES, TICKETS, OLD).ready, capabilities)

    assert set(made) == untaken
    assert all("takes no servers over" in reason for reason in made.values())


def test_codex_is_told_of_servers_by_its_configuration():
    dotted = attrs.evolve(NOTES, name="a.b")
    made = servers(NOTES, TICKETS, OLD, dotted).ready
    untaken = codex_messages.untaken_servers(made)
    given = [each for each in made if each.name not in untaken]
    told = codex_messages.start_thread("/", policies.policy(Mode.ASK), given)

    assert set(untaken) == {"old", "a.b"}
    assert told["config"] == {
        "mcp_servers.notes": {
            "command": made[0].command,
            "args": ["--in=roses"],
            "env": {"API_TOKEN": TOKEN, "LEVEL": "debug"},
        },
        "mcp_servers.tickets": {
            "url": "https://tickets.example/mcp",
            "http_headers": {"Authorization": f"Bearer {TOKEN}"},
        },
    }
    assert "config" not in codex_messages.start_thread("/", policies.policy(Mode.ASK))


async def test_a_session_is_given_its_servers_and_nobody_else_s(agents: Agency):
    one, other = Recorder(), Recorder()
    provider = agents.provider(SCRIPT)
    one.session = await provider.open(asking(agents, NOTES, TICKETS, OLD), one)
    other.session = await provider.open(asking(agents), other)
    await one.turn("servers")
    await other.turn("servers")

    assert one.of(SessionStarted)[0].mcp_servers == (
        SessionServer("notes", given=True),
        SessionServer("old", given=False, reason="the agent takes no servers over sse"),
        SessionServer("tickets", given=True),
    )
    notes, tickets = one.text().split("\n")
    assert notes.endswith("/env --in=roses (API_TOKEN, LEVEL)")
    assert tickets == "tickets: http https://tickets.example/mcp (Authorization)"
    assert other.text() == "no servers"
    assert other.of(SessionStarted)[0].mcp_servers == ()


async def test_what_was_filled_in_is_redacted(agents: Agency):
    recorder = Recorder()
    request = asking(agents, NOTES)
    recorder.session = await agents.provider(SCRIPT).open(request, recorder)
    await recorder.turn(f"say the token is {TOKEN} here")

    assert recorder.text() == "the token is [redacted] here"


async def test_a_session_that_is_resumed_is_given_them_again(agents: Agency):
    recorder = Recorder()
    request = attrs.evolve(asking(agents, NOTES), resume="earlier")
    recorder.session = await agents.provider(SCRIPT).open(request, recorder)
    await recorder.turn("servers")

    assert recorder.text().startswith("notes: stdio")


async def test_an_agent_that_takes_programs_only_says_so(agents: Agency):
    recorder = Recorder()
    recorder.session = await agents.provider(rogue()).open(asking(agents, TICKETS), recorder)

    (given,) = recorder.of(SessionStarted)[0].mcp_servers
    assert (given.given, given.reason) == (False, "the agent takes no servers over http")


async def test_codex_says_which_it_was_given(agents: Agency):
    recorder = Recorder()
    provider = agents.provider(codex(home=str(agents.root.parent)))
    recorder.session = await provider.open(asking(agents, NOTES, OLD), recorder)
    await recorder.turn("config")

    assert '"mcp_servers.notes"' in recorder.text()
    assert TOKEN not in recorder.text()
    told = {each.name: each.given for each in recorder.of(SessionStarted)[0].mcp_servers}
    assert told == {"notes": True, "old": False}


def servers(*described: McpServer) -> Servers:
    made = ready(described, ENVIRONMENT, "/")
    assert all(isinstance(each, ReadyServer) for each in made.ready)
    return made


def asking(agents: Agency, *described: McpServer) -> SessionRequest:
    """A request for a session with these servers."""
    environment = {**os.environ, **ENVIRONMENT}
    return attrs.evolve(agents.request(), mcp_servers=described, environment=environment)
