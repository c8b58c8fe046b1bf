"""Commands that were there before: each is answered again as it was the first time."""

from collections import OrderedDict
from typing import Final

from peon.domain.model import Model, Receipt
from peon.engine.answers import Answer, Answers, OperationAnswers, Outcome, Refusal, follow
from peon_protocol.ids import CommandId
from peon_protocol.rejections import CommandIdReused

REMEMBERED: Final = 10_000
"""How many commands that left no event are remembered."""


class Repeats:
    """Knows the first answers: of commands in the log by their receipts, of the others by heart.

    A command that left no event, a refusal or what was true already, has no receipt. Its outcome is
    repeated as long as this process lives; the oldest are forgotten first.
    """

    def __init__(self, answers: Answers, operations: OperationAnswers) -> None:
        self._answers = answers
        self._operations = operations
        self._kept: OrderedDict[CommandId, tuple[str, Outcome]] = OrderedDict()
        self._under_way: dict[CommandId, tuple[str, Answer]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, command_id: CommandId, digest: str, outcome: Outcome) -> None:
        """Keep what became of a command that left no event."""
        self._kept[command_id] = (digest, outcome)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def expect(self, command_id: CommandId, digest: str, answer: Answer, *, keep: bool) -> Answer:
        """What the caller, and a repetition, gets: what `answer` becomes.

        It is kept by heart where the log has no receipt.
        """
        self._under_way[command_id] = (digest, answer)

        def known(_: Answer) -> None:
            del self._under_way[command_id]
            if keep and answer.exception() is None:
                result = answer.result()
                self.keep(command_id, digest, Outcome(result.sequence, result))

        answer.add_done_callback(known)
        return self._copy(answer)

    def answer(self, model: Model, command_id: CommandId, digest: str) -> Answer | None:
        """The answer to a command that was there before, or nothing for a new one.

        Another command may not use its id.
        """
        receipt = model.receipts.get(command_id)
        if receipt is not None and receipt.digest == digest:
            return self._of_receipt(receipt)
        under_way = self._under_way.get(command_id)
        if receipt is None and under_way is not None and under_way[0] == digest:
            return self._copy(under_way[1])
        kept = self._kept.get(command_id)
        if receipt is None and kept is None:
            return None
        if receipt is None and kept is not None and kept[0] == digest:
            return self._answers.give(kept[1])
        return self._answers.give(Outcome(model.sequence, Refusal(CommandIdReused(command_id))))

    def _copy(self, answer: Answer) -> Answer:
        """Whoever stops waiting for it cancels nobody else's."""
        copy = self._answers.open()
        follow(answer, copy)
        return copy

    def _of_receipt(self, receipt: Receipt) -> Answer:
        came_to = receipt.failure or receipt.result
        if came_to is not None:
            return self._answers.give(Outcome(receipt.sequence, came_to))
        if receipt.operation_id is None:
            raise LookupError("a receipt without an answer belongs to an operation")
        return self._operations.expect(receipt.operation_id)
