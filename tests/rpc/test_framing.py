"""The framer finds every message, however the stream is cut, and gets back in step after junk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.rpc.framing import Framer, Junk, Oversized
from support.wire_client import frame

MOST = 1000
JUNK = Junk()


def read(data: bytes, *, chunk: int | None = None, most: int = MOST) -> list[object]:
    """Everything the framer finds in `data`, fed in chunks."""
    framer = Framer(most)
    found: list[object] = []
    size = chunk or max(len(data), 1)
    for start in range(0, len(data), size):
        framer.feed(data[start : start + size])
        while (message := framer.next()) is not None:
            found.append(message)
    return found


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: 2\r\n\r\n",
        b"content-length: 2\r\n\r\n",
        b"CONTENT-LENGTH:2\r\n\r\n",
        b"Content-Length:  2 \r\n\r\n",
        b"Content-Length: 2\n\n",
        b"Content-Length: 2\r\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
        b"\r\nContent-Length: 2\r\n\r\n",
        b"\n\nContent-Length: 2\r\n\r\n",
    ],
)
def test_a_header_may_be_written_in_many_ways(header: bytes):
    assert read(header + b"{}" + frame(b"[]")) == [b"{}", b"[]"]


@pytest.mark.parametrize(
    "junk",
    [
        b"hello\r\n",
        b"hello\r\nContent-Length: 7\r\nworld\r\n\r\n",
        b'{"jsonrpc":"2.0"}\n',
        b"Content-Length: five\r\n\r\n{}\n",
        b"Content-Length: -5\r\n\r\n{}\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n{} \n",
        b"Content-Length: 99999999999999999999\r\n\r\n{}\n",
        b"Content-Length: 9999999999999\r\n\r\n{}\n",
        b"x" * 200_000 + b"\n",
        b'"the rest of a body whose length was too short"}',
        b"x" * 200_000,
        b"\x00\xff\r\n" * 50,
    ],
)
def test_junk_is_reported_once_and_the_next_header_counts(junk: bytes):
    assert read(junk + frame(b"{}") + frame(b"[]")) == [JUNK, b"{}", b"[]"]
    assert read(junk + frame(b"{}") + junk + frame(b"[]"), chunk=997) == [JUNK, b"{}", JUNK, b"[]"]


def test_a_message_without_content_is_still_a_message():
    assert read(frame(b"") + frame(b"{}")) == [b"", b"{}"]


def test_a_length_that_is_too_long_swallows_only_what_it_claims():
    stream = b"Content-Length: 10\r\n\r\n{}" + frame(b"{}") + frame(b"[]")
    assert read(stream) == [b"{}Content-", JUNK, b"[]"]


def test_the_bound_itself_is_allowed_and_one_byte_more_is_not():
    whole, more = b"x" * MOST, b"x" * (MOST + 1)
    assert read(frame(whole) + frame(more) + frame(b"{}")) == [
        whole,
        Oversized(MOST + 1, None),
        b"{}",
    ]


@pytest.mark.parametrize(
    "text, request_id",
    [
        ('{"jsonrpc":"2.0","id":7,"method":"x","params":{"text":"%s"}}', 7),
        ('{"id": "seven", "method": "x", "params": ["%s"]}', "seven"),
        ('{"params":{"id":1,"text":"%s"},"id":8,"method":"x","jsonrpc":"2.0"}', 8),
        ('{"method":"x","params":{"text":"%s","id":9}}', None),
        ('{"params":{"id":1},"text":"%s"}', None),
        ('{"method":"\\"id\\":5,","params":"%s"}', None),
        ('[{"id":5,"text":"%s","id":6}]', None),
        ('{"id":1.5,"params":"%s"}', None),
        ("%s", None),
    ],
)
def test_the_id_of_a_skipped_request_is_told_where_it_is_certain(
    text: str, request_id: int | str | None
):
    body = (text % ("," * 3000)).encode()
    assert read(frame(body), chunk=64) == [Oversized(len(body), request_id)]


def test_what_was_fed_and_not_handed_out_is_counted():
    framer = Framer(MOST)
    framer.feed(frame(b"{}") + b"Content-Le")
    assert framer.next() == b"{}"
    assert framer.buffered == len(b"Content-Le")


bodies = st.lists(st.binary(max_size=300), max_size=8)


@given(bodies=bodies, chunk=st.integers(1, 500))
def test_any_messages_come_out_however_the_stream_is_cut(bodies: list[bytes], chunk: int):
    assert read(b"".join(map(frame, bodies)), chunk=chunk) == bodies


@given(stream=st.binary(max_size=2000), chunk=st.integers(1, 500))
def test_how_a_stream_is_cut_makes_no_difference_to_messages(stream: bytes, chunk: int):
    whole = [found for found in read(stream) if found != JUNK]
    assert [found for found in read(stream, chunk=chunk) if found != JUNK] == whole


@given(junk=st.binary(max_size=200).filter(lambda data: b"ength" not in data.lower()))
def test_a_message_after_any_junk_is_found(junk: bytes):
    assert read(junk + b"\r\n" + frame(b"{}"))[-1] == b"{}"
