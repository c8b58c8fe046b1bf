"""An editor that keeps everything a server tells it, for recordings."""

import copy
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from support.windows import Message, Window

PROJECT = "prj-greeter"
THREAD = "thr-greet"


class Editor:
    """An editor with a subscription of its own; it keeps everything that it is sent."""

    def __init__(self, seen: Window, root: Path) -> None:
        self.root = root
        self._client = seen.client
        self._projects: Message = {}
        self._threads: Message = {}
        self._readings: list[Message] = []
        self._heard: list[Message] = []
        self._read = 0
        """How many of `_heard` the story has looked at."""

    async def ask(self, method: str, **params: object) -> Any:
        return await self._client.request(method, params)

    async def thread(
        self,
        thread_id: str = THREAD,
        mode: str = "ask",
        provider: str = "script",
        **params: object,
    ) -> None:
        await self.ask(
            "thread/create",
            threadId=thread_id,
            projectId=PROJECT,
            provider=provider,
            mode=mode,
            **params,
        )

    async def message(self, method: str, number: int, prompt: str = "", **params: object) -> None:
        """Say something of a message of the queue."""
        about = {"threadId": THREAD, "messageId": f"message-{number}", **params}
        await self.ask(method, **about, **({"prompt": prompt} if prompt else {}))

    async def is_heard_to_wait(self) -> bool:
        """Whether the agent has said that it goes on when it is told something."""
        thread = (await self.ask("thread/read", threadId=THREAD))["thread"]
        return any("waiting" in item["text"] for item in thread["turns"][-1]["items"])

    async def turn(self, number: int, *lines: str, thread_id: str = THREAD) -> None:
        turn_id = f"{thread_id}-turn-{number}"
        await self.ask("turn/start", threadId=thread_id, turnId=turn_id, prompt="\n".join(lines))

    async def begin(self, *, between: "Callable[[], Awaitable[object]] | None" = None) -> None:
        """Take the snapshot and subscribe; what happens in `between` is in a reading already."""
        self._projects = await self.ask("project/list")
        self._threads = await self.ask("thread/list")
        if between is not None:
            await between()
        self._readings = [
            await self.ask("thread/read", threadId=each["threadId"])
            for each in self._threads["threads"]
        ]
        await self.ask("events/subscribe", after=self._projects["sequence"], deltas=True)

    async def until(self, kind: str) -> Message:
        """The next event of this type; everything on the way is kept."""
        while True:
            while self._read == len(self._heard):
                self._heard.append(await self._client.next_message())
            message = self._heard[self._read]
            events = message["params"].get("events", [])
            found = next((each for each in events if each["type"] == kind), None)
            if found is None:
                self._read += 1
                continue
            rest = events[events.index(found) + 1 :]
            head = events[: events.index(found) + 1]
            message["params"]["events"] = head
            message["params"]["through"] = head[-1]["sequence"]
            if rest:
                later = copy.deepcopy(message)
                later["params"] |= {"events": rest, "through": rest[-1]["sequence"]}
                self._heard.insert(self._read + 1, later)
            self._read += 1
            return dict(found)

    async def answer(self, method: str, **params: object) -> None:
        """Answer the next action."""
        asked = (await self.until("action.requested"))["payload"]
        await self.ask(method, threadId=asked["threadId"], actionId=asked["actionId"], **params)

    async def recording(self, description: str) -> Message:
        """All of it, with what the server says now that all has been heard."""
        while True:
            projects = await self.ask("project/list")
            threads = (await self.ask("thread/list"))["threads"]
            readings = [
                await self.ask("thread/read", threadId=each["threadId"]) for each in threads
            ]
            sequence = projects["sequence"]
            while not self._is_told_of(sequence):
                self._heard.append(await self._client.next_message())
            # What happens while it is read would stand in some of the answers only.
            last = (await self.ask("project/list"))["sequence"]
            self._heard += self._client.unread
            self._client.unread.clear()
            if last == sequence and not self._is_told_of(sequence + 1):
                break
        return {
            "description": description,
            "snapshot": {
                "projects": self._projects,
                "threads": self._threads,
                "readings": self._readings,
            },
            "notifications": [
                {"method": each["method"], "params": each["params"]} for each in self._heard
            ],
            "expected": {
                "projects": projects["projects"],
                "threads": [each["thread"] for each in readings],
            },
        }

    def _is_told_of(self, sequence: int) -> bool:
        return any(each["params"].get("through", 0) >= sequence for each in self._heard)
