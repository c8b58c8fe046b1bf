"""MCP servers are described whole, and a secret is never among what is written down."""

from typing import Any

import attrs
import pytest

from peon.domain.facts import LiteralSecret
from peon.domain.servers import MOST, servers_of
from peon_protocol.commands import ConfigureProject, ConfigureThread, CreateThread
from peon_protocol.events import ProjectConfigured, ThreadConfigured
from peon_protocol.rejections import McpInvalid
from peon_protocol.values import McpServer, McpTransport, ProjectDefaults
from support.given import given
from support.story import GARDEN, TALK, a_project, an_idle_thread

NOTES = McpServer(name="notes", command="notes-mcp", args=("-v",), env={"TOKEN": "${env:TOKEN}"})
TICKETS = McpServer(
    name="tickets",
    url="https://tickets.example/mcp?x=${env:X}",
    headers={"Authorization": "Bearer ${env:TICKETS}"},
)


def test_a_thread_has_its_project_s_servers_until_it_has_its_own():
    told = given(an_idle_thread())
    of_project = ProjectDefaults(mcp_servers=(NOTES,))

    told = told.when(ConfigureProject(project_id=GARDEN, defaults=of_project)).then(
        ProjectConfigured(project_id=GARDEN, defaults=of_project)
    )
    assert servers_of(told.model, told.thread()) == (NOTES,)
    told = told.when(ConfigureThread(thread_id=TALK, mcp_servers=(TICKETS,))).then(
        ThreadConfigured(thread_id=TALK, mcp_servers=(TICKETS,))
    )
    assert servers_of(told.model, told.thread()) == (TICKETS,)
    told = told.and_then(ConfigureThread(thread_id=TALK, mcp_servers=()))
    assert servers_of(told.model, told.thread()) == ()


def test_a_thread_is_created_with_servers():
    told = given(
        a_project(), CreateThread(project_id=GARDEN, thread_id=TALK, mcp_servers=(NOTES, TICKETS))
    )

    assert servers_of(told.model, told.thread()) == (NOTES, TICKETS)


@pytest.mark.parametrize(
    "changes,problem",
    [
        ({"name": "a b"}, "its name must be"),
        ({"name": ""}, "its name must be"),
        ({"command": None}, "either a command or a url"),
        ({"url": "http://x"}, "either a command or a url"),
        ({"command": " "}, "its command is blank"),
        ({"transport": McpTransport.HTTP}, "its transport cannot be http"),
        ({"headers": {"X": "y"}}, "headers belong to a url"),
        ({"env": {"A=B": "x"}}, "a variable has no such name"),
        ({"args": ("a\0b",)}, "args[0] has letters that cannot be printed"),
        ({"args": ("${env:}",)}, "args[0] has a reference"),
        ({"env": {"A": "${env:B C}"}}, "env.A has a reference"),
    ],
)
def test_a_program_is_described_whole(changes: dict[str, Any], problem: str):
    _refused(attrs.evolve(NOTES, **changes), problem)


@pytest.mark.parametrize(
    "changes,problem",
    [
        ({"url": "ftp://tickets.example"}, "must begin with http"),
        ({"url": "https://"}, "must begin with http"),
        ({"url": "https://[x"}, "cannot be read"),
        ({"url": "https://x:port/"}, "cannot be read"),
        ({"url": "https://ada@tickets.example"}, "holds a user name"),
        ({"transport": McpTransport.STDIO}, "its transport cannot be stdio"),
        ({"args": ("-v",)}, "args and env belong to a command"),
        ({"headers": {"A B": "x"}}, "a header has no such name"),
    ],
)
def test_an_address_is_described_whole(changes: dict[str, Any], problem: str):
    _refused(attrs.evolve(TICKETS, **changes), problem)


def test_an_address_may_be_a_reference():
    server = McpServer(name="any", url="${env:ADDRESS}", transport=McpTransport.SSE)

    given(an_idle_thread()).when(ConfigureThread(thread_id=TALK, mcp_servers=(server,))).then_it_is(
        "thread.configured"
    )


def test_names_are_used_once_and_there_is_an_end_to_them():
    many = tuple(attrs.evolve(NOTES, name=f"n{number}") for number in range(MOST + 1))
    told = given(an_idle_thread())

    told.when(ConfigureThread(thread_id=TALK, mcp_servers=(NOTES, NOTES))).refused(
        McpInvalid("notes", "its name is used twice")
    )
    told.when(ConfigureThread(thread_id=TALK, mcp_servers=many)).refused(
        McpInvalid(f"n{MOST}", f"a thread has {MOST} of them at most")
    )


def test_a_literal_secret_is_refused_wherever_servers_are_told():
    secret = LiteralSecret("notes", "env.TOKEN")
    no_secret = McpInvalid("notes", "env.TOKEN is a secret, which would be written down")
    told = given(an_idle_thread())
    defaults = ProjectDefaults(mcp_servers=(NOTES,))

    told.when(CreateThread(project_id=GARDEN, mcp_servers=(NOTES,)), secret=secret).refused(
        no_secret
    )
    told.when(ConfigureThread(thread_id=TALK, mcp_servers=(NOTES,)), secret=secret).refused(
        no_secret
    )
    told.when(ConfigureProject(project_id=GARDEN, defaults=defaults), secret=secret).refused(
        no_secret
    )


def _refused(server: McpServer, problem: str) -> None:
    for command in (
        CreateThread(project_id=GARDEN, mcp_servers=(server,)),
        ConfigureThread(thread_id=TALK, mcp_servers=(server,)),
        ConfigureProject(project_id=GARDEN, defaults=ProjectDefaults(mcp_servers=(server,))),
    ):
        decided = given(an_idle_thread()).when(command).decided
        assert isinstance(decided, McpInvalid)
        assert problem in decided.problem
