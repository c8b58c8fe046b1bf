r"""The language of scripts: a line of a prompt becomes a step. Pure.

    say TEXT             a message
    think TEXT           reasoning
    plan A; B            a plan with these entries
    write PATH TEXT      put TEXT into a file, and nothing else
    append PATH TEXT     put TEXT at the end of a file
    delete PATH          remove a file
    run COMMAND          run COMMAND with /bin/sh in the workspace
    ask QUESTION; FIELD  ask for answers; a field is NAME, or NAME: KIND, and NAME! must be answered
    sleep SECONDS        wait
    stream COUNT SIZE    a message of COUNT pieces of SIZE characters
    usage IN OUT [COST]  say that the turn used so many tokens, and cost so much (US dollars)
    option ID VALUE [A|B|…]  set an option of the session; with choices, or as true or false, offer
                         one that is new
    options              a message with what its options are set to
    servers              a message with the MCP servers it was given, values of variables left out
    fail CODE MESSAGE    end the turn with an error
    crash [WORDS]        die, with these last words

KIND is `text`, `secret`, `number`, `integer`, `boolean`, `A / B / C` for one of these or `[A, B]`
for any of them. Later steps find the answers: in what they say, think and write, `$NAME` stands for
one.

A path with spaces stands in double quotes. In a file's TEXT, `\n`, `\t` and `\\` are a new line,
a tab and a backslash. Any other line, also one of these without what it needs, is said back.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from peon.providers.script import questions


class Say(NamedTuple):
    """Say something."""

    text: str


class Think(NamedTuple):
    """Reason aloud."""

    text: str


class Plan(NamedTuple):
    """Show a plan."""

    entries: tuple[str, ...]


class Write(NamedTuple):
    """Put text into a file, and nothing else."""

    path: str
    text: str


class Append(NamedTuple):
    """Put text at the end of a file."""

    path: str
    text: str


class Use(NamedTuple):
    """Say what the turn used."""

    read: int
    written: int
    cost: float | None


class SetOption(NamedTuple):
    """Set an option of the session, or offer a new one."""

    option_id: str
    value: str
    choices: tuple[str, ...]


class TellOptions(NamedTuple):
    """Say what the options are set to."""


class TellServers(NamedTuple):
    """Say which MCP servers there are."""


class Delete(NamedTuple):
    """Remove a file."""

    path: str


class Run(NamedTuple):
    """Run a command with the shell."""

    command: str


class Sleep(NamedTuple):
    """Wait."""

    seconds: float


class Stream(NamedTuple):
    """Say much, in pieces of the same size."""

    pieces: int
    size: int


class Fail(NamedTuple):
    """End the turn with an error."""

    code: str
    message: str


class Crash(NamedTuple):
    """Die, with last words on standard error."""

    words: str


Change: TypeAlias = Write | Append | Delete
Telling: TypeAlias = SetOption | TellOptions | TellServers
Step: TypeAlias = (
    Say
    | Think
    | Plan
    | Change
    | Run
    | questions.Ask
    | Sleep
    | Stream
    | Use
    | Telling
    | Fail
    | Crash
)

_FILE = re.compile(r'(?:"([^"]+)"|(\S+))(?: (.*))?', re.DOTALL)
_ESCAPE = re.compile(r"\\([nt\\])")
_ESCAPED = {"n": "\n", "t": "\t", "\\": "\\"}


def parse(prompt: str) -> Iterator[Step]:
    """The steps of a prompt. Blank lines are none."""
    for line in prompt.split("\n"):
        if line.strip():
            yield parse_line(line.lstrip().removesuffix("\r"))


def parse_line(line: str) -> Step:
    word, _, rest = line.partition(" ")
    reader = _READERS.get(word)
    step = reader(rest) if reader is not None else None
    return step if step is not None else Say(line)


def _text(make: Callable[[str], Step]) -> Callable[[str], Step | None]:
    return lambda rest: make(rest.strip()) if rest.strip() else None


def _plan(rest: str) -> Step | None:
    entries = tuple(entry.strip() for entry in rest.split(";") if entry.strip())
    return Plan(entries) if entries else None


def _file(make: Callable[[str, str], Step]) -> Callable[[str], Step | None]:
    def read(rest: str) -> Step | None:
        found = _FILE.fullmatch(rest)
        if found is None:
            return None
        quoted, plain, text = found.groups()
        return make(quoted or plain, _ESCAPE.sub(lambda m: _ESCAPED[m[1]], text or ""))

    return read


def _delete(rest: str) -> Step | None:
    path = rest.strip().removeprefix('"').removesuffix('"')
    return Delete(path) if path else None


def _sleep(rest: str) -> Step | None:
    return Sleep(float(rest)) if re.fullmatch(r"\d{1,9}(\.\d+)?\s*", rest) else None


def _stream(rest: str) -> Step | None:
    found = re.fullmatch(r"(\d{1,9}) +(\d{1,9})\s*", rest)
    return Stream(int(found[1]), int(found[2])) if found else None


def _use(rest: str) -> Step | None:
    found = re.fullmatch(r"(\d{1,9}) +(\d{1,9})(?: +(\d{1,6}(?:\.\d{1,6})?))?\s*", rest)
    if found is None:
        return None
    return Use(int(found[1]), int(found[2]), None if found[3] is None else float(found[3]))


def _option(rest: str) -> Step | None:
    found = re.fullmatch(r"(\S+) +(\S+)(?: +(\S+))?\s*", rest)
    if found is None:
        return None
    choices = tuple(filter(None, (found[3] or "").split("|")))
    return None if choices and found[2] not in choices else SetOption(found[1], found[2], choices)


def _fail(rest: str) -> Step | None:
    code, _, message = rest.partition(" ")
    return Fail(code, message.strip() or "failed, as told") if code else None


_READERS: dict[str, Callable[[str], Step | None]] = {
    "say": _text(Say),
    "think": _text(Think),
    "plan": _plan,
    "write": _file(Write),
    "append": _file(Append),
    "delete": _delete,
    "run": _text(Run),
    "ask": questions.read,
    "sleep": _sleep,
    "stream": _stream,
    "usage": _use,
    "option": _option,
    "options": lambda rest: None if rest.strip() else TellOptions(),
    "servers": lambda rest: None if rest.strip() else TellServers(),
    "fail": _fail,
    "crash": lambda rest: Crash(rest.strip() or "crashing, as told"),
}
