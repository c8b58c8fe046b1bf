"""Identity as a parameter: ids are drawn here and nowhere else."""

import secrets
from typing import Protocol

_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 20
_DRAWN_AT_ONCE = 128
_LETTER_OF_BYTE = _ALPHABET * (256 // len(_ALPHABET))
"""The letter for each value of a random byte; all letters are equally likely."""


class IdSource(Protocol):
    """Draws identifiers that match `[A-Za-z0-9_.:-]{1,128}` and do not repeat."""

    def fresh(self) -> str:
        """A new identifier."""
        ...


class RandomIds:
    """Identifiers of 100 random bits, in lower case without the letters people misread.

    They are drawn many at a time: asking the system is what costs.
    """

    def __init__(self) -> None:
        self._drawn = ""
        self._used = 0

    def fresh(self) -> str:
        if self._used == len(self._drawn):
            self._drawn = (
                secrets.token_bytes(_LENGTH * _DRAWN_AT_ONCE)
                .translate(_LETTER_OF_BYTE)
                .decode("ascii")
            )
            self._used = 0
        self._used += _LENGTH
        return self._drawn[self._used - _LENGTH : self._used]


class CountingIds:
    """`prefix-1`, `prefix-2`, …: for tests and for demonstrations that must look the same each
    time.
    """

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def fresh(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"
