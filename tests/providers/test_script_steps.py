"""The language of scripts: what each line means."""

import pytest

from peon.providers.script.questions import Ask, filled, said
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
        ("crash", Crash("crashing, as told")),
        ("crash so it goes", Crash("so it goes")),
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
    ],
)
def test_any_other_line_is_said_back(line: str):
    assert list(parse(line)) == [Say(line)]


def test_blank_lines_are_no_steps():
    assert list(parse("\n  \n\r\nsay a\n\nsay b\n")) == [Say("a"), Say("b")]


@pytest.mark.parametrize(
    "line, required, types",
    [
        ("ask Why?", [], {}),
        ("ask Why?; note", [], {"note": "string"}),
        (
            "ask Why?; a!: integer; b: boolean; c: number",
            ["a"],
            {"a": "integer", "b": "boolean", "c": "number"},
        ),
        ("ask Which?; one!: red / blue; many: [x, y]", ["one"], {"one": "string", "many": "array"}),
    ],
)
def test_a_question_has_fields(line: str, required: list[str], types: dict[str, str]):
    step = parse_line(line)
    assert isinstance(step, Ask)
    properties = step.schema["properties"]
    assert isinstance(properties, dict)
    assert {name: told["type"] for name, told in properties.items()} == types  # type: ignore[index,call-overload]
    assert step.schema["required"] == required


def test_a_secret_of_a_question_is_told_to_be_one():
    step = parse_line("ask Log in?; token!: secret")
    assert isinstance(step, Ask)
    assert step.secrets == ("token",)
    assert said(step, {"token": "hush"}) == "token: (secret)"


@pytest.mark.parametrize(
    "line", ["ask", "ask ;", "ask Why?; a b", "ask Why?; a: what", "ask Why?; a: []"]
)
def test_a_question_that_cannot_be_read_is_said_back(line: str):
    assert parse_line(line) == Say(line)


def test_answers_stand_in_for_their_names():
    assert filled("$a, $b.c and $d.", {"a": "1", "b.c": "2"}) == "1, 2 and $d."
