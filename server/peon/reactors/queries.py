"""Queries: answered from the model or by looking outside, when what they saw is durable."""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Final, TypeAlias, assert_never

import attrs

from peon.domain.lookup import require_thread
from peon.domain.model import Model
from peon.domain.proposing import proposed_message
from peon.engine import listing, views
from peon.engine.engine import Engine
from peon.engine.reading import Seen, ThreadReader, unseen
from peon.reactors.branches import Branches
from peon.reactors.cancelling import Cancelling
from peon.reactors.explaining import Explaining
from peon.reactors.provider_queries import ProviderQueries
from peon.reactors.readings import Readings
from peon.reactors.reviews import Reviews
from peon.reactors.worktrees import Worktrees
from peon_protocol.branches import BranchList, ListBranches
from peon_protocol.cancelling import CancelOperation, CancelResult
from peon_protocol.findings import (
    LineExplanation,
    ProposedMessage,
    ReviewPage,
    WorktreeList,
)
from peon_protocol.queries import (
    Authenticate,
    ExplainLine,
    ListCheckpoints,
    ListProjects,
    ListProviders,
    ListRules,
    ListThreads,
    ListWorktrees,
    ModelQuery,
    OutsideQuery,
    PreviewRestore,
    ProposeMessage,
    Query,
    ReadBlob,
    ReadCheckpointDiff,
    ReadGitDiff,
    ReadGitStatus,
    ReadReview,
    ReadServerStatus,
    ReadThread,
    ReadTurnDiff,
)
from peon_protocol.queue_results import RuleList
from peon_protocol.results import (
    AuthenticateResult,
    BlobPage,
    CheckpointList,
    DiffResult,
    GitStatusResult,
    ProjectList,
    ProviderList,
    RestorePreview,
    ServerStatus,
    ThreadList,
    ThreadReading,
)
from peon_protocol.views import ThreadView

_AT_ONCE: Final = 16
"""After so many turns, or threads without any, the loop is given to others."""

Answer: TypeAlias = (
    ProjectList
    | RuleList
    | ThreadList
    | ThreadReading
    | CheckpointList
    | DiffResult
    | RestorePreview
    | ReviewPage
    | ProposedMessage
    | LineExplanation
    | WorktreeList
    | GitStatusResult
    | BranchList
    | BlobPage
    | ProviderList
    | AuthenticateResult
    | CancelResult
    | ServerStatus
)


@attrs.frozen
class Queries:
    """Answers every query. `version` is the server's."""

    engine: Engine
    readings: Readings
    providers: ProviderQueries
    reviews: Reviews
    explaining: Explaining
    worktrees: Worktrees
    branches: Branches
    cancelling: Cancelling
    version: str

    def answer_at_once(self, query: Query) -> Answer | None:
        """The query's result, where it can be had without waiting for anything; else None.

        Raises what its method may be refused with.
        """
        model = self.engine.durable_model
        if model is None:
            return None
        if isinstance(query, ReadThread):
            reader = ThreadReader(query)
            return None if reader.look(model) else reader.answer(model)
        return _look(query, model) if isinstance(query, ModelQuery) else None

    def answer(self, query: Query, environment: Mapping[str, str]) -> Awaitable[Answer]:
        """The query's result. Raises, or resolves to, what its method may be refused with."""
        if isinstance(query, ModelQuery):
            return self.engine.read(partial(_look, query))
        if isinstance(query, ListThreads):
            return self._threads(query)
        if isinstance(query, ReadThread):
            return self.read_thread(query)
        return self._from_outside(query, environment)

    async def read_thread(self, query: ReadThread, seen: Seen = unseen) -> ThreadReading:
        """A few turns at a time, which `seen` is shown before the answer is made."""
        reader = ThreadReader(query, seen)
        more = True
        while more:
            more = await self.engine.read(reader.look)
            await asyncio.sleep(0)
        return await self.engine.read(reader.answer)

    async def _threads(self, query: ListThreads) -> ThreadList:
        """A few threads at a time: others are answered in between."""
        page = await self.engine.read(partial(listing.page_of, query=query))
        threads: list[ThreadView] = []
        count = max(1, _AT_ONCE // max(1, query.turns))
        for place in range(0, len(page.thread_ids), count):
            some = page.thread_ids[place : place + count]
            threads += await self.engine.read(partial(listing.told, page=page, thread_ids=some))
            await asyncio.sleep(0)
        return ThreadList(
            threads=tuple(threads), sequence=page.sequence, threads_before=page.before
        )

    async def _from_outside(self, query: OutsideQuery, environment: Mapping[str, str]) -> Answer:
        match query:
            case ReadTurnDiff():
                return await self.readings.turn_diff(query)
            case ReadCheckpointDiff():
                return await self.readings.checkpoint_diff(query)
            case PreviewRestore():
                return await self.readings.preview(query)
            case ReadReview():
                return await self.reviews.page(query)
            case ListWorktrees():
                return await self.worktrees.list_all(query)
            case ExplainLine():
                return await self.explaining.line(query)
            case ReadGitStatus():
                return await self.readings.git_status(query)
            case ListBranches():
                return await self.branches.list_all(query)
            case ReadGitDiff():
                return await self.readings.git_diff(query)
            case ReadBlob():
                return await self.readings.blob(query)
            case ListProviders():
                return await self.providers.list_all(environment)
            case CancelOperation():
                return await self.cancelling.cancel(query)
            case Authenticate():
                return await self.providers.authenticate(query, environment)
            case ReadServerStatus():
                return await self.engine.read(self._status)
            case _:
                assert_never(query)

    def _status(self, model: Model) -> ServerStatus:
        health = self.engine.health
        turns = [thread for thread in model.busy if model.threads[thread].current is not None]
        return ServerStatus(
            health=health.health,
            message=health.message,
            version=self.version,
            log_id=self.engine.feed.log_id,
            sequence=model.sequence,
            running_turns=len(turns),
            pending_actions=sum(len(model.threads[thread].pending) for thread in turns),
            clients=self.engine.feed.listeners,
        )


def _look(query: ModelQuery, model: Model) -> Answer:
    match query:
        case ListProjects():
            return ProjectList(projects=views.projects(model), sequence=model.sequence)
        case ListRules():
            return RuleList(rules=views.rules(model, query.project_id))
        case ProposeMessage():
            found = require_thread(model, query.thread_id)
            return ProposedMessage(message=proposed_message(found))
        case ListCheckpoints():
            return CheckpointList(checkpoints=views.checkpoints(model, query.thread_id))
        case _:
            assert_never(query)
