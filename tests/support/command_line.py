"""The commands as people and editors start them: real processes, each with a deadline."""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs

from support.warm import worker
from support.warm.process import Process, begin, run

SECONDS = 50.0
"""How long a command may take on a busy machine."""

ARGV = (sys.executable, "-m", "peon")
Message = dict[str, Any]


def environment_of_child(changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a child needs to import what this process can, with some variables changed."""
    return worker.environment(changed)


@attrs.frozen
class Done:
    """What a command has said, and its exit code."""

    code: int
    out: str
    err: str


@attrs.frozen
class CommandLine:
    """Starts `peon` with its state in one folder."""

    state: Path

    def __call__(self, command: str, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run a command of the state to its end, with no terminal."""
        return peon(command, "--state-dir", str(self.state), *arguments, env=env)

    def start(self, command: str, *arguments: str) -> Process:
        """Start a command and leave it running."""
        words = ["-m", "peon", command, "--state-dir", str(self.state), *arguments]
        return begin(words, env=environment_of_child())

    def serve(self) -> "Spawned":
        """Start a server and speak to it."""
        return Spawned(self.state)


def peon(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
    """Run a command to its end."""
    done = run(["-m", "peon", *arguments], env=environment_of_child(env), timeout=SECONDS)
    return Done(done.returncode, done.stdout, done.stderr)


class Spawned:
    """A server process, spoken to one message at a time. As a context it is killed at the end."""

    def __init__(self, state: Path) -> None:
        words = ["-m", "peon", "serve", "--standalone", "--state-dir", str(state)]
        self.process = begin(words, env=environment_of_child())
        self.events: list[Message] = []
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def send(self, **message: object) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> Message:
        """The next message; the events in it are kept."""
        assert self.process.stdout is not None
        length = int(self.process.stdout.readline().split()[1])
        self.process.stdout.readline()
        message: Message = json.loads(self.process.stdout.read(length))
        self.events += message.get("params", {}).get("events", [])
        return message

    def ask(self, method: str, **params: object) -> Message:
        """The whole answer to a request."""
        self._count += 1
        number = self._count
        self.send(id=number, method=method, params=params)
        while (message := self.receive()).get("id") != number:
            pass
        return message

    def result(self, method: str, **params: object) -> Any:
        """The result of a request that must succeed."""
        answer = self.ask(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def begin(self) -> Self:
        """Be initialised, and hear of everything."""
        self.result("initialize", capabilities={}, clientInfo={"name": "test"})
        self.send(method="initialized", params={})
        self.result("events/subscribe", after=0)
        return self

    def event(self, kind: str) -> Message:
        """The next event of a type, waited for."""
        while not any(event["type"] == kind for event in self.events):
            self.receive()
        return next(event for event in self.events if event["type"] == kind)


def contents(folder: Path) -> dict[str, str]:
    """Every file below `folder` with a hash of what it holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def segment_of(state: Path) -> Path:
    """The one segment of a small log."""
    [segment] = (state / "journal").glob("*.jsonl")
    return segment
