"""How Codex is spoken to: one connection, one conversation on it."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from peon.domain.prompts import characters_of
from peon.errors import ExternalFailure
from peon.providers.codex import messages, offers, opening, policies
from peon.providers.codex.inquiries import inquiry
from peon.providers.codex.offers import Chosen, NativeModel
from peon.providers.codex.opening import Opened
from peon.providers.codex.questions import question
from peon.providers.codex.requests import Requests
from peon.providers.codex.translate import Translator
from peon.providers.dialect import Desk, Turn
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentError, AgentRefused, Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import (
    WITHDRAWN,
    AgentFault,
    Answer,
    Choices,
    PromptNotTaken,
    PromptTooLong,
    SessionRequest,
)
from peon.providers.terms import Terms
from peon_protocol.ids import ActionId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ProviderEvent,
    SessionConfigured,
    SessionStarted,
)
from peon_protocol.values import JsonValue, Prompt, SessionOrigin

ENVELOPE: Final[Mapping[str, JsonValue]] = {}
"""Its messages do not name the version of JSON-RPC."""
_NO_PROGRESS: Final = frozenset({"account/rateLimits/updated", "thread/status/changed", "warning"})


@attrs.frozen
class _Asked:
    """A request that has no answer yet, and the answer if it gets none."""

    request_id: JsonValue
    nobody: JsonObject


class CodexDialect:
    """See `peon.providers.dialect.Dialect`."""

    def __init__(self, desk: Desk, request: SessionRequest, terms: Terms) -> None:
        self._desk = desk
        self._request = request
        self._terms = terms
        self._translator = Translator(request.session_id, root=request.root)
        self._connection = Connection(terms.name, send=desk.send, handler=self, envelope=ENVELOPE)
        self._requests = Requests(terms.name, self._connection, seed=request.session_id)
        self._asked: dict[ActionId, _Asked] = {}
        self._opened: Opened | None = None
        self._policy = policies.policy(request.mode)
        self._sandboxes: dict[JsonValue, JsonObject] = {}
        self._settings: JsonObject = {}
        self._models: tuple[NativeModel, ...] = ()
        self._own = Chosen(model="")
        """What Codex takes by itself, as the user has configured it."""
        self._chosen = self._own
        self._beginning = False
        """Whether a turn was handed over that has not begun: how it is set is told in between."""
        self._told: SessionConfigured | None = None
        """What was last said of what the session offers."""
        self._native_turn: str | None = None
        self._past_turn: str | None = None
        self._stop_wanted = False
        self._got_on = False

    @property
    def native_id(self) -> str:
        return self._opened.native_id if self._opened is not None else ""

    @property
    def asking(self) -> bool:
        return bool(self._asked)

    @property
    def working(self) -> bool:
        return self._translator.working

    async def open(self) -> SessionStarted:
        """See `peon.providers.dialect.Dialect`."""
        logins = self._terms.logins
        version = await opening.greet(self._requests, self._connection, self._terms)
        if await opening.needs_login(self._requests, self._terms):
            raise logins.refused(self._terms.name, opening.NO_LOGIN)
        logins.accepted()
        opened = await opening.open_thread(
            self._requests, self._request, self._desk.servers, self._terms
        )
        self._opened = opened
        self._models = await opening.models(self._requests, self._terms)
        self._translator.model = raw.text(opened.settings, "model")
        self._own = Chosen(
            model=self._translator.model or "",
            effort=raw.text(opened.settings, "reasoningEffort"),
        )
        if opened.origin is not SessionOrigin.FRESH:
            self._own = offers.of_earlier_session(self._own, self._request.own)
        self._note_sandbox(opened.settings)
        return SessionStarted(
            session_id=self._request.session_id,
            native_id=opened.native_id,
            agent_name=self._terms.name,
            agent_version=version,
            origin=opened.origin,
            mcp_servers=opened.servers,
        )

    def check(self, prompt: Prompt) -> None:
        """See `peon.providers.dialect.Dialect`."""
        if (refused := messages.refused_content(prompt)) is not None:
            raise PromptNotTaken(
                self._terms.name,
                f"it takes no content of type {refused}",
                "Leave that attachment out.",
            )
        most, count = messages.TAKES.text, characters_of(prompt)
        if most is not None and count > most:
            raise PromptTooLong(
                self._terms.name,
                f"it takes {most} characters of text, the prompt has {count}",
                "Shorten it, or put it into a file and name that.",
            )

    async def choose(self, choices: Choices) -> None:
        """See `peon.providers.dialect.Dialect`. All of it is told with the prompt."""
        policy = policies.policy(choices.mode)
        sandbox = self._sandboxes.get(policy.sandbox_type, {"type": policy.sandbox_type})
        own = self._own
        if choices.model not in {None, own.model}:
            # What the user has configured goes with the user's own model.
            own = Chosen(model=choices.model or "", summary=own.summary)
        if self._chosen.summary is not None and own.summary is None:
            own = attrs.evolve(own, summary=offers.USUAL_SUMMARY)
        chosen = offers.chosen_by(choices.options, own, self._models, self._terms.name)
        self._policy, self._chosen = policy, chosen
        self._settings = messages.turn_settings(policy, sandbox, chosen)
        self._tell_offers()

    def _tell_offers(self) -> None:
        """Say what the session offers, where that is not as it was said."""
        told = offers.configured(self._models, self._chosen, self._own)
        if self._models and told != self._told:
            self._told = told
            self._desk.report([told])

    async def hand_over(self, turn: Turn, prompt: Prompt) -> None:
        """See `peon.providers.dialect.Dialect`."""
        self._past_turn, self._native_turn = self._native_turn, None
        self._stop_wanted = False
        self._beginning = True
        self._translator.begin()
        try:
            await self._requests.ask(
                "turn/start",
                messages.start_turn(self.native_id, prompt, self._settings),
                deadline=self._terms.patience.accept,
                heed=lambda result: self._turn_begun(turn, result),
            )
        except AgentRefused:
            raise
        except ExternalFailure:
            # It may have taken the prompt all the same, and would be at work with nobody to hear.
            self._desk.fail(AgentFault.STUCK, "it does not take its prompt")

    def _turn_begun(self, turn: Turn, result: JsonObject) -> None:
        if turn is not self._desk.turn:
            return
        self._native_turn = raw.text(result, "turn", "id") or self._native_turn
        if self._native_turn is None:
            self._desk.fail(AgentFault.PROTOCOL, "it began a turn without a name")
        elif self._stop_wanted:
            self.ask_to_stop()

    async def steer(self, turn: Turn, prompt: Prompt) -> None:
        """See `peon.providers.dialect.Dialect`. Only the turn that goes on may take it."""
        native = self._native_turn
        if turn is not self._desk.turn or native is None:
            raise ExternalFailure(self._terms.name, "it is not at work", code=AgentFault.GONE)
        await self._requests.ask(
            "turn/steer",
            messages.steer_turn(self.native_id, native, prompt),
            deadline=self._terms.patience.choose,
        )

    def ask_to_stop(self) -> None:
        """See `peon.providers.dialect.Dialect`. A turn that has no name yet is stopped by it."""
        native, turn = self._native_turn, self._desk.turn
        if native is None or turn is None:
            self._stop_wanted = True
            return
        self._requests.tell(
            "turn/interrupt",
            messages.interrupt_turn(self.native_id, native),
            still=lambda: self._desk.turn is turn,
        )

    def answer(self, action_id: ActionId, answer: Answer) -> None:
        """See `peon.providers.dialect.Dialect`."""
        if action_id in self._asked:
            asked = self._asked.pop(action_id)
            told = self._translator.answer(action_id, answer)
            self._connection.respond(asked.request_id, told)

    def withdraw(self) -> Iterator[ProviderEvent]:
        """See `peon.providers.dialect.Dialect`."""
        for action_id in tuple(self._asked):
            self.answer(action_id, WITHDRAWN)
            yield ActionWithdrawn(action_id=action_id)

    def release(self) -> None:
        """See `peon.providers.dialect.Dialect`."""
        asked, self._asked = self._asked, {}
        for each in asked.values():
            self._connection.respond(each.request_id, each.nobody)

    def close(self, *, cancelled: bool) -> Iterator[ProviderEvent]:
        """See `peon.providers.dialect.Dialect`."""
        return self._translator.close(cancelled=cancelled)

    def feed(self, data: bytes) -> bool:
        """See `peon.providers.dialect.Dialect`. That it tries again is no progress."""
        self._got_on = False
        self._connection.feed(data)
        return self._got_on

    def lost(self, why: str) -> None:
        """See `peon.providers.dialect.Dialect`."""
        self._connection.lost(AgentError(0, why))

    # What Codex sends.

    def notified(self, method: str, params: JsonObject) -> None:
        """Take a notification. Other conversations, and other turns of ours, are not our affair."""
        tries_again = method == "error" and params.get("willRetry") is True
        self._got_on |= method not in _NO_PROGRESS and not tries_again
        if raw.text(params, "threadId") != self.native_id:
            return
        match method:
            case "turn/started":
                self._beginning = False
                self._started(raw.text(params, "turn", "id"))
            case "turn/completed":
                self._completed(raw.as_object(params.get("turn")))
            case "thread/settings/updated":
                self._noted(raw.as_object(params.get("threadSettings")))
            case "thread/closed":
                self._desk.fail(AgentFault.GONE, "it closed the conversation")
            case "serverRequest/resolved":
                self._resolved(params.get("requestId"))
            case "error":
                return  # The end of the turn says it again.
            case _:
                if self._is_ours(params):
                    self._desk.report(self._translator.told(method, params))

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Take a request for leave or for answers. What helpers of its own ask counts too."""
        self._got_on = True
        found = question(method, params, self._request.root) or inquiry(method, params)
        if found is None:
            return False
        turn = self._desk.turn
        if turn is None or turn.interrupted:
            self._connection.respond(request_id, found.nobody)
            return True
        for event in self._translator.ask(found):
            if isinstance(event, ActionRequested):
                self._asked[event.action_id] = _Asked(request_id, found.nobody)
            self._desk.report([event])
        return True

    def _is_ours(self, params: JsonObject) -> bool:
        """Whether something is about the turn that goes on."""
        turn_id = raw.text(params, "turnId")
        return self._desk.turn is not None and turn_id is not None and turn_id == self._native_turn

    def _started(self, turn_id: str | None) -> None:
        """A turn has begun: ours, or one that nobody asked for, which is stopped."""
        ours = self._desk.turn is not None and self._native_turn in {None, turn_id}
        if turn_id is None or turn_id == self._past_turn:
            return
        if ours:
            self._native_turn = turn_id
            return
        params = messages.interrupt_turn(self.native_id, turn_id)
        self._requests.tell("turn/interrupt", params, still=lambda: self._desk.turn is None)

    def _completed(self, told: JsonObject) -> None:
        turn, turn_id = self._desk.turn, raw.text(told, "id")
        if turn is None or turn_id == self._past_turn:
            return
        if self._native_turn in {None, turn_id}:
            self._native_turn = turn_id
            self._desk.finish(turn, self._translator.end(told, interrupted=turn.interrupted))

    def _noted(self, settings: JsonObject) -> None:
        """It tells how it is set now. It may bind itself, but never free itself."""
        self._translator.model = raw.text(settings, "model") or self._translator.model
        self._note_sandbox(settings)
        if (problem := policies.refusal(settings, self._policy)) is not None:
            self._desk.fail(AgentFault.MODE, problem)
        else:
            self._note_chosen(settings)

    def _note_chosen(self, settings: JsonObject) -> None:
        """It is set as the turn was told to, or the turn ends; between turns it may set itself."""
        told = Chosen(
            model=raw.text(settings, "model") or self._chosen.model,
            effort=raw.text(settings, "effort"),
            summary=raw.text(settings, "summary") or self._chosen.summary,
        )
        if told == self._chosen:
            return
        untaken = [
            f"the {name} {wanted}"
            for name, wanted, taken in (
                ("model", self._chosen.model, told.model),
                ("effort", self._chosen.effort, told.effort),
                ("summary", self._chosen.summary, told.summary),
            )
            if wanted is not None and wanted != taken
        ]
        if untaken and self._beginning:
            self._desk.fail(AgentFault.OPTION, f"it did not take {', '.join(untaken)}")
            return
        own, before = self._own, self._chosen
        self._own = Chosen(
            model=own.model if told.model == before.model else told.model,
            effort=own.effort if told.effort == before.effort else told.effort,
            summary=own.summary if told.summary == before.summary else told.summary,
        )
        self._chosen = told
        self._tell_offers()

    def _note_sandbox(self, settings: JsonObject) -> None:
        """Remember a sandbox as the user's own configuration has it, to choose it so again."""
        sandbox = policies.sandbox_of(settings)
        if isinstance(sandbox.get("type"), str):
            self._sandboxes.setdefault(sandbox["type"], sandbox)

    def _resolved(self, request_id: JsonValue) -> None:
        """It no longer waits for an answer."""
        for action_id, asked in tuple(self._asked.items()):
            known = asked.request_id
            if known == request_id and type(known) is type(request_id):
                del self._asked[action_id]
                self._desk.report([self._translator.withdraw(action_id)])
