"""Texts too long to be handled at once.

A string of a hundred megabytes holds up everybody for as long as it is copied, searched or encoded.
So one that an agent writes is never put together: it is taken in, looked through and stored piece
by piece.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Self

BEGINNING: Final = 4096
"""Characters of a long text that stand for it."""
CUT: Final = "\n[the rest could not be kept]"


class LongText(str):
    """A text in pieces. To whoever takes it for a string it is its beginning, which says so.

    It equals nothing but itself: that two texts begin alike does not make them one.
    """

    __slots__ = ("pieces", "size")

    size: int
    """Bytes, about."""
    pieces: Callable[[], Iterator[str]]
    """The whole, again and again."""

    @classmethod
    def of(cls, pieces: Callable[[], Iterator[str]], size: int) -> Self:
        """The text that `pieces` gives, from its beginning each time."""
        text = cls(next(pieces(), "")[:BEGINNING] + CUT)
        text.pieces = pieces
        text.size = size
        return text

    def through(self, change: Callable[[Iterable[str]], Iterator[str]]) -> "LongText":
        """The text as `change` makes it, piece by piece, each time it is read."""
        pieces = self.pieces
        return LongText.of(lambda: change(pieces()), self.size)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


def pieces_of(text: str) -> Iterator[str]:
    """The whole of a text that may be long; of a short one, itself."""
    return text.pieces() if isinstance(text, LongText) else iter((text,))
