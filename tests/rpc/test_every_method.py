"""The real server, driven through every method by clients that were not written for it."""

import asyncio
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient, LanguageClientProtocol, client_capabilities

from peon_protocol.methods import METHODS, METHODS_BY_NAME, Direction
from support.every_method import Json, Refusal, Story, Teller
from support.forges import Forge
from support.stdio_server import environment
from support.wire_client import DEADLINE

REQUESTS = {method.name for method in METHODS if method.direction is Direction.REQUEST}


def with_forge(folder: Path) -> dict[str, str]:
    """An environment with a place for `gh`, which the story installs when it is time."""
    path = os.pathsep.join([Forge(folder / "forge").path, os.environ["PATH"]])
    return environment() | {"PATH": path}


def argv(state: Path) -> list[str]:
    return [sys.executable, "-m", "peon", "serve", "--standalone", "--state-dir", str(state)]


# --- pytest-lsp ----------------------------------------------------------------------------------


@attrs.define
class AnyRequest:
    """A request whose params go out as they are."""

    id: int | str
    params: Any
    method: str
    jsonrpc: str


@attrs.define
class AnyResponse:
    """An answer whose result is kept as it came."""

    id: int | str | None
    result: Any
    jsonrpc: str


@attrs.define
class AnyNotification:
    params: Any
    method: str
    jsonrpc: str


class OurProtocol(LanguageClientProtocol):
    """pytest-lsp, told which of the methods are not LSP's."""

    def get_message_type(self, method: str) -> Any:  # type: ignore[override]
        ours = METHODS_BY_NAME.get(method)
        if ours is None:
            return super().get_message_type(method)
        return AnyRequest if ours.direction is Direction.REQUEST else AnyNotification

    def get_result_type(self, method: str) -> Any:  # type: ignore[override]
        return AnyResponse if method in REQUESTS else super().get_result_type(method)


class LspTeller:
    """Tells the story through pytest-lsp's client."""

    def __init__(self) -> None:
        self.client = LanguageClient(protocol_cls=OurProtocol)
        self.events: asyncio.Queue[Json] = asyncio.Queue()
        self.deltas: list[Json] = []
        self._listen()

    def _listen(self) -> None:
        client: Any = self.client

        def appended(params: Any) -> None:
            for event in params["events"]:
                self.events.put_nowait(event)

        def delta(params: Any) -> None:
            self.deltas.append(params)

        client.feature("events/appended")(appended)
        client.feature("turn/delta")(delta)

    async def ask(self, method: str, params: Json) -> Json:
        protocol: Any = self.client.protocol
        asking = protocol.send_request_async(method, params)
        result: Json = await asyncio.wait_for(asking, DEADLINE)
        return result

    async def refused(self, method: str, params: Json) -> Refusal:
        with pytest.raises(JsonRpcException) as refusal:
            await self.ask(method, params)
        data: Any = refusal.value.data
        return Refusal(refusal.value.code, data["kind"])

    async def event(self, kind: str) -> Json:
        while True:
            event = await asyncio.wait_for(self.events.get(), DEADLINE)
            if event["type"] == kind:
                return event


@pytest_asyncio.fixture
async def lsp(tmp_path: Path) -> AsyncIterator[LspTeller]:
    """A session begun and ended as an editor does."""
    teller = LspTeller()
    await teller.client.start_io(*argv(tmp_path / "state"), env=with_forge(tmp_path))
    initialized = await asyncio.wait_for(
        teller.client.initialize_session(
            types.InitializeParams(capabilities=client_capabilities("visual_studio_code"))
        ),
        DEADLINE,
    )
    experimental: Any = initialized.capabilities.experimental
    assert experimental["peon"]["protocolVersion"] == 1
    yield teller
    await asyncio.wait_for(teller.client.shutdown_session(), DEADLINE)
    assert teller.client.messages == []


async def test_pytest_lsp_drives_every_method(lsp: LspTeller, tmp_path: Path):
    await drive(lsp, tmp_path)
    assert "".join(delta["text"] for delta in lsp.deltas) == "hellofirsthello"


# --- a plain script ------------------------------------------------------------------------------


class PlainTeller:
    """What one writes in thirty lines: JSON, lengths and two pipes."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._count = 0
        self._events: deque[Json] = deque()

    def send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def receive(self) -> Json:
        assert self._process.stdout is not None
        length = int(self._process.stdout.readline().removeprefix(b"Content-Length: "))
        self._process.stdout.readline()
        message: Json = json.loads(self._process.stdout.read(length))
        if message.get("method") == "events/appended":
            self._events += message["params"]["events"]
        return message

    def request(self, method: str, params: object = None) -> Json:
        self._count += 1
        self.send(id=self._count, method=method, params=params)
        while (message := self.receive()).get("id") != self._count:
            pass
        return message

    async def ask(self, method: str, params: Json) -> Json:
        answer = self.request(method, params)
        assert "result" in answer, answer
        result: Json = answer["result"]
        return result

    async def refused(self, method: str, params: Json) -> Refusal:
        error = self.request(method, params)["error"]
        return Refusal(error["code"], error["data"]["kind"])

    async def event(self, kind: str) -> Json:
        while True:
            while not self._events:
                self.receive()
            event = self._events.popleft()
            if event["type"] == kind:
                return event


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[PlainTeller]:
    """A server process at two pipes."""
    process = subprocess.Popen(
        argv(tmp_path / "state"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=with_forge(tmp_path),
    )
    with process:
        teller = PlainTeller(process)
        assert "result" in teller.request("initialize", {})
        teller.send(method="initialized", params={})
        yield teller
        assert teller.request("shutdown")["result"] is None
        teller.send(method="exit")
        assert process.wait(DEADLINE) == 0


async def test_a_plain_script_drives_every_method(plain: PlainTeller, tmp_path: Path):
    await drive(plain, tmp_path)


async def drive(teller: Teller, root: Path) -> None:
    told = await Story(teller, root).tell()
    assert set(told.results) == REQUESTS
    assert set(told.refusals) == REQUESTS
