"""What agents say, on its way into the log: text, usage and more of the same are held back, and all
else comes after them.

Whatever is decided about a thread, its text is recorded before.
"""

from collections.abc import Callable

import attrs

from peon.domain.budgets import is_spent
from peon.domain.commands import AnyCommand, RecordText
from peon.domain.model import Model, Thread, Turn
from peon.domain.provider import HOST, is_ending
from peon.domain.turns import BROKEN_OFF
from peon.engine.answers import Answer
from peon.engine.coalescer import Coalescer, CoalescerLimits
from peon.engine.tool_updates import ToolUpdates
from peon.runtime.clock import Clock
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import ItemId, ThreadId
from peon_protocol.notifications import TurnDelta
from peon_protocol.provider_events import (
    ActionRequested,
    PlanReplaced,
    ProviderError,
    ReasoningDelta,
    SessionEnded,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import Actor, ActorKind, ItemKind, Usage


@attrs.frozen
class SpeechParts:
    """Where speech goes: pieces into the log, fragments to whoever listens, answers to hosts.

    `recorded` is called with the answers that wait for what has just been recorded.
    """

    clock: Clock
    limits: CoalescerLimits
    record: Callable[[RecordText | IngestProviderEvent], None]
    recorded: Callable[[ThreadId, list[Answer]], None]
    tell: Callable[[TurnDelta], None]


class Speech:
    """Holds back text until a piece of it is worth an event, and usage until its turn ends."""

    def __init__(self, parts: SpeechParts) -> None:
        self._parts = parts
        self._coalescer = Coalescer(parts.limits, parts.clock, parts.record, parts.recorded)
        self._updates = ToolUpdates(parts.limits.tool_seconds, parts.clock, parts.record)

    def hold_back(self, model: Model, command: IngestProviderEvent, answer: Answer | None) -> bool:
        """Whether the event will be recorded later, with more of its kind.

        `answer` is then given when that has happened. An event that is too late is not held back,
        but refused by the rules.
        """
        thread = model.threads.get(command.thread_id)
        turn = _speaking(thread)
        if thread is None or turn is None:
            return False
        event = command.event
        match event:
            case UsageReported():
                self._coalescer.note_usage(thread.thread_id, turn.turn_id, event.usage)
                if is_spent(thread.budget, thread.usage, event.usage):
                    return False
            case TextDelta() | ReasoningDelta() if command.command_id is not None:
                return False
            case TextDelta() | ReasoningDelta() if event.text:
                waiting = () if answer is None else (answer,)
                self._parts.tell(self._coalescer.add(thread.thread_id, turn, event, *waiting))
                return True
            case TextDelta() | ReasoningDelta():
                if answer is not None and self._coalescer.wait(thread.thread_id, answer):
                    return True
            case ToolCallUpdated() if answer is None:
                # A host is told when its update is on the disk, so it need not wait for more.
                return self._updates.hold_back(thread.thread_id, turn, event)
            case _:
                return False
        if answer is not None:
            self._parts.recorded(thread.thread_id, [answer])
        return True

    def before(self, model: Model, command: AnyCommand) -> None:
        """Record what was said before in the thread that `command` is about."""
        if isinstance(command, RecordText):
            return
        thread_id = getattr(command, "thread_id", None)
        if thread_id is not None:
            self._coalescer.flush(thread_id, complete=_closes_text(model, command))
            self._updates.flush(thread_id, but=_call_of(command))

    def completed(self, command: AnyCommand) -> AnyCommand:
        """The command with what was held back of its tool call, if it is about one."""
        if not isinstance(command, IngestProviderEvent):
            return command
        event = command.event
        if not isinstance(event, ToolCallUpdated):
            return command
        whole = self._updates.joined(command, event)
        return command if whole is event else attrs.evolve(command, event=whole)

    def usage(self, model: Model, command: AnyCommand) -> Usage | None:
        """What was reported last of the turn that `command` may end, however it ends."""
        if not isinstance(command, IngestProviderEvent):
            return None
        turn = _speaking(model.threads.get(command.thread_id))
        if turn is None or not isinstance(command.event, TurnEnded | ProviderError | SessionEnded):
            return None
        return self._coalescer.usage(command.thread_id, turn.turn_id)

    def forget(self, thread_id: ThreadId) -> None:
        """The turn of the thread is over: what it used is not the next one's."""
        self._coalescer.forget_usage(thread_id)
        self._updates.forget(thread_id)

    def flush(self) -> None:
        """Record everything now, and wake up no more."""
        self._coalescer.close()
        self._updates.close()

    def drop(self) -> list[Answer]:
        """Let go of everything, unrecorded; the answers that waited for it."""
        self._updates.drop()
        return self._coalescer.drop()


def may_speak(model: Model, command: IngestProviderEvent, actor: Actor) -> bool:
    """Whether the rules will let the actor say something in the thread."""
    thread = model.threads.get(command.thread_id)
    return thread is not None and (actor.kind is not ActorKind.CLIENT or thread.provider == HOST)


def _speaking(thread: Thread | None) -> Turn | None:
    """The turn in progress whose agent has not ended it."""
    return None if thread is None or is_ending(thread) else thread.running_turn


def _call_of(command: AnyCommand) -> ItemId | None:
    """The tool call that `command` is an update of."""
    if isinstance(command, IngestProviderEvent) and isinstance(command.event, ToolCallUpdated):
        return command.event.item_id
    return None


def _closes_text(model: Model, command: AnyCommand) -> bool:
    """Whether the text that is open ends where `command` begins."""
    if not isinstance(command, IngestProviderEvent):
        return False
    turn = _speaking(model.threads.get(command.thread_id))
    event = command.event
    match event:
        case TurnEnded():
            return event.stop_reason not in BROKEN_OFF
        case ToolCallUpdated() | ActionRequested():
            return turn is not None and event.item_id not in turn.items
        case PlanReplaced():
            kinds = () if turn is None else (item.kind for item in turn.items.values())
            return ItemKind.PLAN not in kinds
        case _:
            return False
