"""The main job, step by step, each with what must be true afterwards."""

import asyncio
from typing import Final

from peon.cli.client import Client, JsonObject
from peon.cli.demo.stage import ExpectationFailed, Stage
from peon.cli.demo.teahouse import MENU, MENU_OFFERED, NOTES, NOTES_EDITED, Teahouse
from peon_protocol.commands import (
    ApprovePendingAction,
    CommitChanges,
    CreateCheckpoint,
    CreateProject,
    CreateThread,
    RejectPendingAction,
    RestoreCheckpoint,
    StartTurn,
)
from peon_protocol.events import ActionRequested, StoredEvent, TurnCompleted, TurnFailed
from peon_protocol.ids import CheckpointId, ThreadId
from peon_protocol.queries import ListCheckpoints, SubscribeEvents
from peon_protocol.queue_results import ActionResult
from peon_protocol.results import (
    CheckpointList,
    CheckpointResult,
    CommitResult,
    ProjectResult,
    RestoreResult,
    SubscribeResult,
    ThreadResult,
    TurnResult,
)
from peon_protocol.values import CheckpointKind, Mode, StopReason, ToolKind

PROMPT: Final = r"""think The menu has only black tea, and the notes look old.
say I would like to offer green tea and drop the old notes.
append menu.md - green tea\n
delete notes.md
say I did what I was allowed to do."""

DESCRIPTION: Final = "Green tea is on the menu"
MESSAGE: Final = "Offer green tea"
_EVENTS_AHEAD: Final = 100


