"""What a pack says differs between two objects, applied."""

import pytest

from peon.workspace.deltas import applied

BASE = bytes(number % 251 for number in range(200_000))


def size(number: int) -> bytes:
    """A length in pieces of seven bits."""
    rest = number >> 7
    return bytes([number & 127 | 128]) + size(rest) if rest else bytes([number])


def copy(start: int, length: int) -> bytes:
    """Bytes of the base; of each number the bytes that are not zero."""
    code, numbers = 128, b""
    for place, byte in enumerate([*start.to_bytes(4, "little"), *length.to_bytes(3, "little")]):
        if byte:
            code |= 1 << place
            numbers += bytes([byte])
    return bytes([code]) + numbers


def delta(*parts: bytes, base: int = len(BASE), result: int) -> bytes:
    return size(base) + size(result) + b"".join(parts)


@pytest.mark.parametrize(
    "start, length", [(0, 1), (255, 256), (65_536, 3), (65_537, 65_535), (131_072, 60_000)]
)
def test_bytes_of_the_base_and_new_ones(start: int, length: int):
    made = applied(BASE, delta(b"\x03new", copy(start, length), b"\x01.", result=length + 4))
    assert made == b"new" + BASE[start : start + length] + b"."


def test_no_length_is_the_longest():
    assert applied(BASE, delta(copy(70_000, 0), result=65_536)) == BASE[70_000:135_536]


@pytest.mark.parametrize(
    "bad",
    [
        delta(copy(0, 5), base=len(BASE) - 1, result=5),
        delta(copy(0, 5), result=6),
        delta(copy(len(BASE) - 1, 5), result=5),
        delta(copy(0, 5), result=5)[:-1],
        b"",
    ],
    ids=["another base", "another result", "behind the base", "cut", "nothing"],
)
def test_what_does_not_fit_is_refused(bad: bytes):
    with pytest.raises((ValueError, IndexError)):
        applied(BASE, bad)
