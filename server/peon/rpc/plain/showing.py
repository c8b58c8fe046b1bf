"""What an editor is shown of the threads it has to do with."""

from typing import Final

from lsprotocol import types

from peon.rpc.plain.approvals import Approvals
from peon.rpc.plain.bars import Bars
from peon.rpc.plain.window import Window
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    Event,
    ItemRecorded,
    OperationFailed,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)
from peon_protocol.ids import ThreadId
from peon_protocol.values import CheckpointKind, ItemKind, TurnStatus
from peon_protocol.views import ThreadView, TurnView

_MOST_TEXT: Final = 64 * 1024
"""Of what an agent says in a turn so many characters are kept to be shown, the last ones."""


class Showing:
    """Belongs to the loop."""

    def __init__(self, window: Window, bars: Bars, approvals: Approvals) -> None:
        self._window = window
        self._bars = bars
        self._approvals = approvals
        self._said: dict[ThreadId, str] = {}

    def take_up(self, thread: ThreadView) -> None:
        """Show a thread in which a turn goes on already."""
        turn = next((each for each in thread.turns if each.status is TurnStatus.RUNNING), None)
        if turn is None:
            return
        self._begin(thread.thread_id, turn)
        for action in thread.pending_actions:
            self._approvals.ask(thread.thread_id, action)

    def event(self, event: Event) -> None:
        """Show what has happened."""
        match event:
            case TurnStarted():
                self._said[event.thread_id] = ""
                title = f"Peon, turn {event.number}"
                self._bars.begin(event.thread_id, event.turn_id, title, _text(event.prompt))
            case ItemRecorded():
                self._item(event)
            case ActionRequested():
                self._bars.report(event.thread_id, f"waits for you: {event.title}")
                self._approvals.ask(event.thread_id, event)
            case ActionResolved():
                if self._approvals.settled(event.action_id):
                    self._info(f"{event.decision} by {event.by.name}")
                self._bars.report(event.thread_id, f"goes on: {event.decision}")
            case TurnCompleted():
                self._end(event.thread_id, types.MessageType.Info, event.stop_reason)
            case TurnFailed():
                self._end(event.thread_id, types.MessageType.Error, event.error.message)
            case _:
                self._outcome(event)

    def _begin(self, thread_id: ThreadId, turn: TurnView) -> None:
        messages = (item for item in turn.items or () if item.kind is ItemKind.MESSAGE)
        self._said[thread_id] = "".join(item.text for item in messages)[-_MOST_TEXT:]
        self._bars.begin(thread_id, turn.turn_id, f"Peon, turn {turn.number}", _text(turn.prompt))

    def _item(self, event: ItemRecorded) -> None:
        if event.kind is ItemKind.MESSAGE and event.append is not None:
            said = self._said.get(event.thread_id, "") + event.append.text
            self._said[event.thread_id] = said[-_MOST_TEXT:]
        elif event.patch is not None and event.patch.title is not None:
            self._bars.report(event.thread_id, event.patch.title)

    def _end(self, thread_id: ThreadId, level: types.MessageType, how: str) -> None:
        self._bars.end(thread_id, how)
        said = self._said.pop(thread_id, "").strip()
        self._window.log(level, f"Peon: the turn is over ({how}).\n{said}".strip())

    def _outcome(self, event: Event) -> None:
        """What came of work on the files that somebody asked for."""
        match event:
            case CheckpointCreated(kind=CheckpointKind.MANUAL):
                self._info(f"kept the files as “{event.description}”")
            case CheckpointRestored():
                kept = len(event.conflicts)
                left = f"; {kept} left alone, as others changed them" if kept else ""
                self._info(f"brought back {len(event.restored)} files{left}")
            case ChangesCommitted():
                self._info(f"committed {event.commit[:10]}: {event.message.splitlines()[0]}")
            case ChangesPushed():
                self._info(f"pushed {event.branch} to {event.remote}")
            case OperationFailed():
                remedy = f" {event.remedy}" if event.remedy else ""
                self._window.log(types.MessageType.Warning, f"Peon: {event.message}{remedy}")
            case _:
                return

    def _info(self, text: str) -> None:
        self._window.log(types.MessageType.Info, f"Peon: {text}.")


def _text(prompt: object) -> str:
    """The words of a prompt, which may hold other things."""
    if isinstance(prompt, str):
        return prompt
    blocks = prompt if isinstance(prompt, tuple) else ()
    return " ".join(str(block.text) for block in blocks if hasattr(block, "text"))
