"""What commands are answered, and when: not before all that an answer tells of is on the disk.

Every answer is a future of its own. Whoever stops waiting cancels nothing but their own.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import TypeAlias

import attrs

from peon.domain.model import OperationFailure
from peon.errors import CommandRejected, ExternalFailure, PeonError, StoreFailure
from peon.journal.port import EventStore
from peon_protocol.ids import OperationId
from peon_protocol.rejections import Rejection
from peon_protocol.results import CommandResult

Answer: TypeAlias = asyncio.Future[CommandResult]


@attrs.frozen
class Refusal:
    """The command was refused."""

    rejection: Rejection


@attrs.frozen
class Outcome:
    """What a command has come to, and the last event that it tells of."""

    sequence: int
    came_to: CommandResult | Refusal | OperationFailure


class Answers:
    """Answers that wait for the disk. Belongs to the loop."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._order = itertools.count()
        self._waiting: list[tuple[int, int, Answer, Outcome]] = []

    def open(self) -> Answer:
        """An answer to be given later."""
        return asyncio.get_running_loop().create_future()

    def give(self, outcome: Outcome, answer: Answer | None = None) -> Answer:
        """The answer that `outcome` is once it is durable; into `answer`, if that is there."""
        answer = answer or self.open()
        if self._store.failure is not None:
            _fail(answer, self._store.failure)
        elif outcome.sequence <= self._store.durable:
            _resolve(answer, outcome)
        else:
            heapq.heappush(self._waiting, (outcome.sequence, next(self._order), answer, outcome))
        return answer

    def fail(self, failure: StoreFailure, answer: Answer | None = None) -> Answer:
        """The answer where nothing is accepted any more; into `answer`, if that is there."""
        answer = answer or self.open()
        _fail(answer, failure)
        return answer

    def reached(self, durable: int) -> None:
        """Give every answer that waited for `durable` or less."""
        while self._waiting and self._waiting[0][0] <= durable:
            _, _, answer, outcome = heapq.heappop(self._waiting)
            _resolve(answer, outcome)

    def fail_all(self, failure: StoreFailure) -> None:
        """What is not durable now never will be."""
        waiting, self._waiting = self._waiting, []
        for _, _, answer, _ in waiting:
            _fail(answer, failure)


class OperationAnswers:
    """Who waits for the outcome of which operation."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._waiting: dict[OperationId, list[Answer]] = {}

    def expect(self, operation_id: OperationId) -> Answer:
        """The answer of an operation that is under way."""
        answer = self._answers.open()
        self._waiting.setdefault(operation_id, []).append(answer)
        return answer

    def settle(self, operation_id: OperationId, outcome: Outcome) -> None:
        """The outcome is in the log; it is told once it is durable."""
        for answer in self._waiting.pop(operation_id, ()):
            self._answers.give(outcome, answer)

    def fail_all(self, failure: StoreFailure) -> None:
        """No outcome can be recorded any more."""
        waiting, self._waiting = self._waiting, {}
        for answers in waiting.values():
            for answer in answers:
                _fail(answer, failure)


def follow(
    leading: Answer,
    answer: Answer,
    change: Callable[[CommandResult], CommandResult] = lambda result: result,
) -> None:
    """Let `answer` become what `leading` becomes, or what `change` makes of it."""

    def pass_on(_: Answer) -> None:
        error = leading.exception()
        if answer.done():
            return
        if error is None:
            answer.set_result(change(leading.result()))
        else:
            answer.set_exception(error)
            answer.exception()

    leading.add_done_callback(pass_on)


def _resolve(answer: Answer, outcome: Outcome) -> None:
    came_to = outcome.came_to
    match came_to:
        case Refusal():
            _fail(answer, CommandRejected(came_to.rejection))
        case OperationFailure():
            tool, code = came_to.code.partition(".")[0], came_to.code
            error = ExternalFailure(tool, came_to.message, code=code, remedy=came_to.remedy)
            _fail(answer, error)
        case _:
            if not answer.done():
                answer.set_result(came_to)


def _fail(answer: Answer, error: PeonError) -> None:
    """An error that nobody waits for any more need not be reported as forgotten."""
    if not answer.done():
        answer.set_exception(error)
        answer.exception()
