"""Agents without a process: a test says each of their words, and what they hear is kept."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

from peon.errors import ExternalFailure
from peon.providers.acp.dialect import AcpDialect
from peon.providers.port import NO_OPTIONS, SessionRequest, SessionSink
from peon.providers.process import Command, Exit
from peon.providers.session import AgentSession, Speaking
from peon.providers.terms import Terms
from peon_protocol.ids import SessionId, ThreadId
from peon_protocol.values import JsonValue, Mode, OptionValue

Manners: TypeAlias = Mapping[str, JsonValue]
"""What is answered to requests, by their method. To others there is no answer."""


class Puppet:
    """One agent. See `peon.providers.process.Running`."""

    def __init__(
        self,
        manners: Manners,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> None:
        self._manners = manners
        self._on_output = on_output
        self._on_exit = on_exit
        self._gone = False
        self._ending: asyncio.Handle | None = None
        self.heard: list[dict[str, JsonValue]] = []

    @property
    def running(self) -> bool:
        return not self._gone and self._ending is None

    def say(self, data: bytes) -> None:
        """Let it write; who has ended says nothing."""
        if not self._gone:
            self._on_output(data)

    def write(self, data: bytes) -> None:
        if not self.running:
            raise ExternalFailure("puppet", "it is gone")
        for line in data.splitlines():
            message = json.loads(line)
            self.heard.append(message)
            method = message.get("method")
            if "id" in message and method in self._manners:
                answer = {"id": message["id"], "result": self._manners[method]}
                asyncio.get_running_loop().call_soon(self.say, json.dumps(answer).encode() + b"\n")

    def asked(self, method: str) -> list[JsonValue]:
        """The ids of the requests of a method that it has heard."""
        return [each["id"] for each in self.heard if each.get("method") == method and "id" in each]

    async def drain(self) -> None:
        """It takes whatever it is told."""

    def end_soon(self) -> None:
        if self.running:
            self._ending = asyncio.get_running_loop().call_soon(self.exit)

    async def end(self) -> Exit:
        self.exit()
        return Exit(0, "")

    def exit(self, code: int = 0) -> None:
        if not self._gone:
            self._gone = True
            self._on_exit(Exit(code, "puppet: cut"))


class Puppeteer:
    """Starts puppets. See `peon.providers.process.Starter`."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self.puppet: Puppet | None = None

    async def start(
        self,
        _command: Command,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> Puppet:
        self.puppet = Puppet(self._manners, on_output=on_output, on_exit=on_exit)
        return self.puppet


async def open_puppet(
    manners: Manners,
    sink: SessionSink,
    *,
    resume: str | None = None,
    own: Mapping[str, OptionValue] = NO_OPTIONS,
    speaking: Speaking = AcpDialect,
) -> tuple[AgentSession, Puppet]:
    """A session with a puppet."""
    puppeteer = Puppeteer(manners)
    request = SessionRequest(
        thread_id=ThreadId("thread"),
        session_id=SessionId("session"),
        root="/garden",
        mode=Mode.ASK,
        environment={},
        resume=resume,
        own=own,
    )
    session = await AgentSession.open(
        Command(argv=("puppet",), cwd="/", environment={}),
        request,
        sink,
        supervisor=puppeteer,
        terms=Terms(name="Puppet"),
        speaking=speaking,
    )
    assert puppeteer.puppet is not None
    return session, puppeteer.puppet
