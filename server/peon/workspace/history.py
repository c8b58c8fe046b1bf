"""A folder's history: who may have changed what, from capture to capture, one step at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import attrs

from peon.errors import ExternalFailure
from peon.workspace.deadline import Deadline
from peon.workspace.entries import (
    NOBODY,
    Change,
    Entry,
    ExpectedEdit,
    Hand,
    Missing,
    Owner,
    as_missing,
)
from peon.workspace.folder import Attribution, Folder, Written
from peon.workspace.paths import inside, literal, under
from peon.workspace.restore import RestoreOutcome, finish_interrupted
from peon.workspace.segments import Claim
from peon.workspace.steps import Steps, no_steps

T = TypeVar("T")

CAPTURE_SECONDS = 5.0
"""How long a capture may take before it is left partial."""


@attrs.frozen
class Capture:
    """A checkpoint: its reference, what it does not hold, and how many paths changed before it.

    Two captures between which nothing happened have the same reference.
    """

    checkpoint_ref: str
    missing: tuple[Missing, ...]
    changed: int


@attrs.frozen
class _Tool:
    """An open tool call: whose it is, and the paths it declared (None: it may change anything)."""

    owner: Owner
    paths: frozenset[bytes] | None

    def may_change(self, path: bytes) -> bool:
        return self.paths is None or any(under(path, declared) for declared in self.paths)


@attrs.frozen
class _Proof:
    """An edit as an agent reported it after the fact, by which tool call."""

    owner: Owner
    tool_id: str
    edit: ExpectedEdit


class FolderHistory:
    """The captures of one folder, and whose each change is. Serialised; other folders do not
    wait.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = asyncio.Lock()
        self._tools: dict[str, _Tool] = {}
        self._turns: dict[Owner, int] = {}
        self._proofs: dict[bytes, list[_Proof]] = {}
        self._blurred = False
        self._upkeep: asyncio.Timeout | None = None

    @property
    def root(self) -> Path:
        """The real path of the folder."""
        return self._folder.root

    async def turn_started(self, owner: Owner) -> None:
        """From here on, what `owner` proves to have edited can be its own."""
        async with self._lock:
            self._turns[owner] = self._folder.chain.last
            self._folder.learn_rules_anew()

    async def turn_ended(self, owner: Owner) -> None:
        """Close what the turn left open. Capture first: what changes from now on is not its own."""
        async with self._lock:
            self._turns.pop(owner, None)
            self._tools = {key: tool for key, tool in self._tools.items() if tool.owner != owner}
            if not self._turns:
                self._proofs.clear()

    async def tool_opened(
        self,
        owner: Owner,
        tool_id: str,
        paths: Collection[str] | None,
        *,
        expected: Mapping[str, ExpectedEdit] | None = None,
        seconds: float = CAPTURE_SECONDS,
    ) -> Capture:
        """Capture, then count `tool_id` of `owner` as open.

        `paths` (absolute or relative to the root) are those it declares to change, None when it may
        change anything, as a shell. `expected` is for an edit that was not held back: the content
        it says to have changed proves that the change seen just now was its own.
        """
        try:
            async with self._exclusively(seconds) as deadline:
                captured = await self._capture(deadline)
                claims = self._prove(owner, tool_id, expected or {})
                return as_capture(await self._folder.note(claims)) if claims else captured
        finally:
            self._tools[tool_id] = _Tool(owner, self._declared(paths))

    async def tool_closed(self, tool_id: str, *, seconds: float = CAPTURE_SECONDS) -> Capture:
        """Capture, then count the tool call as closed. An unknown one is closed already."""
        try:
            async with self._exclusively(seconds) as deadline:
                return await self._capture(deadline)
        finally:
            self._tools.pop(tool_id, None)

    async def capture(self, *, seconds: float = CAPTURE_SECONDS) -> Capture:
        """A checkpoint of the folder as it is now; partial when it takes longer than `seconds`."""
        async with self._exclusively(seconds) as deadline:
            return await self._capture(deadline)

    async def recover(self, steps: Steps) -> RestoreOutcome | None:
        """Finish the restore that a crash cut off, if there is one."""
        async with self._lock:
            return await finish_interrupted(self._folder, steps)

    @asynccontextmanager
    async def exclusively(self) -> AsyncIterator[Folder]:
        """The folder for oneself, however long that takes: for restoring and reading."""
        self._hurry()
        async with self._lock:
            await finish_interrupted(self._folder, no_steps)
            yield self._folder

    async def while_nobody_waits(
        self, work: Callable[[Folder], Coroutine[object, object, T]]
    ) -> T | None:
        """Do work on the folder that may as well be done later; None where it was given up.

        It is cancelled as soon as anybody else wants the folder.
        """
        async with self._lock:
            patience = asyncio.timeout(None)
            try:
                async with patience:
                    self._upkeep = patience
                    return await work(self._folder)
            except TimeoutError:
                if not patience.expired():
                    raise
                return None
            finally:
                self._upkeep = None

    def _hurry(self) -> None:
        """End what may as well be done later."""
        if self._upkeep is not None and not self._upkeep.expired():
            self._upkeep.reschedule(asyncio.get_running_loop().time())

    @property
    def needed(self) -> int | None:
        """The first capture that a turn in progress may have to be undone to."""
        return min(self._turns.values(), default=None)

    def attribution(self) -> Attribution:
        """Whose the changes of the next look are: everybody's whose open tool call may have made
        one.

        A tool call that opened or closed without a capture of its own, because the folder was busy,
        blurs this: then nobody's, for the look that was under way and for the one after it.
        """
        blurred, self._blurred = self._blurred, False

        def hand(path: bytes, _: Change) -> Hand:
            if blurred or self._blurred:
                return Hand()
            tools = {key: tool for key, tool in self._tools.items() if tool.may_change(path)}
            return Hand(frozenset(tool.owner for tool in tools.values()), frozenset(tools))

        return hand

    # ---- inside --------------------------------------------------------------------------------

    @asynccontextmanager
    async def _exclusively(self, seconds: float) -> AsyncIterator[Deadline]:
        deadline = Deadline.after(self._folder.clock, seconds)
        self._hurry()
        try:
            async with asyncio.timeout(seconds):
                await self._lock.acquire()
        except TimeoutError:
            self._blurred = True
            raise ExternalFailure(
                "checkpoints",
                "the folder was busy with another checkpoint for too long",
                code="checkpoint.busy",
                remedy="Try again in a moment.",
            ) from None
        try:
            await finish_interrupted(self._folder, no_steps)
            yield deadline
        finally:
            self._lock.release()

    async def _capture(self, deadline: Deadline) -> Capture:
        return as_capture(await self._folder.record(self.attribution(), deadline))

    def _declared(self, paths: Collection[str] | None) -> frozenset[bytes] | None:
        """Both what a name says and where it leads: an edit writes through a link, a removal does
        not.
        """
        if paths is None:
            return None
        root = self._folder.root
        found = {inside(root, path) for path in paths} | {literal(root, path) for path in paths}
        return frozenset(path for path in found if path)

    # ---- proofs --------------------------------------------------------------------------------

    def _prove(
        self, owner: Owner, tool_id: str, expected: Mapping[str, ExpectedEdit]
    ) -> tuple[Claim, ...]:
        """Note what an edit says to have done, and claim the changes that this explains."""
        claims: list[Claim] = []
        for name, edit in expected.items():
            path = inside(self._folder.root, name)
            if path:
                self._proofs.setdefault(path, []).append(_Proof(owner, tool_id, edit))
                claims += self._claims(path)
        return tuple(claims)

    def _claims(self, path: bytes) -> list[Claim]:
        """The newest unowned change of a path, if the reported edits lead from its start to its
        end.
        """
        chain = self._folder.chain
        for step in chain.steps(path, NOBODY, 0):
            since = self._earliest_turn(path)
            if step.change.owners or since is None or step.number <= since:
                return []
            before, after = step.change.before, step.change.after
            hand = _explained(self._proofs[path], _oid(before), _oid(after))
            return [Claim(step.number, path, hand)] if hand is not None else []
        return []

    def _earliest_turn(self, path: bytes) -> int | None:
        """After which segment all turns that reported edits of this path had begun."""
        begun = [self._turns.get(proof.owner) for proof in self._proofs[path]]
        known = [number for number in begun if number is not None]
        return max(known) if len(known) == len(begun) else None


def _explained(proofs: list[_Proof], start: str | None, end: str | None) -> Hand | None:
    """Whose edits, in the order they were reported, led from one content to another."""
    for first in range(len(proofs)):
        owners: set[Owner] = set()
        tools: set[str] = set()
        content = start
        for proof in proofs[first:]:
            if proof.edit.before == content:
                content = proof.edit.after
                owners.add(proof.owner)
                tools.add(proof.tool_id)
                if content == end:
                    return Hand(frozenset(owners), frozenset(tools))
    return None


def _oid(entry: Entry | None) -> str | None:
    return None if entry is None else entry.oid


def as_capture(written: Written) -> Capture:
    """What a caller is told of a capture that stands in the chain."""
    changed = len(written.segment.changes) if written.fresh else 0
    return Capture(written.ref, as_missing(written.missing), changed)