class Story:
    """Plays the editor's part. `event` takes what the feed brings."""

    def __init__(self, stage: Stage, house: Teahouse) -> None:
        self._stage = stage
        self._house = house
        self._asked: asyncio.Queue[StoredEvent] = asyncio.Queue(_EVENTS_AHEAD)
        self.events: list[StoredEvent] = []

    def event(self, event: StoredEvent, _: JsonObject) -> None:
        """Show an event, and keep it for whoever waits for it."""
        self.events.append(event)
        self._stage.event(event)
        if isinstance(event.payload, ActionRequested | TurnCompleted | TurnFailed):
            self._asked.put_nowait(event)

    async def play(self, client: Client) -> None:
        """Everything. Raises ExpectationFailed and RequestFailed."""
        thread_id = await self._open(client)
        await self._turn(client, thread_id)
        self._own_work()
        await self._checkpoint(client, thread_id)
        undone = await self._undo(client, thread_id)
        await self._undo_the_undoing(client, thread_id, undone)
        await self._commit(client, thread_id)

    async def _open(self, client: Client) -> ThreadId:
        self._stage.step(
            "project/create, thread/create",
            f"A project is a folder, here {self._house.root}: a new git repository with one "
            "commit. A thread is a conversation in it. The agent is «script», which does what "
            "each line of its prompt says and needs no account.",
        )
        await client.ask(SubscribeEvents(after=0), SubscribeResult)
        created = await client.ask(CreateProject(root=str(self._house.root)), ProjectResult)
        opened = await client.ask(
            CreateThread(
                project_id=created.project_id, title="Offer more", provider="script", mode=Mode.ASK
            ),
            ThreadResult,
        )
        return opened.thread_id

    async def _turn(self, client: Client, thread_id: ThreadId) -> None:
        self._stage.step(
            "turn/start",
            "The files are kept, then the agent gets its prompt. In mode «ask» everything that "
            "changes something waits for an answer: we allow the first and refuse the second.",
        )
        await client.ask(StartTurn(thread_id=thread_id, prompt=PROMPT), TurnResult)
        questions = 0
        while not isinstance((event := await self._asked.get()).payload, TurnCompleted):
            if not isinstance(event.payload, ActionRequested):
                raise ExpectationFailed(f"the turn failed: {event.payload}")
            questions += 1
            await self._answer(client, event.payload)
        self._stage.expect("the agent asked twice", questions, 2)
        self._stage.expect("the turn completed", event.payload.stop_reason, StopReason.END_TURN)
        self._stage.expect("menu.md offers green tea", self._house.read("menu.md"), MENU_OFFERED)
        self._stage.expect("notes.md is still there", self._house.read("notes.md"), NOTES)

    async def _answer(self, client: Client, asked: ActionRequested) -> None:
        thread_id, action_id = asked.thread_id, asked.action_id
        if asked.kind is ToolKind.EDIT:
            self._stage.say("→ action/approve")
            command = ApprovePendingAction(thread_id=thread_id, action_id=action_id)
            await client.ask(command, ActionResult)
            return
        self._stage.say("→ action/reject")
        await client.ask(
            RejectPendingAction(thread_id=thread_id, action_id=action_id, reason="they are needed"),
            ActionResult,
        )

    def _own_work(self) -> None:
        self._stage.step(
            "Meanwhile, you",
            "You write a line into notes.md yourself. It is nobody's turn: nothing below may "
            "touch it.",
        )
        self._house.write("notes.md", NOTES_EDITED)
        self._stage.show(NOTES_EDITED.rstrip())

    async def _checkpoint(self, client: Client, thread_id: ThreadId) -> None:
        self._stage.step(
            "checkpoint/create",
            "Checkpoints are taken before and after every turn; this one is taken by hand, with "
            "a description.",
        )
        command = CreateCheckpoint(thread_id=thread_id, description=DESCRIPTION)
        made = await client.ask(command, CheckpointResult)
        listed = await client.ask(ListCheckpoints(thread_id=thread_id), CheckpointList)
        descriptions = {each.checkpoint_id: each.description for each in listed.checkpoints}
        self._stage.expect(
            "checkpoint/list has its description", descriptions.get(made.checkpoint_id), DESCRIPTION
        )

    async def _undo(self, client: Client, thread_id: ThreadId) -> CheckpointId:
        self._stage.step(
            "checkpoint/restore",
            "Back to before the turn: what the agent did is undone, what you did is not. The "
            "present is kept first.",
        )
        listed = await client.ask(ListCheckpoints(thread_id=thread_id), CheckpointList)
        [start] = [each for each in listed.checkpoints if each.kind is CheckpointKind.TURN_START]
        undone = await self._restore(client, thread_id, start.checkpoint_id)
        self._stage.expect(
            "menu.md is as it was before the turn", self._house.read("menu.md"), MENU
        )
        self._stage.expect("notes.md has your line", self._house.read("notes.md"), NOTES_EDITED)
        return undone.before_checkpoint_id

    async def _undo_the_undoing(
        self, client: Client, thread_id: ThreadId, before: CheckpointId
    ) -> None:
        self._stage.step(
            "checkpoint/restore, of the checkpoint before the restore",
            "A restore can be undone like everything else.",
        )
        await self._restore(client, thread_id, before)
        self._stage.expect(
            "menu.md offers green tea again", self._house.read("menu.md"), MENU_OFFERED
        )
        self._stage.expect("notes.md has your line", self._house.read("notes.md"), NOTES_EDITED)

    async def _restore(
        self, client: Client, thread_id: ThreadId, checkpoint_id: CheckpointId
    ) -> RestoreResult:
        command = RestoreCheckpoint(thread_id=thread_id, checkpoint_id=checkpoint_id)
        restored = await client.ask(command, RestoreResult)
        self._stage.expect("the answer names the file", restored.restored, ("menu.md",))
        self._stage.expect("nothing stood in the way", restored.conflicts, ())
        return restored

    async def _commit(self, client: Client, thread_id: ThreadId) -> None:
        self._stage.step(
            "git/commit",
            "The menu is committed in the user's own repository, with the user's identity. Your "
            "line in notes.md stays uncommitted: it was not named.",
        )
        command = CommitChanges(thread_id=thread_id, message=MESSAGE, paths=("menu.md",))
        made = await client.ask(command, CommitResult)
        house = self._house
        self._stage.show(f"$ git log --oneline\n{house.git('log', '--oneline').rstrip()}")
        self._stage.show(f"$ git status --short\n{house.git('status', '--short').rstrip()}")
        self._stage.expect("the commit holds menu.md", made.files, ("menu.md",))
        self._stage.expect("it is the last of two", house.log(), [MESSAGE, "Open the tea house"])
        self._stage.expect("only your own line is left", house.status(), [" M notes.md"])
        self._stage.expect(
            "the repository holds nothing of ours", house.refs(), ["refs/heads/main"]
        )
