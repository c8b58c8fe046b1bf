"""What is mounted below a folder: other devices, which do not go where the folder goes."""

import os
import re
from pathlib import Path

_TOLD = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(rb"\\([0-7]{3})")


def mounted_below(folder: Path) -> list[Path]:
    """The places below a folder where something is mounted: as the system tells, or, where it does
    not, as far as it is another device.
    """
    top = os.path.realpath(os.fsencode(folder))
    try:
        told = _TOLD.read_bytes().splitlines()
    except OSError:
        return [Path(os.fsdecode(place)) for place in _other_devices(top)]
    places = [_ESCAPE.sub(_byte, line.split(b" ")[4]) for line in told]
    return [Path(os.fsdecode(each)) for each in places if each.startswith(top + b"/")]


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)])


def _other_devices(top: bytes) -> list[bytes]:
    device = os.lstat(top).st_dev
    found: list[bytes] = []
    for place, folders, _ in os.walk(top):
        if os.lstat(place).st_dev != device:
            found.append(place)
            folders.clear()
    return found
