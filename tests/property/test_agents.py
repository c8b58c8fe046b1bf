"""Whatever an agent writes, right or wrong, cut anywhere: the server goes on, the turn ends once,
and nothing of it is left open.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from peon.domain.commands import CheckpointTaken
from peon.domain.effects import AnswerAgent
from peon.providers import process
from peon.providers.acp.dialect import AcpDialect
from peon.providers.codex.dialect import CodexDialect
from peon.providers.port import Answer, SessionRequest
from peon.providers.session import AgentSession, Speaking
from peon.providers.terms import Patience, Terms
from peon_protocol.commands import ApprovePendingAction, Command, RejectPendingAction
from peon_protocol.ids import ActionId, SessionId, ThreadId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ProviderError,
    ProviderEvent,
    SessionEnded,
    ToolCallUpdated,
    TurnEnded,
)
from peon_protocol.values import FieldKind, ItemStatus, JsonValue, Mode, QuestionField
from support import acp_talk, codex_talk
from support.agent_talk import lines, pieces
from support.engines import ADA, TALK, Desk
from support.examples import examples
from support.invariants import broken
from support.puppets import Manners, Puppet, Puppeteer

HASTE: Final = Patience(greet=9, make=9, choose=9, accept=9, agree=0)
OVER: Final = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})
DECISIONS: Final = st.sampled_from(["approve", "approve", "answer wrongly", "reject", "wait"])
FITTING: Final[dict[FieldKind, JsonValue]] = {
    FieldKind.TEXT: "roses",
    FieldKind.NUMBER: 7.5,
    FieldKind.INTEGER: 7,
    FieldKind.BOOLEAN: True,
}


def told(effect: AnswerAgent) -> Answer:
    return Answer(
        decision=effect.decision, option_id=effect.option_id, answers=effect.answers or {}
    )


def filled_in(field: QuestionField) -> JsonValue:
    """What fits a field of a question, but for bounds that nothing fits."""
    offered = [each.value for each in field.choices]
    match field.kind:
        case FieldKind.CHOICE:
            return offered[0]
        case FieldKind.CHOICES:
            return [*offered]
        case _:
            return FITTING[field.kind]


def decided(decision: str, action_id: ActionId, fields: Iterable[QuestionField]) -> Command:
    """What a user sends who decides so."""
    if decision == "reject":
        return RejectPendingAction(thread_id=TALK, action_id=action_id)
    answers: dict[str, JsonValue] = {each.name: filled_in(each) for each in fields}
    if decision == "answer wrongly":
        answers = {"nobody asked": [], **{name: {"no": "answer"} for name in answers}}
    return ApprovePendingAction(thread_id=TALK, action_id=action_id, answers=answers or None)


class Ear:
    """Takes what a session says to the engine, and answers to the session."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.session: AgentSession | None = None
        self.events: list[ProviderEvent] = []
        self.answered: set[ActionId] = set()

    def provider_event(self, event: ProviderEvent) -> None:
        self.events.append(event)
        self.desk.hear(event)

    async def decide(self, decision: str) -> None:
        """Let the user approve or reject whatever waits, and the agent hear of it."""
        thread = self.desk.thread()
        for action_id in list(thread.pending) if decision != "wait" else ():
            command = decided(decision, action_id, thread.actions[action_id].fields)
            answer = self.desk.submit(command, actor=ADA)
            await asyncio.wait({answer})
            answer.exception()  # An agent may offer nothing that can be chosen.
        await self.desk.settled()
        dues, self.desk.dues = self.desk.dues, []
        self.desk.engine.performed_by(self.desk.dues.append)
        for due in dues:
            if isinstance(due.effect, AnswerAgent) and self.session is not None:
                self.answered.add(due.effect.action_id)
                self.session.answer(due.effect.action_id, told(due.effect))


@attrs.frozen
class Case:
    """What an agent does to a turn: what it writes with decisions between, and how it ends."""

    said: list[bytes]
    decisions: list[str]
    end: Callable[[AgentSession, Puppet], Any]


