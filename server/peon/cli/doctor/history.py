"""What is kept of history: since when, in how many bytes, and what goes when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from peon.cli.doctor.checkpoints import look_at_checkpoints
from peon.cli.doctor.findings import Finding, many, ok, problem, size
from peon.cli.reading import StandingLog
from peon.domain.model import Deletion, Model
from peon.errors import Unavailable
from peon.journal.filesystem import LocalFileSystem
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.snapshots import list_bases
from peon.runtime.retention import Retention, read_retention
from peon.wire import decode_event

_SHOWN: Final = 5


def look_at_history(log: StandingLog, model: Model) -> Iterator[Finding]:
    """What there is of it, what the user has set, and what is due."""
    yield ok(_kept(log))
    try:
        retention = read_retention()
    except Unavailable as error:
        yield problem(f"{error.what}: {error.why}", error.remedy)
        return
    yield ok(_policy(retention))
    yield from look_at_checkpoints(log.folder, retention.checkpoints)
    yield from _due(model, retention)


def _kept(log: StandingLog) -> str:
    first = next(log.events(log.base), None)
    since = "" if first is None else f" since {_day(decode_event(first).occurred_at)}"
    held = size(_size(log))
    if not log.base:
        return f"history is whole{since}: {held}"
    bases = list_bases(LocalFileSystem(), log.folder / SNAPSHOTS)
    names = ", ".join(path.name for path in bases) or "none, which is damage"
    return (
        f"history is kept{since}: {held}; for {many(log.base, 'event')} before that stands the "
        f"base snapshot {names}"
    )


def _size(log: StandingLog) -> int:
    """Bytes of the log's files; those that come and go meanwhile do not matter."""
    total = 0
    for path in (log.folder / SEGMENTS).iterdir():
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total


def _policy(retention: Retention) -> str:
    days = many(retention.erase_deleted_days, "day")
    deleted = f"what deleted threads held is erased after {days}"
    limits = []
    if retention.keep_days is not None:
        limits.append(f"older than {many(retention.keep_days, 'day')}")
    if retention.keep_bytes is not None:
        limits.append(f"beyond {size(retention.keep_bytes)}")
    if not limits:
        return f"nothing goes by itself, but {deleted}"
    return f"events go that are {' or '.join(limits)}; {deleted}"


def _due(model: Model, retention: Retention) -> Iterator[Finding]:
    waiting = list(model.deleted.items())
    for thread_id, deletion in waiting[:_SHOWN]:
        yield ok(f"deleted thread {thread_id}: erased from {_when(deletion, retention)} on")
    if len(waiting) > _SHOWN:
        yield ok(f"and {many(len(waiting) - _SHOWN, 'more deleted thread')}")


def _when(deletion: Deletion, retention: Retention) -> str:
    moment = datetime.fromisoformat(deletion.at) + timedelta(days=retention.erase_deleted_days)
    return f"{moment.astimezone():%Y-%m-%d}"


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d}"
