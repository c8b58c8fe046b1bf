"""What a folder's history needs of a store and of an observer, whatever they are made of."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import attrs

from peon.workspace.deadline import Deadline
from peon.workspace.entries import Entry, Miss


@attrs.frozen
class Observation:
    """What a look at the folder gave: trees by unit path (the root's is empty), and what is
    missing.
    """

    trees: Mapping[bytes, str]
    missing: tuple[Miss, ...]

    @property
    def cut_short(self) -> bool:
        """Whether the deadline or a bound ended it before every file was reached."""
        return any(miss.reason == "notReached" for miss in self.missing)


@attrs.frozen
class Placed:
    """What a restore has put in place a moment ago (None: nothing stands there), and the paths at
    which somebody has been since.
    """

    stands: Mapping[bytes, Entry | None]
    doubtful: frozenset[bytes] = frozenset()

    @property
    def paths(self) -> frozenset[bytes]:
        """All of them."""
        return self.doubtful.union(self.stands)


class Blobs(Protocol):
    """Contents by id."""

    def read_all(self, oids: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """Ids with their bytes, in order. Raises ExternalFailure for what is not kept (any
        more).
        """
        ...


class Store(Protocol):
    """Keeps captures and the chain they form. The one that lasts is `CheckpointStore`."""

    @property
    def folder(self) -> Path:
        """A folder of its own, where also the intent of a restore is kept."""
        ...

    async def messages(self) -> list[tuple[str, str]]:
        """Every capture of the chain as (id, message), oldest first."""
        ...

    async def append(self, tree: str, parents: Sequence[str], message: str, when: int) -> str:
        """Make a capture the new end of the chain."""
        ...

    async def compose(self, units: Mapping[bytes, str]) -> str:
        """One tree of the trees of all units."""
        ...

    async def units(self, capture: str) -> dict[bytes, str]:
        """The trees a capture is composed of, by the path of their unit."""
        ...

    async def differences(
        self, old: str, new: str
    ) -> dict[bytes, tuple[Entry | None, Entry | None]]:
        """What stands differently in two composed trees, by path in the folder."""
        ...

    async def folders(self, capture: str) -> frozenset[bytes]:
        """Every folder that holds something in a capture."""
        ...

    def blobs(self) -> AbstractAsyncContextManager[Blobs]:
        """Read contents one after the other."""
        ...


class Observer(Protocol):
    """Looks at the folder, stores what is new, and says what stands there."""

    def forget(self) -> None:
        """Trust no earlier look, nor what was learnt about ignored files."""
        ...

    async def observe(
        self,
        deadline: Deadline,
        known: Mapping[bytes, str],
        placed: Placed | None = None,
    ) -> Observation:
        """Capture every unit. With `placed` only doubtful paths are looked at, even where a rule
        ignores them, and all else is taken for what it was at the look before, of which these are
        `known`.
        """
        ...
