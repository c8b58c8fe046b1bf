"""What the journal refuses, and in whose words: the file, the byte and the remedy."""

import errno
from pathlib import Path

from peon.errors import StoreFailure, Unavailable


class JournalDamaged(StoreFailure):
    """Bytes that were once durable are not what was written. Nothing is changed when this is
    raised.

    `path` and `byte` say where (the byte counts in the decompressed text of a compressed segment).
    """

    def __init__(self, path: Path, byte: int, why: str) -> None:
        super().__init__(
            f"{path} is damaged at byte {byte}: {why}. Nothing was changed. Restore the file from a"
            " backup, or run `peon log salvage` to keep every event that can still be read."
        )
        self.path = path
        self.byte = byte
        self.why = why


class RecordMissing(StoreFailure):
    """A snapshot was told to copy a record that the snapshot before does not hold intact.

    The store goes on working; the next snapshot has to be given every record anew.
    """

    def __init__(self, key: str) -> None:
        super().__init__(f"the last snapshot holds no intact record for {key!r} to copy")
        self.key = key


def foreign_file(path: Path, why: str) -> Unavailable:
    """A file that is not part of this log stands where only the log's own files may."""
    return Unavailable(
        f"the log in {path.parent}", f"{path.name} {why}", "Move that file elsewhere."
    )


def newer_format(path: Path) -> Unavailable:
    """A file was written by a version that knows more than this one."""
    return Unavailable(
        f"the log in {path.parent}",
        f"{path.name} was written by a newer version of Peon",
        "Update Peon, or give this version another --state-dir.",
    )


def over_a_network(directory: Path, kind: str) -> Unavailable:
    """A log is not kept where it might be lost, or owned twice."""
    return Unavailable(
        f"the state folder {directory}",
        f"it is on a network file system ({kind}), where locks and flushes cannot be relied on",
        "Use --state-dir on a local disk.",
    )


_WHY = {
    errno.EACCES: ("access is refused", "Give the user who runs Peon the ownership of it."),
    errno.EPERM: ("access is refused", "Give the user who runs Peon the ownership of it."),
    errno.EROFS: ("the file system is read-only", "Mount it writable, or use --state-dir."),
    errno.ENOSPC: ("the disk is full", "Free some space, or use --state-dir on another disk."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, or use --state-dir."),
    errno.ENOTDIR: ("a part of the path is not a folder", "Use --state-dir with a folder."),
    errno.EEXIST: ("it is a file and not a folder", "Use --state-dir with a folder."),
}


def cannot_open(directory: Path, error: OSError) -> Unavailable:
    """The state folder cannot be used, in the words of the system and with what to do about it."""
    why, remedy = _WHY.get(
        error.errno or 0,
        (error.strerror or str(error), "Look at the folder and the disk that holds it."),
    )
    place = error.filename if isinstance(error.filename, str) else str(directory)
    return Unavailable(f"the state folder {place}", why, remedy)


def write_failed(path: Path, error: OSError) -> StoreFailure:
    """The final failure of a running store: a write or a flush did not succeed."""
    return StoreFailure(
        f"writing to {path} failed: {error.strerror or error}. What was acknowledged is safe;"
        " nothing more is accepted until the cause is gone and the server is started again."
    )