async def play(case: Case, speaking: Speaking, manners: Manners) -> None:
    desk = Desk.in_memory()
    await desk.open_turn()
    ear, puppeteer = Ear(desk), Puppeteer(manners)
    request = SessionRequest(
        thread_id=ThreadId(TALK),
        session_id=SessionId("session"),
        root="/garden",
        mode=Mode.ASK,
        environment={},
    )
    session = ear.session = await AgentSession.open(
        process.Command(argv=("puppet",), cwd="/", environment={}),
        request,
        ear,
        supervisor=puppeteer,
        terms=Terms(name="Puppet", patience=HASTE),
        speaking=speaking,
    )
    puppet = puppeteer.puppet
    assert puppet is not None
    await session.prompt("water them", mode=Mode.ASK, model=None)
    for piece, decision in zip(case.said, case.decisions, strict=False):
        puppet.say(piece)
        await ear.decide(decision)
    ended = case.end(session, puppet)
    if ended is not None:
        await ended
    puppet.say(b"\n")
    await session.interrupt()  # Where it has not ended: an agent that broke its last line off.
    await session.close()
    await desk.settled()
    check(desk, ear, session)


def check(desk: Desk, ear: Ear, session: AgentSession) -> None:
    ends = [each for each in ear.events if isinstance(each, TurnEnded | ProviderError)]
    assert len(ends) <= 1
    assert ends or any(isinstance(each, SessionEnded) for each in ear.events)
    assert session.turn is None
    assert left_open(ear) == []
    thread = desk.thread()
    if thread.operation is not None:
        desk.finish(CheckpointTaken("1"))
    assert thread.current is None
    assert not thread.pending
    assert [item for item in desk.turn().items.values() if item.is_open] == []
    assert broken(desk.engine.model) == []


def left_open(ear: Ear) -> list[str]:
    """What a session has begun to tell of, and has neither ended nor handed over to a person."""
    calls: dict[str, ItemStatus] = {}
    waiting: dict[ActionId, str] = {}
    for event in ear.events:
        match event:
            case ToolCallUpdated(item_id=item_id, status=ItemStatus() as status):
                calls[item_id] = status
            case ActionRequested(action_id=action_id, item_id=item_id):
                waiting[action_id] = item_id
            case ActionWithdrawn(action_id=action_id):
                del waiting[action_id]
            case _:
                continue
    answered = {item for action, item in waiting.items() if action in ear.answered}
    unanswered = [action for action in waiting if action not in ear.answered]
    return unanswered + [
        item for item, status in calls.items() if status not in OVER and item not in answered
    ]


def _line(message: object) -> bytes:
    return b"\n" + json.dumps(message).encode() + b"\n"


def _dies(_session: AgentSession, puppet: Puppet) -> None:
    puppet.exit(3)


def _is_interrupted(session: AgentSession, _puppet: Puppet) -> Any:
    return session.interrupt()


def _acp_ends(answer: dict[str, Any]) -> Callable[[AgentSession, Puppet], None]:
    def end(_session: AgentSession, puppet: Puppet) -> None:
        (prompt,) = puppet.asked("session/prompt")
        puppet.say(_line({"id": prompt, **answer}))

    return end


def _codex_ends(turn: dict[str, Any]) -> Callable[[AgentSession, Puppet], None]:
    def end(_session: AgentSession, puppet: Puppet) -> None:
        params = {"threadId": "thread", "turn": turn}
        puppet.say(_line({"method": "turn/completed", "params": params}))

    return end


def cases(
    said: st.SearchStrategy[bytes], ends: st.SearchStrategy[Callable[[AgentSession, Puppet], Any]]
) -> st.SearchStrategy[Case]:
    otherwise = st.sampled_from([_dies, _is_interrupted])
    decisions = st.lists(DECISIONS, min_size=6, max_size=6)
    return st.builds(Case, pieces(said), decisions, st.one_of(ends, ends, otherwise))


ACP_ENDS = st.one_of(
    acp_talk.END.map(lambda result: _acp_ends({"result": result})),
    acp_talk.ERROR.map(lambda error: _acp_ends({"error": error})),
)


@examples(150, nightly=20_000)
@given(cases(lines(acp_talk.MESSAGES), ACP_ENDS))
def test_no_message_of_an_agent_leaves_a_turn_open(case: Case):
    asyncio.run(play(case, AcpDialect, acp_talk.MANNERS))


@examples(150, nightly=20_000)
@given(cases(lines(codex_talk.MESSAGES), codex_talk.END.map(_codex_ends)))
def test_no_message_of_codex_leaves_a_turn_open(case: Case):
    asyncio.run(play(case, CodexDialect, codex_talk.MANNERS))
