"""From an agent's updates to provider events: a state machine without I/O.

It keeps no more than the open turn: the message that grows, the tool calls, the actions that wait.
An update of a kind that it does not know is passed on as it came, beside the text that grows.
"""

from collections.abc import Iterator
from typing import Final

import attrs

from peon.providers.acp import failures, messages, words
from peon.providers.acp.tools import ToolCall, ToolCalls
from peon.providers.acp.usage import TurnUsage
from peon.providers.elicitation import Form
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentError
from peon.providers.jsonrpc.ndjson import Surrogates
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import Answer
from peon.providers.terms import Span
from peon_protocol.ids import ActionId, ItemId, SessionId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import ItemStatus, JsonValue, OptionKind, StopReason, ToolKind

ALLOWING = frozenset({OptionKind.ALLOW_ONCE, OptionKind.ALLOW_ALWAYS})
_QUIET = frozenset(
    {
        "user_message_chunk",
        "available_commands_update",
        "session_info_update",
        "current_mode_update",
        "config_option_update",
    }
)
"""Updates that are about the session, not about the turn."""
_MOST_ODD: Final = 64
"""How many updates of unknown kinds are passed on of a turn; of an agent that has more of them than
that, the rest says nothing new."""


@attrs.frozen
class _Waiting:
    """An action without an answer: its tool call, and the options offered; none for a question."""

    call: ToolCall | None
    options: dict[str, OptionKind] | None
    on_page: bool = False
    """Whether it is a question that is answered on a web page."""


