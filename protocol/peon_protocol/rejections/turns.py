"""Why a command about a turn was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ThreadId, TurnId


@attrs.frozen
class TurnInProgress:
    """The thread has a turn in progress."""

    KIND: ClassVar = "turn.inProgress"
    REMEDY: ClassVar = "Wait for the turn to end, or interrupt it with turn/interrupt."
    thread_id: ThreadId
    turn_id: TurnId

    @property
    def message(self) -> str:
        return f"Turn {self.turn_id} of thread {self.thread_id} is in progress."


@attrs.frozen
class TurnNotInProgress:
    """The thread has no turn that this could belong to."""

    KIND: ClassVar = "turn.notInProgress"
    REMEDY: ClassVar = "Start one with turn/start."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} has no turn in progress."


@attrs.frozen
class TurnMismatch:
    """The turn in progress is not the one that was named."""

    KIND: ClassVar = "turn.mismatch"
    REMEDY: ClassVar = "Read the thread and name the turn in progress, or none."
    thread_id: ThreadId
    turn_id: TurnId
    in_progress: TurnId

    @property
    def message(self) -> str:
        return f"Turn {self.in_progress} is in progress, not {self.turn_id}."


@attrs.frozen
class TurnIdUsed:
    """The id belongs to a turn with another prompt."""

    KIND: ClassVar = "turn.idUsed"
    REMEDY: ClassVar = "Leave turnId out and one is made."
    turn_id: TurnId

    @property
    def message(self) -> str:
        return f"The id {self.turn_id} belongs to a turn with another prompt."


@attrs.frozen
class PromptEmpty:
    """A prompt must ask something."""

    KIND: ClassVar = "prompt.empty"
    REMEDY: ClassVar = "Write what the agent is to do."

    @property
    def message(self) -> str:
        return "The prompt is empty."


@attrs.frozen
class TurnNotFound:
    """The thread has no such turn."""

    KIND: ClassVar = "turn.notFound"
    REMEDY: ClassVar = "Read the thread again."
    thread_id: ThreadId
    turn_id: TurnId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} has no turn {self.turn_id}."


@attrs.frozen
class BudgetSpent:
    """The thread's turns have used what they may."""

    KIND: ClassVar = "budget.spent"
    REMEDY: ClassVar = "Raise the budget with thread/configure: what waits goes on by itself."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"The budget of thread {self.thread_id} is spent."
