"""A message that is too long to be read: how it is passed over, and whose it was."""

import re
from typing import Final

from peon.wire import loads

_ENDS: Final = 1024
"""So much of the beginning and of the end is kept, to find the request's id in."""

# The simple members of the envelope, before the first or after the last that is none. No sequence
# like `,"id":` stands inside a JSON string, so both are really the outermost object's.
_MEMBER: Final = rb'\s*"(?:jsonrpc|method|id)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?\d+)\s*'
_AT_THE_BEGINNING: Final = re.compile(rb"\s*\{(?:" + _MEMBER + rb",)+")
_AT_THE_END: Final = re.compile(rb"(?:," + _MEMBER + rb")+\}\s*\Z")
_ID: Final = re.compile(rb'"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)')


class Skipping:
    """Counts a message down and remembers its two ends."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.left = length
        self._beginning = b""
        self._end = b""

    def take(self, data: memoryview) -> int:
        """Pass over what belongs to the message; how many bytes of `data` did."""
        piece = data[: self.left]
        if len(self._beginning) < _ENDS:
            self._beginning += bytes(piece[: _ENDS - len(self._beginning)])
        self._end = (self._end + bytes(piece[-_ENDS:]))[-_ENDS:]
        self.left -= len(piece)
        return len(piece)

    def request_id(self) -> int | str | None:
        """The id of the request, where it stands in plain sight at either end."""
        for found in (_AT_THE_BEGINNING.match(self._beginning), _AT_THE_END.search(self._end)):
            member = _ID.search(found[0]) if found else None
            if member is not None:
                return _whole_or_text(member[1])
        return None


def _whole_or_text(token: bytes) -> int | str | None:
    try:
        value = loads(token)
    except ValueError:
        return None
    return value if isinstance(value, int | str) else None
