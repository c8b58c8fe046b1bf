"""Lines of bytes: bounded, whole however they are cut, and taken apart where they are long."""

import itertools
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers.jsonrpc.lines import (
    LONG_STRING,
    LONGEST_LINE,
    LineSplitter,
    LineTooLong,
    LongLine,
)
from peon.providers.jsonrpc.ndjson import decode
from peon.runtime.long_text import CUT, LongText, pieces_of
from peon_protocol.values import JsonValue

MANY = LONG_STRING + 1000


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


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    ends = [0, *sorted(places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(ends)]


def taken_in(data: bytes, size: int = 10_007) -> JsonValue:
    line = LongLine(1 << 20)
    for start in range(0, len(data), size):
        line.feed(data[start : start + size])
    return line.value()


def put_together(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return "".join(pieces_of(value))
        case list():
            return [put_together(each) for each in value]
        case dict():
            return {name: put_together(each) for name, each in value.items()}
        case _:
            return value


def test_a_long_line_is_given_when_it_ends():
    splitter = LineSplitter(long=10)
    assert list(splitter.feed(b'{"text":"twenty cha')) == []
    [line, short] = splitter.feed(b'racters"}\n{}\n{"')
    assert isinstance(line, LongLine)
    assert line.value() == {"text": "twenty characters"}
    assert short == b"{}"


@given(
    value=st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    ascii_only=st.booleans(),
    data=st.data(),
)
def test_a_long_line_says_the_same_however_it_is_cut(
    value: JsonValue, *, ascii_only: bool, data: st.DataObject
):
    written = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "replace")
    line = LongLine(1 << 20)
    for piece in cut(written, data.draw(st.lists(st.integers(0, len(written)), max_size=9))):
        line.feed(piece)
    assert line.value() == decode(written)


@pytest.mark.parametrize(
    "unit", ["x", "\n", '\\"', "\\", "é", "€", "\N{GRINNING FACE}", "\\u0041", "ab\n\tcd€\\"]
)
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("before", range(4))
def test_a_long_string_is_set_apart_and_whole(unit: str, before: int, *, ascii_only: bool):
    text = "." * before + unit * (MANY // len(unit.encode()))
    written = json.dumps({"a": [1, {"text": text}], "b": "short"}, ensure_ascii=ascii_only)
    value = taken_in(written.encode())
    assert put_together(value) == {"a": [1, {"text": text}], "b": "short"}
    match value:
        case {"a": [1, {"text": LongText() as long}]}:
            assert long.startswith(text[:100])
            assert long.endswith(CUT)
            assert max(map(len, long.pieces())) < LONG_STRING
        case _:
            pytest.fail("the long string is not set apart")


def test_halves_of_characters_in_a_long_string_become_a_sign():
    written = b'{"text":"%b\\ud83d%b\\ude00"}' % (b"x" * MANY, b"y" * MANY)
    value = put_together(taken_in(written))
    assert value == {"text": "x" * MANY + "\ufffd" + "y" * MANY + "\ufffd"}


@pytest.mark.parametrize(
    "inside", [b"\\x", b"\\u12", b"\x01"], ids=["no escape", "half an escape", "a control"]
)
def test_a_long_line_that_is_no_json_is_said_to_be_none(inside: bytes):
    for written in (b'{"text":"%b%b"}' % (b"x" * MANY, inside), b'{"text":"' + b"x" * MANY):
        line = LongLine(1 << 20)
        line.feed(written)
        with pytest.raises(ValueError):
            line.value()


def test_what_is_not_in_a_long_string_is_bounded():
    with pytest.raises(LineTooLong):
        taken_in(b"[" + b'"short",' * (1 << 18))
    taken_in(b'["' + b"x" * (3 << 20) + b'"]')


def test_a_line_may_be_longer_than_what_is_held_of_it():
    splitter = LineSplitter()
    piece, count = b"x" * 1_000_000, 1 + LONGEST_LINE // 1_000_000
    lines = [*splitter.feed(b'{"text":"')]
    for _ in range(count):
        lines += splitter.feed(piece)
    lines += splitter.feed(b'"}\n')
    [line] = lines
    assert isinstance(line, LongLine)
    match line.value():
        case {"text": LongText(size=size)}:
            assert size == count * 1_000_000
        case _:
            pytest.fail("the text is not set apart")


def test_of_too_many_long_strings_the_rest_is_not_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("peon.providers.jsonrpc.lines.MOST", 2 * MANY)
    written = json.dumps(["x" * MANY, "y" * (4 * MANY), "z" * MANY, "short"]).encode()
    value = put_together(taken_in(written))
    assert isinstance(value, list)
    first, second, third, short = map(str, value)
    assert first == "x" * MANY
    assert second.startswith("y" * 100_000)
    assert second.endswith(CUT)
    assert third.endswith(CUT)
    assert len(second) + len(third) < 2 * MANY
    assert short == "short"


def test_texts_that_begin_alike_are_not_alike():
    def ending_with(end: str) -> LongText:
        return LongText.of(lambda: iter(("x" * 9000, end)), 9001)

    one, other = ending_with("a"), ending_with("b")
    assert str(one) == str(other)
    assert one != other
    assert len({one, other, one}) == 2
