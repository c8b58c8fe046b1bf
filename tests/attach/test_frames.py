"""What arrives is passed on whole, in its order, and messages in it are seen."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.attach import frames
from peon.attach.frames import Piece, Splitter, frame

BODIES = st.lists(st.binary(max_size=40).filter(lambda body: b"\n" not in body), max_size=6)


def split(stream: bytes, cuts: list[int]) -> tuple[list[Piece], bytes]:
    """The pieces of a stream that arrives in portions that end at `cuts`."""
    splitter = Splitter()
    pieces: list[Piece] = []
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in pairwise(edges):
        pieces += splitter.feed(stream[start:end])
    return pieces, splitter.rest()


@given(BODIES, st.lists(st.integers(0, 400)))
def test_messages_are_seen_however_they_arrive(bodies: list[bytes], cuts: list[int]):
    stream = b"".join(map(frame, bodies))

    pieces, rest = split(stream, cuts)

    assert [piece.body for piece in pieces] == bodies
    assert b"".join(piece.raw for piece in pieces) == stream
    assert rest == b""


@given(st.lists(st.sampled_from([frame(b"{}"), b"junk", b"\r\n", b"\n\n", b"Content-Length: 9"])))
def test_nothing_is_lost_or_moved_whatever_arrives(parts: list[bytes]):
    stream = b"".join(parts)
    pieces, rest = split(stream, [7, 19])
    assert b"".join(piece.raw for piece in pieces) + rest == stream


@pytest.mark.parametrize(
    "header",
    [
        b"content-length:2\r\n\r\n",
        b"Content-Length: 2\n\n",
        b"Content-Type: text\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\r\nContent-Type: text\r\n\r\n",
        b"junk before\r\nContent-Length : 2\r\n\r\n",
    ],
)
def test_headers_are_taken_as_the_server_takes_them(header: bytes):
    pieces, _ = split(header + b"{}", [])
    assert pieces == [Piece(header + b"{}", b"{}")]


def test_what_grows_too_long_for_a_header_is_passed_on():
    pieces, rest = split(b"x" * 100_000, [])
    assert sum(len(piece.raw) for piece in pieces) + len(rest) == 100_000
    assert len(rest) <= 4096


def test_a_message_too_long_to_be_held_is_passed_on_in_pieces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(frames, "MOST_HELD", 10)
    stream = frame(b"x" * 25) + frame(b"{}")

    pieces, _ = split(stream, [30])

    assert [(piece.body, piece.continues) for piece in pieces] == [
        (None, False),
        (None, True),
        (None, True),
        (b"{}", False),
    ]
    assert b"".join(piece.raw for piece in pieces) == stream


def test_a_length_that_cannot_be_meant_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(frames, "MOST_HELD", 10)
    pieces, _ = split(b"Content-Length: 161\r\n\r\n" + frame(b"{}"), [])
    assert [piece.body for piece in pieces] == [None, b"{}"]
