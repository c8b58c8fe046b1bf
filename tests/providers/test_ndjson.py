"""Lines of JSON, tolerant of what agents write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers.jsonrpc.ndjson import (
    Surrogates,
    decode,
    encode,
    whole,
)
from peon.providers.jsonrpc.raw import clean

FACE = "\N{GRINNING FACE}"
HIGH, LOW = "\ud83d", "\ude00"


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
