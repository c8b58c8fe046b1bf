"""Compressing sealed segments: the same text in zstd frames, each of whole lines, checked before
use.
"""

import zstandard

from peon.journal.catalog import Catalog
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import SCRATCH, FileSystem, discard, write_all
from peon.journal.format import SegmentFile
from peon.journal.reading import (
    check_same_log,
    read_blocks,
    read_commits,
    read_header,
    start_of,
)

LEVEL = 3


def compress_covered(filesystem: FileSystem, catalog: Catalog, log_id: str, covered: int) -> int:
    """Compress the sealed segments whose events all stand up to `covered`; how many there were.

    A segment that was compressed goes on being readable throughout. Raises as `compress_segment`.
    """
    done = 0
    for segment, last in catalog.sealed():
        if last <= covered and not segment.compressed:
            catalog.replaced(compress_segment(filesystem, segment, log_id))
            discard(filesystem, segment.path)
            done += 1
    return done


def compress_segment(filesystem: FileSystem, segment: SegmentFile, log_id: str) -> SegmentFile:
    """Write the compressed form of a sealed segment, durably, and leave the plain one to the
    caller.

    The new file is read back and compared before it gets its name. Raises JournalDamaged where the
    segment, or what came of it, is not whole; OSError.
    """
    end = walk(filesystem, segment, log_id)
    target = segment.compressed_form()
    scratch = SegmentFile(
        target.path.with_name(target.path.name + SCRATCH), target.first, compressed=True
    )
    discard(filesystem, scratch.path)
    _write_frames(filesystem, segment, scratch)
    if walk(filesystem, scratch, log_id) != end:
        raise JournalDamaged(scratch.path, 0, "it does not hold what it was made from")
    filesystem.rename(scratch.path, target.path)
    filesystem.sync_folder(target.path.parent)
    return target


def _write_frames(filesystem: FileSystem, segment: SegmentFile, scratch: SegmentFile) -> None:
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    descriptor = filesystem.create(scratch.path)
    try:
        for block in read_blocks(filesystem, segment):
            write_all(filesystem, descriptor, compressor.compress(block.lines))
        filesystem.fsync(descriptor)
    finally:
        filesystem.close(descriptor)


def walk(filesystem: FileSystem, segment: SegmentFile, log_id: str) -> tuple[int, int]:
    """Check every line; the answer is where the segment ends: its last sequence and checksum."""
    header = read_header(filesystem, segment)
    check_same_log(segment, header, log_id)
    last, checksum = segment.first - 1, header.seed
    for commit in read_commits(filesystem, segment, start_of(segment, header)):
        last, checksum = commit.last, commit.checksum
    return last, checksum
