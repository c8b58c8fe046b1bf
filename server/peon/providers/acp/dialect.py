"""How an agent is spoken to that speaks the protocol: one connection, one session on it."""

from collections.abc import Iterator
from typing import Final

import attrs

from peon.errors import ExternalFailure, Unavailable
from peon.providers import elicitation
from peon.providers.acp import handshake, messages, modes, offers, words
from peon.providers.acp.handshake import AUTH_REQUIRED, Opened
from peon.providers.acp.translate import Translator
from peon.providers.dialect import Desk, Turn
from peon.providers.elicitation import Form
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentError, Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import (
    WITHDRAWN,
    AgentFault,
    Answer,
    Choices,
    PromptNotTaken,
    SessionRequest,
)
from peon.providers.terms import Terms
from peon_protocol.ids import ActionId
from peon_protocol.provider_events import (
    ActionRequested,
    ModeChanged,
    ProviderEvent,
    SessionConfigured,
    SessionStarted,
    UsageReported,
)
from peon_protocol.rejections import ProviderNeedsLogin
from peon_protocol.values import (
    AgentCommand,
    Decision,
    JsonValue,
    Mode,
    Prompt,
    SessionOrigin,
)

_NOTHING_OFFERED: Final = SessionConfigured(options=(), commands=())

_NOISE: Final = (UsageReported, SessionConfigured)
"""What is said of a session and takes no turn further."""


@attrs.frozen
class _Asked:
    """A request that has no answer yet, and the answer if it gets none."""

    request_id: JsonValue
    nobody: JsonObject
    elsewhere: str | None = None
    """The name of a question that is answered on a web page."""


