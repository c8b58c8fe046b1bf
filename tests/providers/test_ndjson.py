"""Lines of JSON: bounded, and tolerant of what agents write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers.jsonrpc.ndjson import (
    LineSplitter,
    LineTooLong,
    Surrogates,
    decode,
    encode,
    whole,
)
from peon.providers.jsonrpc.raw import clean

FACE = "\N{GRINNING FACE}"
HIGH, LOW = "\ud83d", "\ude00"


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)), st.data())
def test_lines_arrive_whole_however_they_are_cut(lines: list[bytes], data: st.DataObject):
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    splitter = LineSplitter()
    assert [line for piece in pieces for line in splitter.feed(piece)] == lines


def test_a_line_without_its_end_waits():
    splitter = LineSplitter()
    assert list(splitter.feed(b"one\ntw")) == [b"one"]
    assert list(splitter.feed(b"o\n")) == [b"two"]


@pytest.mark.parametrize("pieces", [[b"123456"], [b"123", b"456"], [b"ok\n123456"]])
def test_a_line_over_the_limit_is_refused(pieces: list[bytes]):
    splitter = LineSplitter(longest=5)
    with pytest.raises(LineTooLong):
        [line for piece in pieces for line in splitter.feed(piece)]


def test_a_line_at_the_limit_passes():
    assert list(LineSplitter(longest=5).feed(b"12345\n12345\n")) == [b"12345", b"12345"]


@pytest.mark.parametrize(
    "line", [b"", b"log line", b"{", b'{"a":1', b"NaN", b"Infinity", b"[" * 3000, b'{"a":' * 3000]
)
def test_what_is_not_json_is_a_value_error(line: bytes):
    with pytest.raises(ValueError):
        decode(line)


@pytest.mark.parametrize("line", [b'"a\\ud83d"', b'{"\\ude00": 1}', b'"\xff"'])
def test_halves_of_characters_do_not_make_a_line_unreadable(line: bytes):
    encode(clean(decode(line)))


def test_what_utf8_has_no_place_for_is_escaped():
    assert json.loads(encode({"a": HIGH, "b": 2**70})) == {"a": HIGH, "b": 2**70}


@pytest.mark.parametrize(
    "pieces,joined,rest",
    [
        (["plain", "text"], ["plain", "text"], ""),
        ([f"a{HIGH}", f"{LOW}b"], ["a", f"{FACE}b"], ""),
        ([HIGH, LOW], ["", FACE], ""),
        ([HIGH, "x"], ["", "\ufffdx"], ""),
        ([LOW, f"x{LOW}"], ["\ufffd", "x\ufffd"], ""),
        ([f"{HIGH}{LOW}"], [FACE], ""),
        ([HIGH], [""], "\ufffd"),
        ([FACE], [FACE], ""),
    ],
)
def test_halves_are_joined_across_pieces(pieces: list[str], joined: list[str], rest: str):
    halves = Surrogates()
    assert [halves.join(piece) for piece in pieces] == joined
    assert halves.rest() == rest
    assert halves.rest() == ""


@given(st.text(alphabet=st.sampled_from(["a", "é", FACE, HIGH, LOW]), max_size=12), st.data())
def test_cutting_a_text_changes_nothing(text: str, data: st.DataObject):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    halves = Surrogates()
    assert "".join(map(halves.join, pieces)) + halves.rest() == whole(text)
