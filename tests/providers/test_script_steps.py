"""The language of scripts: what each line means."""

import pytest

from peon.providers.script.steps import (
    Append,
    Crash,
    Delete,
    Fail,
    Plan,
    Run,
    Say,
    Sleep,
    Step,
    Stream,
    Think,
    Use,
    Write,
    parse,
    parse_line,
)


@pytest.mark.parametrize(
    "line,step",
    [
        ("say hello there", Say("hello there")),
        ("think  so", Think("so")),
        ("plan a; b;; c ", Plan(("a", "b", "c"))),
        ("write a.txt one two", Write("a.txt", "one two")),
        ("write a.txt", Write("a.txt", "")),
        ("write a.txt  two spaces ", Write("a.txt", " two spaces ")),
        ('write "my file.txt" x', Write("my file.txt", "x")),
        ("write a.txt one\\ntwo\\tthree\\\\n", Write("a.txt", "one\ntwo\tthree\\n")),
        ("append a/b.txt x", Append("a/b.txt", "x")),
        ("delete a.txt", Delete("a.txt")),
        ('delete "my file.txt"', Delete("my file.txt")),
        ("delete my file.txt", Delete("my file.txt")),
        ("run echo 'a  b' | wc", Run("echo 'a  b' | wc")),
        ("sleep 2", Sleep(2.0)),
        ("sleep 0.25", Sleep(0.25)),
        ("stream 10 3", Stream(10, 3)),
        ("usage 10 20", Use(10, 20, None)),
        ("usage 10 20 0.5", Use(10, 20, 0.5)),
        ("fail 429 too many requests", Fail("429", "too many requests")),
        ("fail quota", Fail("quota", "failed, as told")),
        ("crash", Crash()),
        ("  say indented", Say("indented")),
        ("say windows\r", Say("windows")),
    ],
)
def test_a_line_is_a_step(line: str, step: Step):
    assert parse_line(line.lstrip().removesuffix("\r")) == step
    assert list(parse(line)) == [step]


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "Say hello",
        "saying hello",
        "say",
        "plan ;",
        "write",
        "append",
        "delete",
        "run",
        "sleep",
        "usage",
        "usage 1",
        "usage a b",
        "usage 1 2 much",
        "sleep soon",
        "sleep -1",
        "sleep nan",
        "sleep 1e9",
        "stream 10",
        "stream many small",
        "stream -1 5",
        "fail",
        "crash now",
    ],
)
def test_any_other_line_is_said_back(line: str):
    assert list(parse(line)) == [Say(line)]


def test_blank_lines_are_no_steps():
    assert list(parse("\n  \n\r\nsay a\n\nsay b\n")) == [Say("a"), Say("b")]
