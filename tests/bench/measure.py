"""Measuring: CPU rather than wall time, and whoever is compared in turn, several times.

A machine's pace changes from one second to the next, and with it all that runs on it. So a ratio is
taken within a round, and what is told is the round in the middle. Where there is nothing to compare
with, other work on the machine can only add, and the least of several is told.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import attrs


@attrs.frozen(kw_only=True)
class Scale:
    """How much is measured: a look, or enough for the table."""

    rounds: int
    """How often something is measured that takes long."""
    contest: int
    """How often those run in turn that are compared. An odd number has a middle."""
    events: int
    """In a contest over the cost of one event."""
    commits: int
    """In a contest over the disk."""
    requests: int
    """In a contest over the wire."""
    threads: int
    """In the read model that is started from, and of which snapshots are taken."""
    history: int
    """Events in a long log."""
    long_history: int
    """Events in a log that a start must hardly notice; 0 leaves it out."""
    starts: int
    """Of a whole server, where its start is the contest."""
    seconds: float
    """How long a load that has a rate of its own goes on."""


TINY = Scale(
    rounds=1,
    contest=1,
    events=200,
    commits=4,
    requests=100,
    threads=4,
    history=1_000,
    long_history=2_000,
    starts=1,
    seconds=0.3,
)
"""Measures nothing, and shows that all of it works."""
QUICK = Scale(
    rounds=1,
    contest=3,
    events=2_000,
    commits=100,
    requests=500,
    threads=20,
    history=20_000,
    long_history=100_000,
    starts=5,
    seconds=2.0,
)
USUAL = Scale(
    rounds=3,
    contest=7,
    events=20_000,
    commits=1_000,
    requests=20_000,
    threads=1_000,
    history=1_000_000,
    long_history=0,
    starts=15,
    seconds=10.0,
)
FULL = attrs.evolve(USUAL, long_history=10_000_000)


@attrs.frozen(kw_only=True)
class Figure:
    """One line of the table: ours, what it is held against in the same run, and what is aimed at.

    `met` is None where a value is reported and nothing is promised of it.
    """

    subject: str
    unit: str
    ours: float
    peer_name: str = ""
    peer: float | None = None
    aim: str = ""
    met: bool | None = None
    limit: str = ""
    """What keeps it from more, where it may be missed."""

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of the peer's."""
        return None if self.peer is None else _ratio(self.ours, self.peer)

    def at_most(self, factor: float) -> Self:
        """Aim at no more than `factor` times the peer."""
        met = self.peer is not None and self.ours <= self.peer * factor
        return attrs.evolve(self, aim=f"at most {_times(factor)}", met=met)

    def at_least(self, factor: float) -> Self:
        """Aim at `factor` times the peer or more."""
        met = self.peer is not None and self.ours >= self.peer * factor
        return attrs.evolve(self, aim=f"at least {_times(factor)}", met=met)

    def limited_by(self, reason: str) -> Self:
        """Say what keeps it from more; it is only told where the aim is missed."""
        return attrs.evolve(self, limit=reason)

    def not_above(self, limit: float) -> Self:
        """Aim at a value of `limit` or less."""
        return attrs.evolve(self, aim=f"at most {limit:g} {self.unit}", met=self.ours <= limit)


def _ratio(ours: float, peer: float) -> float:
    return ours / peer if peer else math.inf


def _times(factor: float) -> str:
    return (
        f"1/{1 / factor:g}" if 0 < factor < 1 and (1 / factor).is_integer() else f"{factor:g} times"
    )


def cpu_of(work: Callable[[], int]) -> float:
    """Microseconds of this process's CPU for each of the things that `work` says it has done."""
    before = time.process_time()
    count = work()
    return (time.process_time() - before) * 1e6 / count


@attrs.frozen
class Rounds:
    """What contenders have measured that ran in turn: a value of each for every round."""

    measured: Mapping[str, Sequence[float]]

    def middle(self, ours: str, peer: str) -> tuple[float, float]:
        """Both values of the round whose ratio is the median of all."""
        pairs = zip(self.measured[ours], self.measured[peer], strict=True)
        ordered = sorted(pairs, key=lambda pair: _ratio(*pair))
        return ordered[(len(ordered) - 1) // 2]


def in_turn(contenders: Mapping[str, Callable[[], float]], *, rounds: int) -> Rounds:
    """Run every contender after the other, several times."""
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            measured[name].append(measure())
    return Rounds(measured)


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of all values do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)] if ordered else 0.0
