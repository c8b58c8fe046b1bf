"""Why a line is there: the capture in which it appeared, and whose change that was."""

import re
from datetime import datetime

import attrs

from peon.errors import ExternalFailure
from peon.workspace.chain import Chain
from peon.workspace.entries import Change, Owners, Tools
from peon.workspace.paths import shown
from peon.workspace.store import CheckpointStore, real_path, tree_paths

_HEAD = re.compile(rb"([0-9a-f]{40}) (\d+) (\d+)")


@attrs.frozen
class LineOrigin:
    """Where a line came from. Without owners it is the user's, or older than all checkpoints.

    `known` is whether the capture in which it appeared is still kept.
    """

    line: int
    owners: Owners
    tools: Tools
    known: bool
    checkpoint_ref: str
    at: datetime | None
    path: str
    """The file in which it appeared, which may have been renamed since."""


async def line_origins(
    store: CheckpointStore, chain: Chain, path: bytes, first: int, last: int
) -> tuple[LineOrigin, ...]:
    """For each of these lines, counted from 1, of a file as the newest capture holds it.

    Raises ExternalFailure when there is no such file, or it has not so many lines.
    """
    units = await store.units("HEAD")
    owner = max((unit for unit in units if path.startswith(unit + b"/")), key=len, default=b"")
    name = tree_paths(path, [owner])[-1]
    try:
        told = await store.git("blame", "--incremental", f"-L{first},{last}", "HEAD", "--", name)
    except ExternalFailure as error:
        raise ExternalFailure(
            "checkpoints",
            f"{shown(path)} has no such line: {error.detail}",
            code="file.noSuchLine",
            remedy="Choose a line of a file that is not ignored, counted from 1.",
        ) from error
    return tuple(sorted(_read(chain, told.out), key=lambda origin: origin.line))


def _read(chain: Chain, told: bytes) -> list[LineOrigin]:
    """Groups of lines, each a head, facts, and last the name of the file."""
    origins: list[LineOrigin] = []
    ref, lines = "", range(0)
    for row in told.split(b"\n"):
        if (head := _HEAD.match(row)) is not None:
            ref = head.group(1).decode()
            start = int(head.group(3))
            lines = range(start, start + int(row.split(b" ")[3]))
        elif row.startswith(b"filename "):
            path = real_path(_unquoted(row.removeprefix(b"filename ")))
            origins += [_origin(chain, ref, path, line) for line in lines]
    return origins


def _origin(chain: Chain, ref: str, path: bytes, line: int) -> LineOrigin:
    """What stood in the oldest capture that is kept may be older, unless it is the first of all."""
    number = chain.number(ref) if chain.knows(ref) else 0
    known = number > 0 and (number == 1 or number != chain.first)
    change, at = Change(None, None), None
    if known:
        segment = chain.segment(number)
        change, at = segment.changes.get(path) or change, segment.at
    return LineOrigin(
        line=line,
        owners=change.owners,
        tools=change.tools,
        known=known,
        checkpoint_ref=ref,
        at=at,
        path=shown(path),
    )


def _unquoted(name: bytes) -> bytes:
    """A name as git prints it: with escapes between quotes where it holds odd bytes."""
    if not name.startswith(b'"'):
        return name
    plain = {
        b"n": b"\n",
        b"t": b"\t",
        b"r": b"\r",
        b"a": b"\a",
        b"b": b"\b",
        b"f": b"\f",
        b"v": b"\v",
    }

    def byte(found: re.Match[bytes]) -> bytes:
        code = found.group(1)
        return bytes([int(code, 8)]) if code[:1].isdigit() else plain.get(code, code)

    return re.sub(rb"\\([0-3][0-7]{2}|.)", byte, name[1:-1])
