"""What every editor can do: show a line, ask a question, show that something goes on."""

import asyncio
from concurrent.futures import Future
from typing import Final, Protocol

from lsprotocol import types

from peon.errors import ExternalFailure
from peon.rpc.send_queue import SendQueue
from peon.wire import dumps
from peon_protocol.values import JsonValue

_AGREE_SECONDS: Final = 10.0
"""How long an editor may take to agree to show progress."""


class Questions(Protocol):
    """Requests to the client."""

    def send_request(self, method: str, params: object) -> "Future[object]":
        """Resolves to the answer, or to ExternalFailure. Cancelling it withdraws the request."""
        ...


class Window:
    """An editor's window. Belongs to the loop."""

    def __init__(self, questions: Questions, queue: SendQueue) -> None:
        self._questions = questions
        self._queue = queue
        self.shows_progress = False

    def log(self, level: types.MessageType, text: str) -> None:
        """Put a text where the editor keeps what its servers say."""
        self._notify("window/logMessage", {"type": level.value, "message": text})

    async def choose(self, message: str, choices: tuple[str, ...]) -> str | None:
        """The choice of the user, who may take as long as it takes; None for none.

        Raises ExternalFailure where the editor cannot ask.
        """
        params = types.ShowMessageRequestParams(
            type=types.MessageType.Info,
            message=message,
            actions=[types.MessageActionItem(title=choice) for choice in choices],
        )
        asking = self._questions.send_request(types.WINDOW_SHOW_MESSAGE_REQUEST, params)
        answer = await asyncio.wrap_future(asking)
        return answer.title if isinstance(answer, types.MessageActionItem) else None

    async def agrees_to_progress(self, token: str) -> bool:
        """Whether the editor will show progress under this token."""
        if not self.shows_progress:
            return False
        params = types.WorkDoneProgressCreateParams(token=token)
        asking = self._questions.send_request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params)
        try:
            await asyncio.wait_for(asyncio.wrap_future(asking), _AGREE_SECONDS)
        except (ExternalFailure, TimeoutError):
            return False
        return True

    def progress(self, token: str, value: dict[str, JsonValue]) -> None:
        """Begin, report or end what is shown under a token."""
        self._notify("$/progress", {"token": token, "value": value})

    def _notify(self, method: str, params: JsonValue) -> None:
        # The members stand in the order that relays know.
        self._queue.put(dumps({"jsonrpc": "2.0", "method": method, "params": params}))
