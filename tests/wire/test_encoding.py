"""JSON survives what JavaScript, Python and a hostile agent make of it."""

import json
import math

import pytest

from peon.wire import dumps, loads
from peon.wire.encoding import DEEPEST, canonical
from peon_protocol.values import JsonValue


def nested(levels: int) -> JsonValue:
    value: JsonValue = "core"
    for _ in range(levels):
        value = {"in": [value]}
    return value


@pytest.mark.parametrize(
    "written, read",
    [
        (rb'"a\ud83d"', "a\ufffd"),
        (rb'"\ude00b"', "\ufffdb"),
        (rb'"\uD83D\uD83D\uDE00"', "\ufffd\U0001f600"),
        (rb'{"\ud800": ["\udfff"]}', {"\ufffd": ["\ufffd"]}),
    ],
)
def test_a_lone_surrogate_is_read_as_the_replacement_character(written: bytes, read: JsonValue):
    assert loads(written) == read


def test_a_pair_of_surrogates_is_the_letter_it_means():
    assert loads(rb'"\ud83d\ude00"') == "\U0001f600"


def test_an_escaped_backslash_before_ud_is_no_surrogate():
    assert loads(rb'"\\ud800"') == "\\ud800"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{]",
        b"nope",
        b"{} {}",
        b"NaN",
        b'"\xff"',
        b'["\\ud800", NaN]',
        b'["\\ud800"',
        b'"\\ud800\xff"',
        b"[" * 2_000,
        b'["\\ud800",' + b"[" * 100_000,
    ],
)
def test_what_is_no_json_in_utf8_is_a_value_error(data: bytes):
    with pytest.raises(ValueError):
        loads(data)


def test_a_number_too_large_for_64_bits_loses_precision_and_nothing_else():
    assert loads(b"[123456789012345678901234567890]") == [1.2345678901234568e29]
    assert loads(rb'["\ud800", 123456789012345678901234567890]') == [
        "\ufffd",
        1.2345678901234568e29,
    ]


@pytest.mark.parametrize(
    "value, written",
    [
        ("a\ud800", '"a\ufffd"'),
        ({"\udc00": 1}, '{"\ufffd":1}'),
        ([2**64], "[1.8446744073709552e+19]"),
        ([10**400, -(10**400)], "[null,null]"),
        ([math.inf, math.nan], "[null,null]"),
        ([2**64 - 1, -(2**63)], "[18446744073709551615,-9223372036854775808]"),
    ],
)
def test_what_readers_do_not_take_is_written_as_the_nearest_they_do(value: JsonValue, written: str):
    assert dumps(value).decode() == written


def test_what_is_nested_too_deeply_is_cut_and_the_rest_is_written():
    written = dumps({"kept": 1, "deep": nested(5_00)})
    read = json.loads(written)
    assert read["kept"] == 1
    assert written.count(b"[") < DEEPEST
    assert dumps(nested(60)).count(b"[") == 60


def test_equal_values_have_one_canonical_form():
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == canonical({"a": {"c": 3, "d": 2}, "b": 1})
    assert canonical({"b": "\ud800", "a": 1}) == '{"a":1,"b":"\ufffd"}'.encode()
