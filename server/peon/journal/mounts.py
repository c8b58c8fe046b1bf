"""Which kind of file system a folder is on: a log must not be kept where flushes mean nothing."""

import re
from pathlib import Path

_TABLE = Path("/proc/self/mountinfo")
_OVER_A_NETWORK = re.compile(r"nfs\d?|cifs|smb\w*|afs|ncpfs|fuse\.sshfs|fuse\.davfs")
_ESCAPED = re.compile(r"\\(\d{3})")


def kind_of(path: Path) -> str | None:
    """The kind of the file system that holds `path`, as `ext4`; None where the system does not
    say.
    """
    try:
        return kind_in(_TABLE.read_text("utf-8", "replace"), path.resolve())
    except OSError:
        return None


def kind_in(table: str, path: Path) -> str | None:
    """The kind of the file system that holds an absolute `path`, from a table as Linux keeps it.

    The innermost mount point counts, and of several on the same point the last.
    """
    found: tuple[int, str] | None = None
    for line in table.splitlines():
        place, separator, source = line.partition(" - ")
        words = place.split()
        if not separator or len(words) < 5:
            continue
        point = Path(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), words[4]))
        depth = len(point.parts)
        if (point == path or point in path.parents) and (found is None or depth >= found[0]):
            found = (depth, source.split()[0])
    return found[1] if found else None


def is_over_a_network(kind: str) -> bool:
    """Is this a kind where neither locks nor flushes can be relied on?"""
    return _OVER_A_NETWORK.fullmatch(kind) is not None
