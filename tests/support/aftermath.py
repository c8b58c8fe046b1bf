"""What must hold after a crash in the middle of the main job, whichever point it was."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from peon.domain.model import Model
from peon.domain.project import project
from peon.engine import snapshots
from peon.journal.store import SegmentStore
from peon.wire import decode_event
from peon_protocol.events import (
    ChangesCommitted,
    ChangesPushed,
    CheckpointRestored,
    Event,
    OperationRequested,
    StoredEvent,
    TurnCompleted,
    TurnStarted,
)
from peon_protocol.ids import StreamId
from peon_protocol.queries import ListThreads
from peon_protocol.results import ThreadList
from peon_protocol.values import (
    CommitOperation,
    Operation,
    PushOperation,
    RestoreOperation,
    StopReason,
    ThreadStatus,
    TurnStatus,
)
from support.given import encoded
from support.houses import GARDEN, OTHER, TALK, House
from support.repositories import Repo

ACKNOWLEDGED: Final = "acknowledged"
"""The file in which the job writes down the sequences of the answers that it got."""
PATIENCE: Final = 20.0
"""Seconds within which everything that was in flight is settled, on the slowest machine."""


class Aftermath:
    """Looks at a state folder after a crash, and writes down what is wrong."""

    def __init__(self, place: Path) -> None:
        self.house = House(place)
        self.remote = Repo(place / "remote.git", self.house.environment)
        self.acknowledged = place / ACKNOWLEDGED
        self.problems: list[str] = []

    async def look(self) -> None:
        """Be the next process, and a client that looks very closely."""
        before = await self._log_of_the_dead()
        await self.house.open()
        await self._nothing_is_in_flight(but_operations=True)
        async with asyncio.timeout(PATIENCE):
            await self.house.until(_no_operation_is_open)
        await self._nothing_is_in_flight(but_operations=False)
        after = await self.house.log()
        self._the_log_is_sound(before, after)
        self._what_was_begun_is_done_once(before, after)
        self._the_folder_is_as_it_should_be(after)
        async with asyncio.timeout(PATIENCE):
            await self._the_next_turn_works(after)
        await self.house.close()

    def _expect(self, what: str, *, so: object) -> None:
        if not so:
            self.problems.append(f"not so: {what}")

    async def _log_of_the_dead(self) -> list[StoredEvent]:
        """What the process that died has left."""
        store, recovered = SegmentStore.open(
            self.house.settings.state_dir, fingerprint=snapshots.fingerprint()
        )
        events = [decode_event(body) for body in recovered.events]
        await store.close()
        return events

    async def _nothing_is_in_flight(self, *, but_operations: bool) -> None:
        listed = await self.house.app.query(ListThreads(), environment={})
        assert isinstance(listed, ThreadList)
        for thread in listed.threads:
            self._expect("every thread is idle", so=thread.status is ThreadStatus.IDLE)
            self._expect("no action is pending", so=not thread.pending_actions)
            self._expect("no operation is open", so=but_operations or thread.operation is None)
            for turn in thread.turns:
                self._expect("every turn is over", so=turn.status is not TurnStatus.RUNNING)

    def _the_log_is_sound(self, before: list[StoredEvent], after: list[StoredEvent]) -> None:
        self._expect("history is as it was", so=after[: len(before)] == before)
        if self.acknowledged.exists():
            answers = [int(line) for line in self.acknowledged.read_text().split()]
            self._expect("what was acknowledged is there", so=max(answers) <= len(before))
        moments = [each.occurred_at for each in after]
        self._expect("moments never go back", so=moments == sorted(moments))
        live = encoded(vars(self.house.app)["_engine"].model)
        self._expect("the model is what the log says", so=encoded(folded(after)) == live)
        added = after[len(before) :]
        others = {StreamId(OTHER), StreamId(GARDEN)}
        self._expect(
            "a thread with nothing in flight got no event",
            so=not any(each.stream_id in others for each in added),
        )
        for each in added:
            self._expect(f"{each.type} has a cause", so=each.causation_id and each.correlation_id)
            event = each.payload
            if isinstance(event, TurnCompleted) and event.stop_reason is StopReason.INTERRUPTED:
                self._expect("the end of the turn says why", so=event.detail)

    def _what_was_begun_is_done_once(
        self, before: list[StoredEvent], after: list[StoredEvent]
    ) -> None:
        for intent, outcome in (
            (RestoreOperation, CheckpointRestored),
            (CommitOperation, ChangesCommitted),
            (PushOperation, ChangesPushed),
        ):
            asked = _asked_for(before, intent)
            done = [each for each in after if isinstance(each.payload, outcome)]
            self._expect(f"{outcome.TYPE} as often as asked for", so=len(done) == asked)
        commits = self.house.repo.git("log", "--format=%s", "--all").splitlines()
        made = ["Tulip"] if _asked_for(before, CommitOperation) else []
        local = [line for line in commits if line != "before"]
        self._expect(f"the commit is made exactly once, not {commits}", so=local == made)
        pushed = self.remote.git("log", "--format=%s", "--all").splitlines()
        wanted = ["Tulip", "before"] if _asked_for(before, PushOperation) else []
        self._expect(f"the branch is pushed, not {pushed}", so=pushed == wanted)

    def _the_folder_is_as_it_should_be(self, after: list[StoredEvent]) -> None:
        repo = self.house.repo
        names = {path.name for path in repo.root.iterdir()} - {".git"}
        self._expect(f"nothing of ours is left in {names}", so=names <= {*FILES})
        self._expect("the rose is there", so=repo.exists("rose.txt"))
        if _count(after, CheckpointRestored):
            self._expect("what the agent wrote is gone", so=not repo.exists("weed.txt"))
            self._expect("the rose is as it was", so=repo.read("rose.txt") == "red\n")
        changed = {line[3:] for line in repo.git("status", "--porcelain").splitlines()}
        self._expect(f"git sees nothing of ours in {changed}", so=changed <= {*FILES})
        locks = [path.name for path in (repo.root / ".git").rglob("*.lock")]
        self._expect(f"no lock is left, not {locks}", so=not locks)

    async def _the_next_turn_works(self, after: list[StoredEvent]) -> None:
        if not any(each.stream_id == StreamId(TALK) for each in after):
            return
        await self.house.start_turn("next")
        (await self.house.tame.session()).end()
        ended = await self.house.end_of_turn("next")
        fine = isinstance(ended, TurnCompleted) and ended.stop_reason is StopReason.END_TURN
        self._expect("the next turn works", so=fine)
        numbers = [each.number for each in await self.house.events(TurnStarted)]
        self._expect("turns are numbered on", so=numbers == list(range(1, len(numbers) + 1)))


FILES: Final = frozenset({"rose.txt", "weed.txt", "tulip.txt"})
"""What the job writes into the folder."""


def folded(log: Sequence[StoredEvent]) -> Model:
    """The model that a log comes to."""
    model = Model()
    for stored in log:
        project(model, stored)
    return model


def _no_operation_is_open(log: list[StoredEvent]) -> bool:
    return all(thread.operation is None for thread in folded(log).threads.values())


def _asked_for(log: list[StoredEvent], kind: type[Operation]) -> int:
    requested = [each.payload for each in log if isinstance(each.payload, OperationRequested)]
    return sum(isinstance(each.operation, kind) for each in requested)


def _count(log: list[StoredEvent], kind: type[Event]) -> int:
    return sum(isinstance(each.payload, kind) for each in log)
