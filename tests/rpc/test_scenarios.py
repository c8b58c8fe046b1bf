"""The wire, scenario by scenario: what is sent, and what must come back.

The table knows nothing of how the server is made. With PEON_TEST_SERVER set to a command, each
scenario is played to a process of that command instead of a session in this one.
"""

import asyncio
import os
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest

from support.fake_core import FakeCore
from support.stdio_server import spawned
from support.wire_client import DEADLINE, Message, WireClient, frame
from support.wire_session import connect


@attrs.frozen
class Send:
    """The client sends this, as a message or as bare bytes."""

    message: object


@attrs.frozen
class Expect:
    """The next message of the server contains at least this."""

    pattern: Message


@attrs.frozen
class End:
    """The client closes its side, or has sent exit: the session ends with this code."""

    code: int


Step = Send | Expect | End


def request(number: int | str, method: str, params: object = None) -> Send:
    return Send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def notice(method: str, params: object = None) -> Send:
    return Send({"jsonrpc": "2.0", "method": method, "params": params})


def result(number: int | str, pattern: object = ...) -> Expect:
    return Expect({"id": number, "result": pattern})


def error(number: int | str | None, code: int, kind: str) -> Expect:
    return Expect({"id": number, "error": {"code": code, "data": {"kind": kind}}})


BEGIN = (request("i", "initialize", {"capabilities": {}}), result("i"), notice("initialized", {}))
LEAVE = (request("s", "shutdown"), result("s", None), notice("exit"), End(0))
STATUS = (request(90, "server/status"), result(90, {"health": "ok"}))

