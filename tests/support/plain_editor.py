"""An editor that knows nothing of Peon: plain LSP, on the checking client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs

from support.windows import SERVE, STANDALONE, Window, window
from support.wire_client import Message

CAPABILITIES = {"window": {"workDoneProgress": True}}


@attrs.frozen
class Editor:
    """Executes commands and answers what it is asked, as its user would."""

    opened: Window

    async def execute(self, command: str, *arguments: object) -> Any:
        return await self.opened.client.request(
            "workspace/executeCommand", {"command": command, "arguments": [*arguments]}
        )

    async def refused(self, command: str, *arguments: object) -> Any:
        return await self.opened.client.refusal(
            "workspace/executeCommand", {"command": command, "arguments": [*arguments]}
        )

    async def next(self, method: str) -> Message:
        """The next message of this method; what comes before it waits, but for progress."""
        passed: list[Message] = []
        while True:
            message = await self.opened.client.next_message()
            if message.get("method") == method:
                self.opened.client.unread.extendleft(reversed(passed))
                return message
            if message.get("method") == "window/workDoneProgress/create":
                self.answer(message, None)
            elif message.get("method") != "$/progress":
                passed.append(message)

    async def question(self) -> Message:
        """What the user is asked."""
        return await self.next("window/showMessageRequest")

    def choose(self, question: Message, number: int) -> None:
        self.answer(question, question["params"]["actions"][number])

    def answer(self, question: Message, result: object) -> None:
        self.opened.client.send({"jsonrpc": "2.0", "id": question["id"], "result": result})

    async def logged(self) -> str:
        """What the log says next."""
        return str((await self.next("window/logMessage"))["params"]["message"])

    async def progress(self, kind: str) -> Message:
        """The next word of this kind about what goes on; earlier ones are passed over."""
        passed: list[Message] = []
        while True:
            message = await self.opened.client.next_message()
            match message:
                case {"method": "window/workDoneProgress/create"}:
                    self.answer(message, None)
                case {"method": "$/progress", "params": {"value": {"kind": told}}}:
                    if told == kind:
                        self.opened.client.unread.extendleft(reversed(passed))
                        params: Message = message["params"]
                        return params
                case _:
                    passed.append(message)


@asynccontextmanager
async def editor(
    state: Path, root: Path, *, shares: bool = False, **params: object
) -> AsyncIterator[Editor]:
    """An editor that has a folder open. Its server is its own, unless it `shares` one."""
    argv = SERVE if shares else STANDALONE
    async with window(state, argv=argv, initialize=False) as opened:
        folders = [{"uri": root.as_uri(), "name": root.name}]
        usual = {"capabilities": CAPABILITIES, "workspaceFolders": folders}
        await opened.client.initialize(**{**usual, **params})
        yield Editor(opened)
