"""Shell command lines, taken apart as far as a rule must: into simple commands and their words.

What is allowed is what was understood: a line with anything in it that a shell might make more of
is `opaque`, and nothing that allows fits it. What is denied is looked for further than that: behind
assignments and words that run other commands, and inside scripts given to a shell.
"""

import enum
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import attrs

Words: TypeAlias = tuple[str, ...]

_ENDS_COMMAND: Final = frozenset("\n\r;&|()")
_HARMLESS_REDIRECTION: Final = re.compile(
    r"(?:>&|<&)[0-9-](?![^ \t\n\r;&|()<>])|&?>>?[ \t]*/dev/null(?![^ \t\n\r;&|()<>])"
)
_RUNS_OR_QUOTES: Final = {True: ("(", "{", "["), False: ("(", "{", "[", "'", '"')}
"""What after a dollar is no plain variable; between double quotes it quotes nothing."""
_DYNAMIC: Final = "\0"
"""Begins a word that a shell makes something else of: no word of a rule begins so."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=.*", re.DOTALL)
_RUNS_ANOTHER: Final = frozenset(
    [
        "!",
        "{",
        "if",
        "then",
        "elif",
        "else",
        "while",
        "until",
        "do",
        "time",
        "exec",
        "command",
        "builtin",
        "nohup",
        "env",
        "sudo",
        "doas",
        "nice",
        "xargs",
        "stdbuf",
        "timeout",
        "setsid",
        "ionice",
        "chroot",
        "watch",
        "busybox",
    ]
)
_SHELLS: Final = frozenset(["sh", "bash", "dash", "zsh", "ksh", "ash", "fish"])
_LOOSE_BREAK: Final = re.compile(r"[\n\r;&|()<>`{}$\"'\\]+")
_DEEPEST: Final = 4


@attrs.frozen
class CommandLine:
    """The simple commands of a line, each as its words."""

    commands: tuple[Words, ...]
    opaque: bool


class Fit(enum.Enum):
    """Whether a command is in a line."""

    NO = enum.auto()
    IN_DOUBT = enum.auto()
    """Its words stand there, though perhaps in a text."""
    YES = enum.auto()


def parse(line: str) -> CommandLine:
    """Take a line apart."""
    reader = _Reader(line)
    reader.read()
    return CommandLine(tuple(reader.commands), reader.opaque or bool(_CONTROL.search(line)))


def begins_with(command: Words, prefix: Words) -> bool:
    """Whether a command's first words are exactly these."""
    return command[: len(prefix)] == prefix


def is_dynamic(command: Words) -> bool:
    """Whether a shell makes something else of one of the words."""
    return any(word.startswith(_DYNAMIC) for word in command)


def holds(line: str, prefix: Words) -> Fit:
    """Whether a command with these first words is run somewhere in the line."""
    if any(begins_with(each, prefix) for each in reached(line)):
        return Fit.YES
    pieces = (tuple(piece.split()) for piece in _LOOSE_BREAK.split(line))
    found = any(
        begins_with(piece[start:], prefix) for piece in pieces for start in range(len(piece))
    )
    return Fit.IN_DOUBT if found else Fit.NO


def reached(line: str, depth: int = 0) -> Iterator[Words]:
    """Every command that the line runs, as far as it can be seen, by the bare name of its program.

    One that runs another is followed by that, wherever among its words it may begin.
    """
    for command in parse(line).commands:
        yield from _behind(command, depth)


def _behind(command: Words, depth: int) -> Iterator[Words]:
    """Which of its words are the options of one that runs another cannot be told."""
    runs_another, behind_another = True, False
    while command and runs_another:
        name = command[0].rsplit("/", 1)[-1]
        yield (name, *command[1:])
        if depth < _DEEPEST and (script := _script(name, command)) is not None:
            yield from reached(script, depth + 1)
        hands_on = name in _RUNS_ANOTHER or _ASSIGNMENT.fullmatch(command[0]) is not None
        runs_another = behind_another or hands_on
        behind_another = behind_another or name in _RUNS_ANOTHER
        command = command[1:]


def _script(name: str, command: Words) -> str | None:
    """The script that a shell, or `eval`, is given."""
    if name == "eval":
        return " ".join(command[1:])
    if name not in _SHELLS:
        return None
    given = iter(command[1:])
    for word in given:
        if re.fullmatch(r"-[A-Za-z]*c[A-Za-z]*", word):
            return next((each for each in given if not each.startswith("-")), None)
    return None


@attrs.define
class _Reader:
    """Goes through a line once, as a POSIX shell would."""

    line: str
    commands: list[Words] = attrs.field(factory=list)
    opaque: bool = False
    _place: int = 0
    _command: list[str] = attrs.field(factory=list)
    _word: list[str] | None = None
    _dynamic: bool = False

    def read(self) -> None:
        while self._place < len(self.line):
            self._step(self.line[self._place])
        self._end_command()

    def _step(self, letter: str) -> None:
        if letter in " \t":
            self._end_word()
            self._place += 1
        elif letter in "<>" or self.line.startswith("&>", self._place):
            self._redirection()
        elif letter in _ENDS_COMMAND:
            self._end_command()
            self._place += 1
        elif letter == "\\":
            self._escaped()
        elif letter == "'":
            self._single()
        elif letter == '"':
            self._double()
        elif letter in "$`":
            self._expansion(quoted=False)
        else:
            self._add(letter)
            self._place += 1

    def _add(self, text: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(text)

    def _end_word(self) -> None:
        if self._word is not None:
            self._command.append((_DYNAMIC if self._dynamic else "") + "".join(self._word))
        self._word, self._dynamic = None, False

    def _end_command(self) -> None:
        self._end_word()
        if self._command:
            self.commands.append(tuple(self._command))
        self._command = []

    def _redirection(self) -> None:
        """Reading and writing nothing is left out; any other touches files of its own."""
        if self._word is not None and "".join(self._word).isdigit():
            self._word = None
        self._end_word()
        harmless = _HARMLESS_REDIRECTION.match(self.line, self._place)
        if harmless is not None:
            self._place = harmless.end()
            return
        self.opaque = True
        self._place += 2 if self.line[self._place] == "&" else 1

    def _escaped(self) -> None:
        following = self.line[self._place + 1 : self._place + 2]
        if not following:
            self.opaque = True
        elif following != "\n":
            self._add(following)
        self._place += 2

    def _single(self) -> None:
        end = self.line.find("'", self._place + 1)
        if end < 0:
            self.opaque, end = True, len(self.line)
        self._add(self.line[self._place + 1 : end])
        self._place = end + 1

    def _double(self) -> None:
        self._add("")
        self._place += 1
        while self._place < len(self.line):
            letter = self.line[self._place]
            if letter == '"':
                self._place += 1
                return
            if letter in "$`":
                self._expansion(quoted=True)
            elif letter == "\\" and self.line[self._place + 1 : self._place + 2] in set('$`"\\\n'):
                self._escaped()
            else:
                self._add(letter)
                self._place += 1
        self.opaque = True

    def _expansion(self, *, quoted: bool) -> None:
        """A variable only changes its word; what runs something, or quotes otherwise, is opaque."""
        following = self.line[self._place + 1 : self._place + 2]
        if (
            self.line[self._place] == "`"
            or following in ("(", "{", "[")
            or (following in ("'", '"') and not quoted)
        ):
            self.opaque = True
        elif re.match(r"[A-Za-z0-9_@*#?$!-]", following):
            self._dynamic = True
        self._add(self.line[self._place])
        self._place += 1
