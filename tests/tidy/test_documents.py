"""What the documents show is true: examples parse, commands and links exist."""

import ast
import functools
import json
import re
import shlex
import textwrap
import tomllib
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from support.sources import ROOT, documents, text_of
from support.warm import worker
from support.warm.process import run

BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)[^)]*\)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)

# What a reader of a shell block may be expected to have.
EVERYDAY = frozenset(
    {"cd", "cat", "code", "echo", "export", "git", "mkdir", "nvim", "python3", "tail"}
)


def blocks(*languages: str) -> list[ParameterSet]:
    """Every code block in one of `languages`, called by its place."""
    return [
        pytest.param(textwrap.dedent(block["body"]), id=f"{name}:{line_of(block)}")
        for name in documents()
        for block in BLOCK.finditer(text_of(name))
        if block["language"] in languages
    ]


def line_of(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1


@pytest.mark.parametrize("body", blocks("json"))
def test_json_in_a_document_parses(body: str):
    json.loads(body)


@pytest.mark.parametrize("body", blocks("python"))
def test_python_in_a_document_compiles(body: str):
    ast.parse(body)


@pytest.mark.parametrize("body", blocks("sh", "shell", "bash"))
def test_commands_in_a_document_exist(body: str):
    unknown = [
        line for line in _command_lines(body) if not _exists(shlex.split(line, comments=True))
    ]
    assert unknown == []


@pytest.mark.parametrize("name", documents())
def test_links_of_a_document_lead_somewhere(name: str):
    folder = (ROOT / name).parent
    targets = [link["target"] for link in LINK.finditer(text_of(name))]
    assert [target for target in targets if not (folder / target).exists()] == []


def test_the_changelog_tells_of_what_comes_or_of_this_version():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert {"Unreleased", version} & set(headings)


def _command_lines(body: str) -> list[str]:
    joined = body.replace("\\\n", " ")
    lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _exists(words: list[str]) -> bool:
    """Whether a line is a command that a reader, having set Peon up, can type."""
    while words and re.fullmatch(r"[A-Za-z_]+=.*", words[0]):
        words = words[1:]
    match [Path(words[0]).name if words else "", *words[1:]]:
        case "make", *targets:
            return {word for word in targets if "=" not in word} <= _targets()
        case "peon", *arguments:
            return _is_peon_command(next((word for word in arguments if word[0] != "-"), ""))
        case program, *_:
            return program in EVERYDAY or (ROOT / words[0]).is_file()
        case _:
            return False


def _targets() -> set[str]:
    return set(TARGET.findall(text_of("Makefile")))


@functools.cache
def _is_peon_command(command: str) -> bool:
    """Whether `peon COMMAND` exists, as its own help says."""
    arguments = [command] if command else []
    words = ["-m", "peon", *arguments, "--help"]
    help_page = run(words, env=worker.environment(), timeout=30)
    return help_page.returncode == 0
