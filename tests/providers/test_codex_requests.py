"""An app server is not flooded: under a flood it refuses some requests and forgets others."""

import asyncio
import json

import pytest

from peon.errors import ExternalFailure
from peon.providers.codex.requests import AT_ONCE, Requests
from peon.providers.jsonrpc.connection import Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import AgentFault
from peon_protocol.values import JsonValue
from support.agents import LONG
from support.clock import give_way


class Line:
    """Keeps what is sent; a test says when it is answered."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.connection = Connection("Codex", send=self._send, handler=self)
        self.requests = Requests("Codex", self.connection, seed="any")

    def notified(self, method: str, params: JsonObject) -> None:
        """Nothing is told."""

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Nothing is asked."""
        del request_id, method, params
        return False

    def answer(self, number: int) -> None:
        answer = {"id": number, "result": {"of": number}}
        self.connection.feed(json.dumps(answer).encode() + b"\n")

    def _send(self, data: bytes) -> None:
        self.ids += (json.loads(line)["id"] for line in data.splitlines())


async def test_a_few_requests_at_a_time_are_without_an_answer():
    line = Line()
    asked = [
        asyncio.create_task(line.requests.ask("m", {}, deadline=LONG)) for _ in range(3 * AT_ONCE)
    ]
    for number in range(1, len(asked) + 1):
        await give_way()
        assert len(line.ids) <= number - 1 + AT_ONCE
        assert number in line.ids
        line.answer(number)
    results = await asyncio.gather(*asked)
    assert [each["of"] for each in results] == line.ids


async def test_who_finds_no_room_is_not_kept_for_ever():
    line = Line()
    forgotten = [
        asyncio.create_task(line.requests.ask("m", {}, deadline=LONG)) for _ in range(AT_ONCE)
    ]
    await give_way()
    with pytest.raises(ExternalFailure, match="no room to ask n") as raised:
        await line.requests.ask("n", {}, deadline=0.001)
    assert raised.value.code == AgentFault.SILENT
    assert len(line.ids) == AT_ONCE
    for each in forgotten:
        each.cancel()
    await asyncio.gather(*forgotten, return_exceptions=True)