SCENARIOS: dict[str, tuple[Step, ...]] = {
    "W-01 a handshake and an orderly end": (*BEGIN, *LEAVE),
    "W-02 the server says who it is": (
        request(1, "initialize", {"capabilities": {}}),
        result(1, {"serverInfo": {"name": "peon"}}),
        End(1),
    ),
    "W-03 a request before initialize": (
        request(1, "project/list"),
        error(1, -32002, "server.notInitialized"),
        *BEGIN,
        *LEAVE,
    ),
    "W-04 initialize twice": (
        *BEGIN,
        request(2, "initialize", {"capabilities": {}}),
        error(2, -32600, "request.invalid"),
        *STATUS,
        *LEAVE,
    ),
    "W-05 a request after shutdown": (
        *BEGIN,
        request(1, "shutdown"),
        result(1, None),
        request(2, "server/status"),
        error(2, -32600, "server.shuttingDown"),
        notice("exit"),
        End(0),
    ),
    "W-06 exit without shutdown": (*BEGIN, notice("exit"), End(1)),
    "W-07 the input ends": (*BEGIN, *STATUS, End(1)),
    "W-10 no JSON": (*BEGIN, Send(b"{"), error(None, -32700, "json.invalid"), *STATUS, *LEAVE),
    "W-11 no UTF-8": (*BEGIN, Send(b'"\xff"'), error(None, -32700, "json.invalid"), *LEAVE),
    "W-12 an empty message": (*BEGIN, Send(b""), error(None, -32700, "json.invalid"), *LEAVE),
    "W-13 a batch": (*BEGIN, Send([{}]), error(None, -32600, "request.invalid"), *STATUS, *LEAVE),
    "W-14 another version of JSON-RPC": (
        *BEGIN,
        Send({"jsonrpc": "1.0", "id": 1, "method": "server/status"}),
        error(1, -32600, "request.invalid"),
        *LEAVE,
    ),
    "W-15 an id that is none": (
        *BEGIN,
        Send({"jsonrpc": "2.0", "id": None, "method": "server/status"}),
        error(None, -32600, "request.invalid"),
        *LEAVE,
    ),
    "W-16 an id is used again once it is answered": (
        *BEGIN,
        request(1, "events/subscribe", {}),
        result(1),
        request(1, "events/subscribe", {}),
        result(1),
        *LEAVE,
    ),
    "W-20 an unknown method": (
        *BEGIN,
        request(1, "no/such"),
        error(1, -32601, "method.notFound"),
        notice("no/such"),
        *STATUS,
        *LEAVE,
    ),
    "W-21 a required field is missing": (
        *BEGIN,
        request(1, "thread/create", {}),
        Expect(
            {
                "id": 1,
                "error": {
                    "code": -32602,
                    "data": {
                        "details": {
                            "problems": ["required field missing @ $.params.projectId"],
                        }
                    },
                },
            }
        ),
        *LEAVE,
    ),
    "W-22 a field of the wrong type": (
        *BEGIN,
        request(1, "thread/create", {"projectId": 5}),
        error(1, -32602, "params.invalid"),
        *LEAVE,
    ),
    "W-23 an unknown field": (
        *BEGIN,
        request(1, "project/list", {"x": 1}),
        error(1, -32602, "params.invalid"),
        *LEAVE,
    ),
    "W-24 no params where none are needed": (
        *BEGIN,
        Send({"jsonrpc": "2.0", "id": 1, "method": "server/status"}),
        result(1, {"health": "ok"}),
        *LEAVE,
    ),
    "W-25 an id that names nothing": (
        *BEGIN,
        request(1, "turn/start", {"threadId": "none", "prompt": "x"}),
        error(1, -32803, "thread.notFound"),
        *LEAVE,
    ),
    "W-26 a place beyond the log": (
        *BEGIN,
        request(1, "events/subscribe", {"after": 10**6}),
        error(1, -32801, "cursor.stale"),
        *LEAVE,
    ),
    "W-27 a message inside the params": (
        *BEGIN,
        request(1, "turn/start", {"threadId": "none", "prompt": '{"jsonrpc":"2.0","id":9}'}),
        error(1, -32803, "thread.notFound"),
        request(2, "provider/ingest", {"threadId": {"jsonrpc": "2.0", "id": 9}, "event": {}}),
        error(2, -32602, "params.invalid"),
        *LEAVE,
    ),
    "W-30 cancelling what is not there": (
        *BEGIN,
        notice("$/cancelRequest", {"id": 77}),
        notice("$/cancelRequest", None),
        *STATUS,
        *LEAVE,
    ),
    "W-31 a subscription begins and ends": (
        *BEGIN,
        request(1, "events/subscribe", {"after": 0}),
        result(1, {"sequence": 0}),
        request(2, "events/unsubscribe", {"subscriptionId": "none"}),
        error(2, -32803, "subscription.notFound"),
        *LEAVE,
    ),
    "W-40 headers in any case, and lines that end in any way": (
        *BEGIN,
        Send(memoryview(b'content-length:45\n\n{"jsonrpc":"2.0","id":1,"method":"no/such"  }')),
        error(1, -32601, "method.notFound"),
        *LEAVE,
    ),
    "W-41 junk before a message": (
        *BEGIN,
        Send(memoryview(b"what is this?\r\n")),
        error(None, -32600, "request.invalid"),
        *STATUS,
        *LEAVE,
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_scenario(name: str):
    async with played() as (client, ended):
        client.lenient = True
        for step in SCENARIOS[name]:
            match step:
                case Send(memoryview() as data):
                    client.send_bytes(bytes(data))
                case Send(bytes() as body):
                    client.send_bytes(frame(body))
                case Send(message):
                    client.send(message)
                case Expect(pattern):
                    assert_contains(await next_message(client), pattern)
                case End(code):
                    assert await ended() == code
        assert not client.log
        client.unread.clear()


@asynccontextmanager
async def played() -> AsyncIterator[tuple[WireClient, Any]]:
    """A client at a fresh server, and what ends it."""
    command = os.environ.get("PEON_TEST_SERVER")
    if command is not None:
        async with spawned(*shlex.split(command)) as server:

            async def process_ended() -> int:
                server.end_input()
                return await server.exit_code()

            yield server.client, process_ended
        return
    core = FakeCore()
    core.slow_query.set()
    wire = connect(core)

    async def session_ended() -> int:
        wire.session.connection.eof_received()
        return await wire.exit_code()

    yield wire.client, session_ended


async def next_message(client: WireClient) -> Message:
    """Whatever comes next, an answer or not."""
    async with asyncio.timeout(DEADLINE):
        while not client.log:
            await client.something()
    return client.log.pop(0)


def assert_contains(message: object, pattern: object) -> None:
    """Every member that the pattern names is there; `...` stands for anything."""
    if pattern is ...:
        return
    if isinstance(pattern, dict):
        assert isinstance(message, dict), message
        for key, inner in pattern.items():
            assert key in message, message
            assert_contains(message[key], inner)
    else:
        assert message == pattern
