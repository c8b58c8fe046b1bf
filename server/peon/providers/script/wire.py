"""JSON-RPC over lines: what the embedded agent writes and the answers it waits for."""

import json
import os
import threading
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"


class Answer:
    """The answer to a request: None until it has come, and for ever if it was given up."""

    def __init__(self) -> None:
        self.settled = threading.Event()
        self.result: Json = None

    def settle(self, result: Json) -> None:
        self.result = result
        self.settled.set()


class Wire:
    """The agent's end of the line: several threads write, one reads and hands answers over."""

    def __init__(self, output: int) -> None:
        self._output = output
        self._lock = threading.Lock()
        self._waiting: dict[int, Answer] = {}
        self._last_id = 0

    def send(self, *messages: JsonObject) -> None:
        """Write messages, all at once. Blocks while the client does not read."""
        lines = [
            json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")) for message in messages
        ]
        data = memoryview(("\n".join(lines) + "\n").encode())
        with self._lock:
            while data:
                data = data[os.write(self._output, data) :]

    def update(self, session_id: str, *updates: JsonObject) -> None:
        messages: list[JsonObject] = [
            {"method": "session/update", "params": {"sessionId": session_id, "update": update}}
            for update in updates
        ]
        self.send(*messages)

    def ask(self, method: str, params: Json) -> Answer:
        """Send a request; its answer settles later."""
        answer = Answer()
        with self._lock:
            self._last_id += 1
            number = self._last_id
            self._waiting[number] = answer
        self.send({"id": number, "method": method, "params": params})
        return answer

    def answered(self, number: Json, result: Json) -> None:
        """Settle what waits for `number`; an answer nobody waits for is left alone."""
        if isinstance(number, int) and (answer := self._waiting.pop(number, None)) is not None:
            answer.settle(result)

    def respond(self, request_id: Json, result: Json) -> None:
        self.send({"id": request_id, "result": result})

    def refuse(self, request_id: Json, code: int, message: str, data: Json = None) -> None:
        error: JsonObject = {"code": code, "message": message}
        if data is not None:
            error["data"] = data
        self.send({"id": request_id, "error": error})
