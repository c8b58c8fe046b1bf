"""A segment: what changed in a folder from one capture to the next, and whose each change is.

It stands as JSON in the message of the capture that ends it, so that it lasts exactly as long.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Generic, TypedDict, TypeVar

import attrs
import orjson

from peon.workspace.entries import Change, Entry, Hand, Miss, MissReason, Owner
from peon.workspace.paths import meant, shown

T = TypeVar("T")

LISTED = 1000
"""More changes of nobody's than these are not listed: the captures themselves tell them."""

_MISSES_KEPT = 1000
"""More missing paths than these are not listed: the capture counts as cut short."""


@attrs.frozen
class Claim:
    """A later proof of whose an earlier change was: the change of `path` in segment `number`."""

    number: int
    path: bytes
    hand: Hand


@attrs.frozen
class RestoreRecord:
    """What a restore did: which states its paths went back to, and what it left alone."""

    owner: Owner
    checkpoint: str
    before: str
    jumps: Mapping[bytes, int]
    """By path, the number of the segment whose end the path went back to."""
    conflicts: tuple[tuple[bytes, str], ...]
    overwritten: tuple[tuple[bytes, str], ...] = ()
    """Paths that went back over others' changes, and which."""


@attrs.frozen
class Segment:
    """One link of the chain. `number` counts from 1 and never repeats."""

    number: int
    at: datetime
    changes: Mapping[bytes, Change]
    missing: tuple[Miss, ...] = ()
    cut_short: bool = False
    """Not every file was reached: what this capture does not hold may have existed."""
    claims: tuple[Claim, ...] = ()
    restore: RestoreRecord | None = None

    def misses(self, path: bytes) -> bool:
        """Whether this capture may not know what stood at `path`."""
        return self.cut_short or Unseen(self.missing).covers(path)


class Unseen:
    """The paths that some misses speak of."""

    def __init__(self, misses: Iterable[Miss]) -> None:
        paths = frozenset(miss.path for miss in misses)
        self._folders = tuple(path for path in paths if path.endswith(b"/"))
        self._files = paths.difference(self._folders)

    def covers(self, path: bytes) -> bool:
        """Whether one of the misses is this path's, or its folder's."""
        return path in self._files or path.startswith(self._folders)


# ---- JSON ----------------------------------------------------------------------------------------


class _Restore(TypedDict):
    owner: list[str]
    checkpoint: str
    before: str
    jumps: dict[str, int]
    conflicts: list[list[str]]
    overwritten: list[list[str]]


class _Message(TypedDict):
    version: int
    number: int
    at: str
    owners: list[list[list[str]]]
    tools: list[list[str]]
    changes: list[tuple[str, list[str] | None, list[str] | None, int, int]]
    unlisted: bool
    missing: list[list[str]]
    cutShort: bool
    claims: list[tuple[int, str, int, int]]
    restore: _Restore | None


class _Table(Generic[T]):
    """Sets by number, each written once."""

    def __init__(self) -> None:
        self._numbers: dict[frozenset[T], int] = {}

    @property
    def rows(self) -> list[frozenset[T]]:
        return list(self._numbers)

    def number(self, members: frozenset[T]) -> int:
        """The place of a set in the table."""
        return self._numbers.setdefault(members, len(self._numbers))


def encode(segment: Segment) -> str:
    """The message of the capture that ends a segment."""
    table: _Table[Owner] = _Table()
    tools: _Table[str] = _Table()
    listed = _listed(segment)
    message = _Message(
        version=1,
        number=segment.number,
        at=segment.at.isoformat(),
        changes=[
            (
                shown(path),
                _pair(change.before),
                _pair(change.after),
                table.number(change.owners),
                tools.number(change.tools),
            )
            for path, change in listed.items()
        ],
        unlisted=len(listed) < len(segment.changes),
        claims=[
            (
                one.number,
                shown(one.path),
                table.number(one.hand.owners),
                tools.number(one.hand.tools),
            )
            for one in segment.claims
        ],
        tools=[sorted(row) for row in tools.rows],
        owners=[[_triple(owner) for owner in sorted(row, key=_triple)] for row in table.rows],
        missing=[[shown(miss.path), miss.reason] for miss in segment.missing[:_MISSES_KEPT]],
        cutShort=segment.cut_short or len(segment.missing) > _MISSES_KEPT,
        restore=_encode_restore(segment.restore),
    )
    return f"capture {segment.number}\n\n{orjson.dumps(message).decode()}\n"


def _listed(segment: Segment) -> Mapping[bytes, Change]:
    """All changes; of very many, as when a branch is checked out, those that somebody made."""
    owned = {path: change for path, change in segment.changes.items() if change.owners}
    return owned if len(segment.changes) - len(owned) > LISTED else segment.changes


def decode(message: str) -> tuple[Segment, bool]:
    """The segment that `encode` wrote, and whether it does not list all its changes."""
    data: _Message = orjson.loads(message.split("\n\n", 1)[1])
    owners = [frozenset(_owner(triple) for triple in row) for row in data["owners"]]
    tools = [frozenset(row) for row in data["tools"]]
    segment = Segment(
        number=data["number"],
        at=datetime.fromisoformat(data["at"]),
        changes={
            meant(path): Change(_entry(before), _entry(after), owners[row], tools[by])
            for path, before, after, row, by in data["changes"]
        },
        missing=tuple(Miss(meant(path), _reason(reason)) for path, reason in data["missing"]),
        cut_short=data["cutShort"],
        claims=tuple(
            Claim(number, meant(path), Hand(owners[row], tools[by]))
            for number, path, row, by in data["claims"]
        ),
        restore=_decode_restore(data["restore"]),
    )
    return segment, data["unlisted"]


def _encode_restore(record: RestoreRecord | None) -> _Restore | None:
    if record is None:
        return None
    return _Restore(
        owner=_triple(record.owner),
        checkpoint=record.checkpoint,
        before=record.before,
        jumps={shown(path): number for path, number in record.jumps.items()},
        conflicts=[[shown(path), why] for path, why in record.conflicts],
        overwritten=[[shown(path), why] for path, why in record.overwritten],
    )


def _decode_restore(data: _Restore | None) -> RestoreRecord | None:
    if data is None:
        return None
    return RestoreRecord(
        owner=_owner(data["owner"]),
        checkpoint=data["checkpoint"],
        before=data["before"],
        jumps={meant(path): number for path, number in data["jumps"].items()},
        conflicts=tuple((meant(path), why) for path, why in data["conflicts"]),
        overwritten=tuple((meant(path), why) for path, why in data.get("overwritten", ())),
    )


def _pair(entry: Entry | None) -> list[str] | None:
    return None if entry is None else [entry.mode, entry.oid]


def _entry(pair: Iterable[str] | None) -> Entry | None:
    return None if pair is None else Entry(*pair)


def _triple(owner: Owner) -> list[str]:
    return [owner.thread_id, owner.turn_id, owner.kind]


def _owner(triple: list[str]) -> Owner:
    thread_id, turn_id, kind = triple
    return Owner(thread_id, turn_id, "restore" if kind == "restore" else "turn")


_REASONS: dict[str, MissReason] = {
    "tooLarge": "tooLarge",
    "unreadable": "unreadable",
    "unstorableName": "unstorableName",
    "overQuota": "overQuota",
    "notReached": "notReached",
    "repositoryFailed": "repositoryFailed",
}


def _reason(text: str) -> MissReason:
    return _REASONS[text]