class Translator:
    """The words of one session. Ids it hands out start with the session's, so no two ever meet."""

    def __init__(
        self,
        session_id: SessionId,
        *,
        root: str,
        resumed: bool = False,
        tokens: Span = Span.TURN,
    ) -> None:
        """Of what agents of this kind tell `tokens`, of a turn or a session; see `TurnUsage`."""
        self._session_id = session_id
        self._root = root
        self._count = 0
        self._tools = ToolCalls(root=root, fresh_item=self._fresh_item)
        self._actions: dict[ActionId, _Waiting] = {}
        self._growing: tuple[str, JsonValue] | None = None
        self._growing_id = ItemId("")
        self._halves = Surrogates()
        self._usage = TurnUsage(resumed=resumed, tokens=tokens)
        self._said = ""
        """The message that was said last, as far as it could be an error."""
        self._odd: list[ToolCallUpdated] = []
        """What was not understood, while text grows."""
        self._odd_in_turn = 0
        self.unknown = 0
        """Updates we did not understand."""

    @property
    def waiting(self) -> tuple[ActionId, ...]:
        """The actions that have no answer yet."""
        return tuple(self._actions)

    @property
    def busy(self) -> bool:
        """Whether a tool call is open: an agent may then be silent for long, and rightly."""
        return self._tools.open > 0

    def update(self, update: JsonObject) -> Iterator[ProviderEvent]:
        """Take the `update` of a `session/update`."""
        kind = raw.text(update, "sessionUpdate")
        match kind:
            case "agent_message_chunk" | "agent_thought_chunk":
                yield from self._chunk(kind, update)
            case "tool_call" | "tool_call_update":
                self._said = ""
                yield from self._pause()
                if (updated := self._tools.update(update)) is not None:
                    yield updated
            case "plan":
                yield from self._pause()
                yield PlanReplaced(entries=words.plan_entries(raw.items(update, "entries")))
            case "usage_update":
                yield UsageReported(usage=self._usage.reported(update))
            case _ if kind not in _QUIET:
                yield from self._unknown(kind, update)
            case _:
                pass

    def ask(self, params: JsonObject) -> Iterator[ProviderEvent]:
        """Take a request for permission; the last event is its `ActionRequested`."""
        yield from self._pause()
        call, updated = self._tools.ask(raw.as_object(params.get("toolCall")))
        yield updated
        action_id = ActionId(self._fresh("a"))
        options = words.options(raw.items(params, "options"))
        kinds = {each.option_id: each.kind for each in options}
        self._actions[action_id] = _Waiting(call, kinds)
        yield ActionRequested(
            action_id=action_id,
            item_id=call.item_id,
            kind=call.told.kind or ToolKind.OTHER,
            title=call.told.title or "Use a tool",
            options=options,
            paths=call.paths(self._root),
            command=words.input_command(call.told.input),
        )

    def question(self, native_call: JsonValue, form: Form) -> Iterator[ProviderEvent]:
        """Take a question; the last event is its `ActionRequested`."""
        yield from self._pause()
        call = self._tools.known(native_call)
        action_id = ActionId(self._fresh("a"))
        self._actions[action_id] = _Waiting(call, None, on_page=form.page is not None)
        yield ActionRequested(
            action_id=action_id,
            item_id=self._fresh_item() if call is None else call.item_id,
            kind=ToolKind.QUESTION,
            title=form.title,
            options=form.options,
            fields=form.fields,
        )

    def answer(self, action_id: ActionId, answer: Answer) -> JsonObject:
        """Note our answer to an action; what to tell the agent.

        An option that was not offered counts as no answer. What follows for the tool call is known
        to whoever answers, so it is no event.
        """
        waiting = self._actions.pop(action_id)
        if waiting.options is None:
            if waiting.call is not None:
                # What becomes of a call that asked a question, the agent says.
                self._tools.answered(waiting.call, allowed=True)
            return messages.elicited(answer, elsewhere=waiting.on_page)
        option_id = answer.option_id
        kind = waiting.options.get(option_id) if option_id is not None else None
        if kind is None:
            return messages.outcome(None)
        if waiting.call is not None:
            self._tools.answered(waiting.call, allowed=kind in ALLOWING)
        return messages.outcome(option_id)

    def withdraw(self, action_id: ActionId) -> ActionWithdrawn:
        """Note that an action needs no answer any more."""
        del self._actions[action_id]
        return ActionWithdrawn(action_id=action_id)

    def end(self, outcome: JsonValue | AgentError, *, interrupted: bool) -> Iterator[ProviderEvent]:
        """Take the answer to the prompt: close what is open, and end the turn.

        An agent that was asked to stop may answer with an error; it has stopped all the same.
        """
        if isinstance(outcome, AgentError):
            self._usage.over()
            yield from self.close(cancelled=interrupted)
            yield _stopped_by(outcome, interrupted=interrupted)
            return
        otherwise = StopReason.CANCELLED if interrupted else StopReason.END_TURN
        stopped = raw.mapped(outcome, "stopReason", words.STOP_REASONS) or otherwise
        usage = self._usage.ended(outcome)
        failure = failures.of_answer(self._said) if stopped is StopReason.END_TURN else None
        yield from self.close(cancelled=stopped is StopReason.CANCELLED)
        yield failure or TurnEnded(stop_reason=stopped, usage=usage)

    def close(self, *, cancelled: bool) -> Iterator[ProviderEvent]:
        """Close everything that is open."""
        self._said = ""
        yield from self._pause()
        for action_id in self.waiting:
            yield self.withdraw(action_id)
        yield from self._tools.close(cancelled=cancelled)
        self._odd_in_turn = 0

    def _chunk(self, kind: str, update: JsonObject) -> Iterator[ProviderEvent]:
        """More text. Another kind of text or another message is another item."""
        growing = (kind, update.get("messageId"))
        if growing != self._growing:
            yield from self._pause()
            self._said = ""
            self._growing = growing
            self._growing_id = self._fresh_item()
        content = update.get("content")
        told = raw.field(content, "text") if raw.field(content, "type") == "text" else None
        text = self._halves.join(told if isinstance(told, str) else words.words_of(content))
        if text:
            if kind == "agent_message_chunk" and len(self._said) <= failures.LONGEST:
                self._said += text
            yield self._delta(text)

    def _pause(self) -> Iterator[ProviderEvent]:
        """The growing text ends here; what comes later is another item."""
        if self._growing is not None:
            if rest := self._halves.rest():
                yield self._delta(rest)
            self._growing = None
        odd, self._odd = self._odd, []
        yield from odd

    def _unknown(self, kind: str | None, update: JsonObject) -> Iterator[ProviderEvent]:
        """Keep what a later protocol, or an agent of its own accord, has to say."""
        self.unknown += 1
        self._odd_in_turn += 1
        if self._odd_in_turn > _MOST_ODD or not update:
            return
        told = raw.clean({name: each for name, each in update.items() if name != "sessionUpdate"})
        kept = ToolCallUpdated(
            item_id=self._fresh_item(),
            title=kind or "An unknown update",
            kind=ToolKind.THINK,
            status=ItemStatus.COMPLETED,
            input=told,
        )
        self._odd.append(kept)
        if self._growing is None:
            yield from self._pause()

    def _delta(self, text: str) -> TextDelta | ReasoningDelta:
        if self._growing is not None and self._growing[0] == "agent_thought_chunk":
            return ReasoningDelta(text=text, item_id=self._growing_id)
        return TextDelta(text=text, item_id=self._growing_id)

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{self._session_id}.{kind}{self._count}"

    def _fresh_item(self) -> ItemId:
        return ItemId(self._fresh("i"))


def _stopped_by(error: AgentError, *, interrupted: bool) -> TurnEnded | ProviderError:
    if interrupted:
        return TurnEnded(stop_reason=StopReason.CANCELLED)
    return failures.of_error(error)
