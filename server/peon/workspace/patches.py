"""Differences as values: files with their kind and counts, and their hunks, read from git's
output.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

Kind = Literal["added", "modified", "deleted", "renamed", "mode"]

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")


@attrs.frozen
class Hunk:
    """Lines that changed together; each line begins with a space, `+`, `-` or a backslash."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    section: str
    lines: tuple[str, ...]


@attrs.frozen
class FileDiff:
    """What happened to one file. Binary and huge files have counts or sizes, but no hunks."""

    path: bytes
    old_path: bytes | None
    kind: Kind
    old_mode: str | None
    new_mode: str | None
    old_oid: str | None
    new_oid: str | None
    binary: bool = False
    added: int = 0
    removed: int = 0
    hunks: tuple[Hunk, ...] = ()
    cut: bool = False
    """Some or all hunks were left out because they are too many."""


def parse_summary(out: bytes) -> list[FileDiff]:
    """Files from the output of `--raw --numstat -z --no-abbrev`."""
    words = iter(out.split(b"\0")[:-1])
    files: list[FileDiff] = []
    counted: dict[bytes, tuple[bytes, bytes]] = {}
    for word in words:
        if word.startswith(b":"):
            files.append(_raw(word, words))
        else:
            added, removed, path = word.split(b"\t", 2)
            if not path:
                next(words)
                path = next(words)
            counted[path] = (added, removed)
    return [_count(file, *counted.get(file.path, (b"0", b"0"))) for file in files]


def _raw(head: bytes, words: Iterator[bytes]) -> FileDiff:
    old_mode, new_mode, old_oid, new_oid, letter = head[1:].decode().split(" ")
    first = next(words)
    moved = letter[0] in "RC"
    path = next(words) if moved else first
    return FileDiff(
        path=path,
        old_path=first if moved else None,
        kind=_kind(letter[0], (old_mode, old_oid), (new_mode, new_oid)),
        old_mode=None if old_mode == "000000" else old_mode,
        new_mode=None if new_mode == "000000" else new_mode,
        old_oid=None if set(old_oid) == {"0"} else old_oid,
        new_oid=None if set(new_oid) == {"0"} else new_oid,
    )


def _kind(letter: str, old: tuple[str, str], new: tuple[str, str]) -> Kind:
    match letter:
        case "A" | "C":
            return "added"
        case "D":
            return "deleted"
        case "R":
            return "renamed"
        case _:
            return "mode" if old[1] == new[1] and old[0] != new[0] else "modified"


def _count(file: FileDiff, added: bytes, removed: bytes) -> FileDiff:
    if added == b"-":
        return attrs.evolve(file, binary=True)
    return attrs.evolve(file, added=int(added), removed=int(removed))


def with_hunks(files: Sequence[FileDiff], patch: bytes, *, most_bytes: int) -> list[FileDiff]:
    """The files with the hunks of a patch that speaks of them, section by section, in this
    order.
    """
    sections = _sections(patch)
    if len(sections) != len(files):
        return [attrs.evolve(file, cut=True) for file in files]
    return [
        _with_section(file, section, most_bytes)
        for file, section in zip(files, sections, strict=True)
    ]


def _sections(patch: bytes) -> list[list[bytes]]:
    sections: list[list[bytes]] = []
    for line in patch.split(b"\n"):
        if line.startswith(b"diff --git "):
            sections.append([])
        elif sections:
            sections[-1].append(line)
    return sections


def _with_section(file: FileDiff, lines: Sequence[bytes], most_bytes: int) -> FileDiff:
    hunks: list[Hunk] = []
    left = most_bytes
    for head, body in _split_hunks(lines):
        left -= sum(map(len, body))
        if left < 0:
            return attrs.evolve(file, hunks=tuple(hunks), cut=True)
        hunks.append(_hunk(head, body))
    return attrs.evolve(file, hunks=tuple(hunks))


def _split_hunks(lines: Sequence[bytes]) -> Iterator[tuple[re.Match[bytes], list[bytes]]]:
    head: re.Match[bytes] | None = None
    body: list[bytes] = []
    for line in lines:
        if (found := _HUNK.match(line)) is not None:
            if head is not None:
                yield head, body
            head, body = found, []
        elif head is not None and line:
            body.append(line)
    if head is not None:
        yield head, body


def _hunk(head: re.Match[bytes], body: Sequence[bytes]) -> Hunk:
    old_start, old_lines, new_start, new_lines, section = head.groups()
    return Hunk(
        old_start=int(old_start),
        old_lines=int(old_lines or 1),
        new_start=int(new_start),
        new_lines=int(new_lines or 1),
        section=section.decode("utf-8", "replace"),
        lines=tuple(line.decode("utf-8", "replace") for line in body),
    )
