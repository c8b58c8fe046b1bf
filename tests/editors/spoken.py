"""A blocking client for what drives editors: it speaks to a server that it spawned."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]


class Refused(Exception):
    """The server answered with an error; `kind` is its word for it."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.kind: str = error["data"]["kind"]


class Spoken:
    """A server of one state folder, and every notification it has sent, in order.

    `program` starts a server; by default it is this interpreter's own. Waits end with the server:
    whoever waits for ever is stopped by the test's own time-out.
    """

    def __init__(
        self, state_dir: Path, *, program: tuple[str, ...] = (), shared: bool = False
    ) -> None:
        argv = program or (sys.executable, "-m", "peon")
        alone = () if shared else ("--standalone",)
        self._process = subprocess.Popen(
            [*argv, "serve", *alone, "--state-dir", str(state_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._count = 0
        self._answers: dict[int, Json] = {}
        self.notifications: list[Json] = []

    def __enter__(self) -> Self:
        experimental = {"experimental": {"peon": True}}
        self.ask("initialize", capabilities=experimental, clientInfo={"name": "tests"})
        self.send({"method": "initialized", "params": {}})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def ask(self, method: str, **params: object) -> Any:
        """The result of a request. Raises Refused."""
        return self.gather([self.begin(method, **params)])[0]

    def begin(self, method: str, **params: object) -> int:
        """Send a request; `gather` has the answer."""
        self._count += 1
        self.send({"id": self._count, "method": method, "params": params})
        return self._count

    def gather(self, numbers: list[int]) -> list[Any]:
        """The results of requests that were sent. Raises Refused."""
        messages = self._messages()
        while not self._answers.keys() >= set(numbers):
            message = next(messages, None)
            if message is None:
                raise ConnectionError("the server ended without an answer")
            if "id" in message:
                self._answers[message["id"]] = message
        return [self._result(self._answers.pop(number)) for number in numbers]

    def _result(self, answer: Json) -> Any:
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def wait_for(self, wanted: Callable[[Json], bool], *, after: int = 0) -> Json:
        """The first event, behind `after` in the log, that is wanted."""
        for event in self.events():
            if event["sequence"] > after and wanted(event):
                return event
        for message in self._messages():
            for event in _events(message):
                if event["sequence"] > after and wanted(event):
                    return event
        raise ConnectionError("the server ended before it happened")

    def events(self) -> Iterator[Json]:
        for message in self.notifications:
            yield from _events(message)

    def send(self, message: Json) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _messages(self) -> Iterator[Json]:
        assert self._process.stdout is not None
        while header := self._process.stdout.readline():
            self._process.stdout.readline()
            message: Json = json.loads(self._process.stdout.read(int(header.split()[1])))
            if "id" not in message:
                self.notifications.append(message)
            yield message


def _events(message: Json) -> list[Json]:
    found: list[Json] = message.get("params", {}).get("events", [])
    return found if message.get("method") == "events/appended" else []
