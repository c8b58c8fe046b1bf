"""What stands where in a state folder, and what the system leaves in every folder."""

import re

SEGMENTS = "journal"
SNAPSHOTS = "snapshots"
BLOBS = "blobs"

_SYSTEM_LITTER = re.compile(r"\.DS_Store|\._.*|\.nfs.*|Thumbs\.db|desktop\.ini")


def is_system_litter(name: str) -> bool:
    """Is this a file that a desktop or a network file system leaves wherever it has been?"""
    return _SYSTEM_LITTER.fullmatch(name) is not None
