"""Carrying out user commands for one editor: what was left out is guessed from where it is."""

import os
from typing import assert_never

from peon.errors import CommandRejected
from peon.rpc.caller import Caller
from peon.rpc.plain import orders
from peon.rpc.plain.orders import Order, missing
from peon.wire import unstructure
from peon_protocol import commands
from peon_protocol.cancelling import CancelOperation, CancelResult
from peon_protocol.commands import Command
from peon_protocol.ids import ActionId, CheckpointId, ProjectId, ThreadId
from peon_protocol.queries import ListCheckpoints, ListProjects, ListThreads, ReadThread
from peon_protocol.rejections import ThreadNotAwaitingApproval
from peon_protocol.results import (
    CheckpointList,
    ProjectList,
    ProjectResult,
    ThreadList,
    ThreadReading,
    ThreadResult,
)
from peon_protocol.values import CheckpointKind, JsonValue


class Desk:
    """Belongs to the loop. Every method raises what refuses a command or a query."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.root: str | None = None
        """The folder that the editor has open."""
        self.thread_id: ThreadId | None = None
        """The thread that the editor had to do with last."""

    async def prepare(self, order: Order) -> Command | CancelOperation:
        """The request that carries out an order; a project and a thread are made if need be."""
        thread_id = await self._thread(order)
        self.thread_id = thread_id
        match order:
            case orders.StartTurn():
                return commands.StartTurn(
                    thread_id=thread_id, prompt=order.prompt, model=order.model, mode=order.mode
                )
            case orders.InterruptTurn():
                return commands.InterruptTurn(thread_id=thread_id)
            case orders.ApproveAction():
                action_id = order.action_id or await self._first_action(thread_id)
                return commands.ApprovePendingAction(thread_id=thread_id, action_id=action_id)
            case orders.RejectAction():
                action_id = order.action_id or await self._first_action(thread_id)
                return commands.RejectPendingAction(
                    thread_id=thread_id, action_id=action_id, reason=order.reason
                )
            case orders.CreateCheckpoint():
                return commands.CreateCheckpoint(thread_id=thread_id, description=order.description)
            case orders.RestoreCheckpoint():
                checkpoint_id = order.checkpoint_id or await self._last_start(thread_id)
                return commands.RestoreCheckpoint(thread_id=thread_id, checkpoint_id=checkpoint_id)
            case orders.CommitChanges():
                return commands.CommitChanges(
                    thread_id=thread_id, message=order.message, paths=order.paths
                )
            case orders.PushChanges():
                return commands.PushChanges(
                    thread_id=thread_id, remote=order.remote, branch=order.branch
                )
            case orders.CancelOperation():
                return CancelOperation(thread_id=thread_id)
            case _:
                assert_never(order)

    async def submit(self, command: Command | CancelOperation) -> dict[str, JsonValue]:
        """The outcome of a request, as JSON."""
        if isinstance(command, CancelOperation):
            made = unstructure(await self._caller.query(command, CancelResult))
        else:
            made = unstructure(await self._caller.submit(command))
        return made if isinstance(made, dict) else {}

    async def threads_here(self) -> tuple[ThreadReading, ...]:
        """The threads of the folder that the editor has open, in which something goes on."""
        project_id = None if self.root is None else await self._project_of(self.root)
        if project_id is None:
            return ()
        listed = await self._caller.query(ListThreads(project_id=project_id, turns=0), ThreadList)
        busy = [each.thread_id for each in listed.threads if each.status != "idle"]
        return tuple([await self._read(thread_id) for thread_id in busy])

    # --- what was left out -------------------------------------------------------------------

    async def _thread(self, order: Order) -> ThreadId:
        if order.thread_id is not None:
            return order.thread_id
        if isinstance(order, orders.StartTurn):
            return await self._thread_for(order)
        if self.thread_id is not None:
            return self.thread_id
        found = None if self.root is None else await self._newest_thread(self.root)
        if found is None:
            raise missing("threadId")
        return found

    async def _thread_for(self, order: orders.StartTurn) -> ThreadId:
        """Where to start a turn: where the last one was, unless another place was named."""
        is_elsewhere = order.fresh or order.root is not None or order.provider is not None
        if self.thread_id is not None and not is_elsewhere:
            return self.thread_id
        root = order.root or self.root
        if root is None:
            raise missing("root")
        project_id = await self._project_of(root) or await self._new_project(root)
        made = await self._caller.submit(
            commands.CreateThread(project_id=project_id, provider=order.provider)
        )
        if not isinstance(made, ThreadResult):
            raise TypeError("a thread that was created answers as a thread")
        return made.thread_id

    async def _newest_thread(self, root: str) -> ThreadId | None:
        project_id = await self._project_of(root)
        if project_id is None:
            return None
        newest = ListThreads(project_id=project_id, turns=0, limit=1)
        listed = await self._caller.query(newest, ThreadList)
        return listed.threads[-1].thread_id if listed.threads else None

    async def _project_of(self, root: str) -> ProjectId | None:
        listed = await self._caller.query(ListProjects(), ProjectList)
        return next((each.project_id for each in listed.projects if _is(each.root, root)), None)

    async def _new_project(self, root: str) -> ProjectId:
        made = await self._caller.submit(commands.CreateProject(root=root))
        if not isinstance(made, ProjectResult):
            raise TypeError("a project that was created answers as a project")
        return made.project_id

    async def _first_action(self, thread_id: ThreadId) -> ActionId:
        pending = (await self._read(thread_id)).thread.pending_actions
        if not pending:
            raise CommandRejected(ThreadNotAwaitingApproval(thread_id))
        return pending[0].action_id

    async def _last_start(self, thread_id: ThreadId) -> CheckpointId:
        listed = await self._caller.query(ListCheckpoints(thread_id=thread_id), CheckpointList)
        starts = [each for each in listed.checkpoints if each.kind is CheckpointKind.TURN_START]
        if not starts:
            raise missing("checkpointId")
        return starts[-1].checkpoint_id

    async def _read(self, thread_id: ThreadId) -> ThreadReading:
        return await self._caller.query(ReadThread(thread_id=thread_id), ThreadReading)


def _is(project_root: str, root: str) -> bool:
    """Whether it is the project's folder, whichever links lead there."""
    return project_root == os.path.realpath(root)
