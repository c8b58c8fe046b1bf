"""Erasing for good: sealed segments written anew with some events replaced.

Every event keeps its sequence, and the rewritten segment ends with a seal that names the checksum
it ended with before: so the chain over all segments goes on holding.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec
import zstandard

from peon.journal.catalog import Catalog
from peon.journal.compression import LEVEL, walk
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import SCRATCH, FileSystem, discard, write_all
from peon.journal.format import (
    Header,
    SegmentFile,
    check_events,
    encode_line,
    encode_seal,
    join_events,
)
from peon.journal.reading import BLOCK, check_same_log, read_commits, read_header, start_of

Replace = Callable[[bytes], bytes | None]
"""Given an event, what shall stand in its place; None to let it stand. The sequence stays."""


def erase_covered(
    filesystem: FileSystem, catalog: Catalog, log_id: str, covered: int, replace: Replace
) -> int:
    """Rewrite the sealed segments up to `covered` in which `replace` changes something.

    The answer is how many there were; when it is given, nothing of the old text is left in the log.
    Raises JournalDamaged, ValueError for a replacement that is no event, OSError.
    """
    done = 0
    for segment, last in catalog.sealed():
        if last <= covered and _changes(filesystem, segment, log_id, replace):
            catalog.replaced(_rewrite(filesystem, segment, log_id, replace))
            if not segment.compressed:
                discard(filesystem, segment.path)
                filesystem.sync_folder(segment.path.parent)
            done += 1
    return done


def _changes(filesystem: FileSystem, segment: SegmentFile, log_id: str, replace: Replace) -> bool:
    header = _header(filesystem, segment, log_id)
    return any(
        replace(bytes(event)) not in (None, bytes(event))
        for commit in read_commits(filesystem, segment, start_of(segment, header))
        for event in commit.events
    )


def _rewrite(
    filesystem: FileSystem, segment: SegmentFile, log_id: str, replace: Replace
) -> SegmentFile:
    end = walk(filesystem, segment, log_id)
    target = segment.compressed_form()
    path = target.path.with_name(target.path.name + SCRATCH)
    scratch = SegmentFile(path, target.first, compressed=True)
    discard(filesystem, scratch.path)
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    descriptor = filesystem.create(scratch.path)
    try:
        for text in _texts(filesystem, segment, log_id, replace):
            write_all(filesystem, descriptor, compressor.compress(text))
        filesystem.fsync(descriptor)
    finally:
        filesystem.close(descriptor)
    if walk(filesystem, scratch, log_id) != end:
        raise JournalDamaged(scratch.path, 0, "it does not end as what it was made from")
    filesystem.rename(scratch.path, target.path)
    filesystem.sync_folder(target.path.parent)
    return target


def _texts(
    filesystem: FileSystem, segment: SegmentFile, log_id: str, replace: Replace
) -> Iterator[bytes]:
    """The new text, in pieces of whole lines about as large as a frame shall be."""
    header = _header(filesystem, segment, log_id)
    lines, size = [header.encoded()], 0
    seed = ended_with = header.seed
    for commit in read_commits(filesystem, segment, start_of(segment, header)):
        ended_with = commit.checksum
        if not commit.events:
            continue
        seed, line = encode_line(_payload(commit.events, replace), seed)
        lines.append(line)
        size += len(line)
        if size >= BLOCK:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join([*lines, encode_seal(ended_with, seed)])


def _payload(events: Iterable[msgspec.Raw], replace: Replace) -> bytes:
    """The payload of a commit with what shall stand in place of its events."""
    old = [bytes(event) for event in events]
    new = [event if (other := replace(event)) is None else other for event in old]
    check_events(new)
    return join_events(new)


def _header(filesystem: FileSystem, segment: SegmentFile, log_id: str) -> Header:
    header = read_header(filesystem, segment)
    check_same_log(segment, header, log_id)
    return header
