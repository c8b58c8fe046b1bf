"""Choices that Hypothesis makes byte by byte."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen
class Pick:
    """Takes one of several, by bytes that Hypothesis chose; the first where there are no more.

    A draw of Hypothesis for each choice would take a hundred times as long as playing a history.
    """

    chance: Iterator[int]

    def of(self, choices: Sequence[T]) -> T:
        return choices[next(self.chance, 0) % len(choices)]

    def evenly(self) -> bool:
        return next(self.chance, 0) % 2 == 1

    def rarely(self) -> bool:
        return next(self.chance, 0) % 10 == 9
