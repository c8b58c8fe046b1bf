"""Whatever a client sends, the session lives on and answers each request once."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from peon.rpc.limits import Limits
from peon_protocol.methods import METHODS, Direction
from support.wire_client import Message, WireClient
from support.wire_session import connected

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
ids = st.integers(-(2**53), 2**53) | st.text(max_size=8)
methods = (
    st.sampled_from([each.name for each in METHODS if each.direction is Direction.REQUEST])
    | st.sampled_from(["$/unknown", "textDocument/hover", "workspace/executeCommand", "exit2"])
    | st.text(max_size=8)
)
known_names = st.sampled_from(
    ["threadId", "projectId", "root", "prompt", "after", "limit", "deltas", "threadIds", "event"]
)
params = values | st.dictionaries(known_names, values, max_size=4)


@st.composite
def requests(draw: st.DrawFn) -> Message:
    message: Message = {"jsonrpc": "2.0", "method": draw(methods)}
    if draw(st.booleans()):
        message["params"] = draw(params)
    return message


@given(st.lists(requests(), max_size=6), st.lists(ids, min_size=6, max_size=6, unique_by=str))
async def test_each_request_is_answered_once_and_under_its_own_id(
    messages: list[Message], ids: list[int | str]
):
    async with connected() as wire:
        wire.core.slow_query.set()
        answers = []
        for message, request_id in zip(messages, ids, strict=False):
            answers.append(wire.client.expect_answer(request_id))
            wire.client.send(message | {"id": request_id})
        wire.core.finish_operations()
        for answer in answers:
            await answered(wire.client, answer)
        await alive(wire.client)


@given(st.lists(values, max_size=6))
async def test_any_json_is_survived(messages: list[Any]):
    async with connected() as wire:
        for message in messages:
            wire.client.send(message)
        await alive(wire.client)


members = st.dictionaries(
    st.sampled_from(["jsonrpc", "id", "method", "params", "result", "error"]),
    st.sampled_from(["2.0", "initialize", "events/subscribe", "$/cancelRequest"]) | values,
)


@given(st.lists(members, max_size=6))
async def test_any_mixture_of_members_is_survived(messages: list[Message]):
    async with connected() as wire:
        wire.client.lenient = True
        for message in messages:
            wire.client.send(message)
        await alive(wire.client)


@given(st.lists(st.binary(max_size=100), max_size=6))
async def test_any_body_is_survived(bodies: list[bytes]):
    async with connected() as wire:
        for body in bodies:
            wire.client.send(body)
        await alive(wire.client)


pieces = st.binary(max_size=100) | st.sampled_from(
    [b"Content-Length: ", b"content-length:", b"7", b"99", b"\r\n", b"\n", b"\r\n\r\n", b"{}", b":"]
)


@given(st.lists(pieces, max_size=12))
async def test_any_bytes_are_survived(pieces: list[bytes]):
    async with connected(limits=Limits(message_bytes=1000)) as wire:
        for piece in pieces:
            wire.client.send_bytes(piece)
        # A header among them has announced a body: give it one, then begin a line of our own.
        wire.client.send_bytes(b"\n" * 20_000)
        await alive(wire.client)


async def answered(client: WireClient, answer: Any) -> None:
    message = await answer
    assert "result" in message or message["error"]["data"]["kind"]


async def alive(client: WireClient) -> None:
    """Whatever was said before is read and forgotten; the session still answers."""
    await client.settled()
    client.unread.clear()
