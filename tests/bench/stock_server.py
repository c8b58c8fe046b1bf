"""The peer on the wire: pygls as shipped, with a typed request and typed events like ours.

Run as a program it serves its standard input and output.
"""

from typing import Any

import attrs
from lsprotocol.types import METHOD_TO_TYPES
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

LIST = "checkpoint/list"
REPLAY = "events/replay"


@attrs.define
class ListParams:
    """As ours, with the names that lsprotocol's converter makes."""

    thread_id: str


@attrs.define
class ListResult:
    """As ours for a thread that has no checkpoint."""

    checkpoints: list[str]


@attrs.define
class ListRequest:
    """The message, in the form that pygls wants for a typed custom request."""

    id: int | str
    method: str
    jsonrpc: str
    params: ListParams


@attrs.define
class ListResponse:
    """The answer, likewise."""

    id: int | str
    jsonrpc: str
    result: ListResult


@attrs.define
class Append:
    """A piece of text, as in ours."""

    offset: int
    end: int
    text: str


@attrs.define
class Payload:
    """What an event says, as in ours."""

    thread_id: str
    turn_id: str
    item_id: str
    kind: str
    status: str
    append: Append


@attrs.define
class Stored:
    """An event in its envelope, as in ours."""

    sequence: int
    event_id: str
    stream_id: str
    version: int
    type: str
    occurred_at: str
    causation_id: str
    correlation_id: str
    payload: Payload


class TypedProtocol(LanguageServerProtocol):
    """The documented way to give a custom method its types."""

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override] # cached
        if method == LIST:
            return ListRequest
        known = METHOD_TO_TYPES.get(method)
        return known[0] if known else None

    def get_result_type(self, method: str) -> type[Any] | None:  # type: ignore[override] # cached
        if method == LIST:
            return ListResponse
        known = METHOD_TO_TYPES.get(method)
        return known[1] if known else None


server = LanguageServer(
    "stock", "1", protocol_cls=TypedProtocol, converter_factory=default_converter
)


@server.feature(LIST)
def list_checkpoints(params: ListParams) -> ListResult:
    """Answer as ours does, without looking anything up."""
    del params
    return ListResult(checkpoints=[])


@server.feature(REPLAY)
def replay(params: Any) -> int:
    """Send so many events, one notification each; the answer comes behind them."""
    for sequence in range(1, params.count + 1):
        server.protocol.notify("events/appended", _event(sequence))
    return int(params.count)


def _event(sequence: int) -> Stored:
    identity = "fv9m5qf42avzgwhg54xe"
    append = Append(sequence, sequence + 40, "a fragment of forty characters, or so ~~")
    return Stored(
        sequence=sequence,
        event_id=f"{identity}:{sequence}",
        stream_id=identity,
        version=sequence,
        type="item.recorded",
        occurred_at="2026-03-01T08:00:00.000Z",
        causation_id=f"{identity}:1",
        correlation_id=f"{identity}:1",
        payload=Payload(identity, identity, "t1-1", "message", "streaming", append),
    )


if __name__ == "__main__":
    server.start_io()
