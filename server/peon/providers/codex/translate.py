"""From what Codex tells to provider events: a state machine without I/O.

It keeps no more than the open turn. What it does not know is counted and left out.
"""

from collections.abc import Iterator

from peon.providers.codex import faults
from peon.providers.codex.questions import Question, allows
from peon.providers.codex.tools import ToolCall, ToolCalls, native_id
from peon.providers.codex.usage import TurnUsage
from peon.providers.codex.words import Words
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import Answer
from peon_protocol.ids import ActionId, ItemId, SessionId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    PlanReplaced,
    ProviderEvent,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import PlanEntry, PlanStatus, StopReason, ToolKind, Usage

_PLAN_STATUSES = {
    "pending": PlanStatus.PENDING,
    "inProgress": PlanStatus.IN_PROGRESS,
    "completed": PlanStatus.COMPLETED,
}
_MESSAGES = frozenset({"agentMessage", "plan"})


class Translator:
    """The words of one session. Ids it hands out start with the session's, so no two ever meet."""

    def __init__(self, session_id: SessionId, *, root: str) -> None:
        self._session_id = session_id
        self._count = 0
        self._words = Words(self._fresh_item)
        self._tools = ToolCalls(root=root, fresh_item=self._fresh_item)
        self._usage = TurnUsage()
        self._used: Usage | None = None
        self._actions: dict[ActionId, tuple[ToolCall | None, Question]] = {}
        self.model: str | None = None
        """The model that is at work."""
        self.unknown = 0
        """Messages we did not understand."""

    @property
    def working(self) -> bool:
        return self._tools.working

    def begin(self) -> None:
        """A turn begins."""
        self._usage.restart()
        self._used = None

    def told(self, method: str, params: JsonObject) -> Iterator[ProviderEvent]:
        """Take a notification about the turn."""
        item = raw.as_object(params.get("item"))
        native = raw.text(params, "itemId") or ""
        delta = raw.text(params, "delta") or ""
        match method:
            case "item/agentMessage/delta" | "item/plan/delta":
                yield from self._words.message(native, delta)
            case "item/reasoning/summaryTextDelta" | "item/reasoning/textDelta":
                yield from self._words.reasoning(native, delta)
            case "item/reasoning/summaryPartAdded":
                yield from self._words.break_off(native)
            case "item/started" | "item/completed" if item:
                yield from self._item(item, over=method == "item/completed")
            case "item/commandExecution/outputDelta" | "item/fileChange/outputDelta":
                yield from self._tools.output(native, delta)
            case "item/mcpToolCall/progress":
                yield from self._tools.output(native, raw.text(params, "message") or "")
            case "item/fileChange/patchUpdated":
                yield from self._tools.patched(native, raw.items(params, "changes"))
            case "turn/plan/updated":
                yield _plan(params)
            case "model/rerouted":
                self.model = raw.text(params, "toModel") or self.model
            case "thread/tokenUsage/updated":
                self._used = self._usage.told(params.get("tokenUsage"), self.model)
                yield UsageReported(usage=self._used)
            case _:
                self.unknown += 1

    def _item(self, item: JsonObject, *, over: bool) -> Iterator[ProviderEvent]:
        native = native_id(item)
        match item.get("type"):
            case "userMessage" | "hookPrompt":
                return
            case "reasoning":
                if over:
                    parts = raw.items(item, "summary") or raw.items(item, "content")
                    whole = "\n\n".join(part for part in parts if isinstance(part, str))
                    yield from self._words.reasoning(native, self._words.missing(native, whole))
            case kind if kind in _MESSAGES:
                if over:
                    rest = self._words.missing(native, raw.text(item, "text") or "")
                    yield from self._words.message(native, rest)
            case _:
                yield from self._tools.told(native, item, over=over)

    def ask(self, question: Question) -> Iterator[ProviderEvent]:
        """Take a request for leave; the last event is its `ActionRequested`."""
        action_id = ActionId(self._fresh("a"))
        seen = ToolCallUpdated(
            item_id=ItemId(""),
            title=question.title or "Use a tool",
            kind=question.kind,
            input=None if question.command is None else {"command": question.command},
        )
        call: ToolCall | None = self._tools.open_call(question.native_item)
        if call is None and question.kind is not ToolKind.QUESTION:
            call, waits = self._tools.asked(question.native_item or action_id, seen)
            yield waits
        elif call is not None:
            yield self._tools.waits(call)
        self._actions[action_id] = (call, question)
        yield ActionRequested(
            action_id=action_id,
            item_id=self._fresh_item() if call is None else call.item_id,
            kind=question.kind,
            title=question.title or (call and call.told.title) or "Use a tool",
            options=question.options,
            paths=tuple(dict.fromkeys((*(call.paths if call else ()), *question.paths))),
            command=question.command,
            fields=question.fields,
        )

    def answer(self, action_id: ActionId, answer: Answer) -> JsonObject:
        """Note our answer to an action; what to tell Codex.

        An option that was not offered counts as no answer.
        """
        call, question = self._actions.pop(action_id)
        if question.kind is ToolKind.QUESTION and call is not None:
            # What becomes of a call that asked a question, Codex says.
            self._tools.answered(call, allowed=True)
        if question.told is not None:
            return question.told(answer)
        option_id = answer.option_id
        told = question.answers.get(option_id) if option_id is not None else None
        if option_id is None or told is None:
            return question.nobody
        if call is not None:
            self._tools.answered(call, allowed=allows(option_id))
        return told

    def withdraw(self, action_id: ActionId) -> ActionWithdrawn:
        """Note that an action needs no answer any more."""
        del self._actions[action_id]
        return ActionWithdrawn(action_id=action_id)

    def end(self, turn: JsonObject, *, interrupted: bool) -> Iterator[ProviderEvent]:
        """Take a turn that is over: close what is open, and say how it ended."""
        status = turn.get("status")
        cancelled = interrupted or status == "interrupted"
        yield from self.close(cancelled=cancelled)
        if cancelled:
            yield TurnEnded(stop_reason=StopReason.CANCELLED, usage=self._used)
        elif status == "completed":
            yield TurnEnded(stop_reason=StopReason.END_TURN, usage=self._used)
        elif status == "failed":
            yield faults.provider_error(turn.get("error"))
        else:
            yield faults.odd_end(status)

    def close(self, *, cancelled: bool) -> Iterator[ProviderEvent]:
        """Close everything that is open."""
        for action_id in tuple(self._actions):
            yield self.withdraw(action_id)
        yield from self._tools.close(cancelled=cancelled)
        self._words.forget()

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{self._session_id}.{kind}{self._count}"

    def _fresh_item(self) -> ItemId:
        return ItemId(self._fresh("i"))


def _plan(params: JsonObject) -> PlanReplaced:
    entries = (
        PlanEntry(step, status=raw.mapped(each, "status", _PLAN_STATUSES) or PlanStatus.PENDING)
        for each in raw.items(params, "plan")
        if (step := raw.text(each, "step")) is not None
    )
    return PlanReplaced(entries=tuple(entries))