class AcpDialect:
    """See `peon.providers.dialect.Dialect`."""

    def __init__(self, desk: Desk, request: SessionRequest, terms: Terms) -> None:
        self._desk = desk
        self._request = request
        self._terms = terms
        self._translator = Translator(
            request.session_id,
            root=request.root,
            resumed=request.resume is not None,
            tokens=terms.tokens,
        )
        self._connection = Connection(terms.name, send=desk.send, handler=self)
        self._asked: dict[ActionId, _Asked] = {}
        self._opened: Opened | None = None
        self._commands: tuple[AgentCommand, ...] = ()
        self._told: SessionConfigured | None = None
        """What was last said of the session's options and commands."""
        self._gets_on = False
        """Whether what is being taken in says anything of the turn; noise about the session does
        not."""

    @property
    def native_id(self) -> str:
        return self._opened.native_id if self._opened is not None else ""

    @property
    def asking(self) -> bool:
        return bool(self._asked)

    @property
    def working(self) -> bool:
        return self._translator.busy

    async def open(self) -> SessionStarted:
        """See `peon.providers.dialect.Dialect`."""
        request = self._request
        opened = await handshake.open_session(
            self._connection, request, self._desk.servers, self._terms
        )
        if opened.origin is not SessionOrigin.FRESH:
            settings = opened.settings.of_earlier_session(request.own)
            opened = attrs.evolve(opened, settings=settings)
        choices = Choices(mode=request.mode, model=request.model)
        self._opened = await self._chosen(opened, choices)
        return SessionStarted(
            session_id=request.session_id,
            native_id=opened.native_id,
            agent_name=opened.agent_name,
            agent_version=opened.agent_version,
            origin=opened.origin,
            mcp_servers=opened.servers,
        )

    def check(self, prompt: Prompt) -> None:
        """See `peon.providers.dialect.Dialect`."""
        refused = messages.refused_content(prompt, self._at_work().content)
        if refused is not None:
            raise PromptNotTaken(
                self._terms.name,
                f"it takes no content of type {refused}",
                "Leave that attachment out.",
            )

    async def choose(self, choices: Choices) -> None:
        """See `peon.providers.dialect.Dialect`."""
        self._opened = await self._chosen(self._at_work(), choices)
        self._tell_offers()

    def _tell_offers(self) -> None:
        """Say what the session offers, where that is not as it was said."""
        if self._opened is None:
            return
        told = SessionConfigured(options=self._opened.settings.shown, commands=self._commands)
        if told not in (self._told, _NOTHING_OFFERED):
            self._told = told
            self._desk.report([told])

    async def hand_over(self, turn: Turn, prompt: Prompt) -> None:
        """See `peon.providers.dialect.Dialect`. The answer to the prompt is the end of the turn."""
        self._connection.call(
            "session/prompt",
            messages.prompt(self.native_id, prompt),
            lambda outcome: self._prompt_answered(turn, outcome),
        )

    async def steer(self, _turn: Turn, _prompt: Prompt) -> None:
        """The protocol has no word for it. See `peon.providers.dialect.Dialect`."""
        raise Unavailable(self._terms.name, "it takes no messages while it works", "Queue them.")

    def _prompt_answered(self, turn: Turn, outcome: JsonValue | AgentError) -> None:
        if turn is not self._desk.turn:
            return
        if isinstance(outcome, AgentError) and outcome.code == AUTH_REQUIRED:
            # Whoever has logged in is known to the process that is started then.
            needed = self._terms.logins.refused(self._terms.name, outcome.message)
            self._desk.fail(ProviderNeedsLogin.KIND, str(needed))
        else:
            self._desk.finish(turn, self._translator.end(outcome, interrupted=turn.interrupted))

    def ask_to_stop(self) -> None:
        """See `peon.providers.dialect.Dialect`."""
        self._connection.notify("session/cancel", messages.cancel(self.native_id))

    def answer(self, action_id: ActionId, answer: Answer) -> None:
        """See `peon.providers.dialect.Dialect`."""
        if action_id not in self._asked:
            return
        asked = self._asked.pop(action_id)
        self._connection.respond(asked.request_id, self._translator.answer(action_id, answer))

    def withdraw(self) -> Iterator[ProviderEvent]:
        """See `peon.providers.dialect.Dialect`. Some agents do not stop before they have that."""
        for action_id, asked in tuple(self._asked.items()):
            self._connection.respond(asked.request_id, asked.nobody)
            yield self._translator.withdraw(action_id)
        self._asked.clear()

    def release(self) -> None:
        """See `peon.providers.dialect.Dialect`."""
        asked, self._asked = self._asked, {}
        for each in asked.values():
            self._connection.respond(each.request_id, each.nobody)

    def close(self, *, cancelled: bool) -> Iterator[ProviderEvent]:
        """See `peon.providers.dialect.Dialect`."""
        return self._translator.close(cancelled=cancelled)

    def feed(self, data: bytes) -> bool:
        """See `peon.providers.dialect.Dialect`."""
        self._gets_on = False
        self._connection.feed(data)
        return self._gets_on

    def lost(self, why: str) -> None:
        """See `peon.providers.dialect.Dialect`."""
        self._connection.lost(AgentError(0, why))

    # What the agent sends.

    def notified(self, method: str, params: JsonObject) -> None:
        """Take a notification. What comes between turns is history or decoration, no event."""
        if method == "session/update":
            update = raw.as_object(params.get("update"))
            self._notice_mode(modes.told(update))
            self._notice_offers(update)
            if self._desk.turn is not None:
                understood = self._translator.unknown
                events = list(self._translator.update(update))
                # What nobody understands may be said by an agent that gets nowhere.
                known = self._translator.unknown == understood
                news = known and any(not isinstance(each, _NOISE) for each in events)
                self._gets_on = self._gets_on or news
                self._desk.report(events)
        elif method == "$/cancel_request":
            self._withdrawn(params.get("requestId"))
        elif method == "elicitation/complete":
            self._answered_elsewhere(raw.text(params, "elicitationId"))

    def _notice_mode(self, native: str | None) -> None:
        """An agent may change its mode by itself. It may bind itself, but never free itself."""
        opened = self._opened
        if native is None or opened is None or native == opened.settings.modes.current:
            return
        self._opened = attrs.evolve(opened, settings=opened.settings.with_mode(native))
        mode = modes.ours(native)
        if mode is Mode.PLAN:
            self._desk.report([ModeChanged(mode=mode)])
        elif mode is not Mode.ASK and (asking := opened.settings.modes.meaning(Mode.ASK)):
            method, params = handshake.to_set_mode(self.native_id, opened.settings, asking)
            self._connection.call(method, params, self._mode_taken_back)

    def _notice_offers(self, update: JsonObject) -> None:
        """What comes before the session is ready is told when it is first asked for something."""
        kind = update.get("sessionUpdate")
        if kind == "available_commands_update":
            self._commands = offers.commands(update)
        elif kind == "config_option_update" and self._opened is not None:
            settings = self._opened.settings.changed_by_agent(update)
            self._opened = attrs.evolve(self._opened, settings=settings)
        elif kind != "current_mode_update":
            return
        if self._told is not None:
            self._tell_offers()

    def _mode_taken_back(self, outcome: JsonValue | AgentError) -> None:
        if isinstance(outcome, AgentError):
            self._desk.fail(AgentFault.MODE, "it left the mode that asks and does not go back")

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Take a request: only permission can be asked for, and answers to questions."""
        match method:
            case "session/request_permission":
                answerable = bool(words.options(raw.items(params, "options")))
                events = self._translator.ask(params)
                nobody, elsewhere = messages.outcome(None), None
            case "elicitation/create":
                form = elicitation.form(params)
                answerable = form is not None
                events = iter(()) if form is None else self._question(params, form)
                nobody = messages.elicited(WITHDRAWN)
                elsewhere = raw.text(params, "elicitationId") if form and form.page else None
            case _:
                return False
        self._gets_on = True
        turn = self._desk.turn
        if turn is None or turn.interrupted or not answerable:
            self._connection.respond(request_id, nobody)
            return True
        for event in events:
            if isinstance(event, ActionRequested):
                self._asked[event.action_id] = _Asked(request_id, nobody, elsewhere)
            self._desk.report([event])
        return True

    def _question(self, params: JsonObject, form: Form) -> Iterator[ProviderEvent]:
        return self._translator.question(params.get("toolCallId"), form)

    def _withdrawn(self, request_id: JsonValue) -> None:
        for action_id, asked in tuple(self._asked.items()):
            known = asked.request_id
            if known == request_id and type(known) is type(request_id):
                del self._asked[action_id]
                self._connection.respond(request_id, asked.nobody)
                self._desk.report([self._translator.withdraw(action_id)])

    def _answered_elsewhere(self, name: str | None) -> None:
        """Somebody went to the web page without saying so here: nobody need agree to it now."""
        for action_id, asked in tuple(self._asked.items()):
            if name is not None and asked.elsewhere == name:
                del self._asked[action_id]
                agreed = Answer(decision=Decision.APPROVED)
                self._connection.respond(
                    asked.request_id, messages.elicited(agreed, elsewhere=True)
                )
                self._desk.report([self._translator.withdraw(action_id)])

    def _at_work(self) -> Opened:
        if self._opened is None:
            raise ExternalFailure(self._terms.name, "it is not open yet", code=AgentFault.GONE)
        return self._opened

    async def _chosen(self, opened: Opened, choices: Choices) -> Opened:
        return await handshake.choose(self._connection, opened, self._terms, choices)
