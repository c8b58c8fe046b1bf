"""A provider speaks of its own turns, opens and closes sessions, and may bind itself."""

import pytest

from peon.domain.provider import AGENT_EXITED, HOST, goes_on_alone
from peon_protocol.commands import InterruptTurn
from peon_protocol.events import (
    OperationRequested,
    SessionClosed,
    SessionOpened,
    ThreadConfigured,
)
from peon_protocol.ids import ActionId, CheckpointId, OperationId, SessionId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ModeChanged,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.rejections import (
    ActionIdUsed,
    ActionNotFound,
    ProviderNotHost,
    ThreadNotFound,
    TurnNotInProgress,
)
from peon_protocol.values import (
    ItemKind,
    ItemStatus,
    Mode,
    SessionOrigin,
    StopReason,
    ToolKind,
    TurnEndOperation,
    TurnError,
    Usage,
)
from support.given import AGENT, FRESH, USER, Story, given
from support.story import (
    ASKED,
    EVERY_OPTION,
    NOBODY,
    SESSION,
    TALK,
    TOOL,
    TURN,
    a_running_turn,
    a_session,
    a_turn_started,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    moved,
    says,
    text,
    the_end_of,
    work_on,
)

NEEDING_A_TURN = [
    TextDelta(text="roses"),
    ReasoningDelta(text="roses?"),
    ToolCallUpdated(item_id=TOOL),
    PlanReplaced(entries=()),
    ActionRequested(
        action_id=ASKED, item_id=TOOL, kind=ToolKind.EDIT, title="Edit", options=EVERY_OPTION
    ),
    ActionWithdrawn(action_id=ASKED),
    UsageReported(usage=Usage()),
    TurnEnded(stop_reason=StopReason.END_TURN),
    ProviderError(code="internal", message="oh"),
]


def test_a_provider_speaks_of_a_thread_that_is_there():
    given().when(says(TextDelta(text="roses"))).refused(ThreadNotFound(TALK))
    given(an_idle_thread()).when(says(TextDelta(text="roses"), thread_id=NOBODY)).refused(
        ThreadNotFound(NOBODY)
    )


def test_a_client_does_not_speak_for_an_agent_of_the_server():
    given(a_running_turn()).when(says(TextDelta(text="roses")), by=USER).refused(
        ProviderNotHost(TALK, "script")
    )


def test_a_host_speaks_for_the_agent_it_runs_itself():
    given(a_running_turn(provider="host")).when(says(TextDelta(text="roses")), by=USER).then(
        text("t1-1", "roses")
    )


@pytest.mark.parametrize("event", NEEDING_A_TURN, ids=lambda event: event.TYPE)
@pytest.mark.parametrize(
    "no_turn",
    [
        pytest.param(an_idle_thread(), id="no turn yet"),
        pytest.param((*a_running_turn(), the_end_of()), id="turn over"),
        pytest.param((*a_running_turn(), an_ending()), id="agent has ended the turn"),
    ],
)
def test_what_comes_before_a_turn_or_after_its_end_is_refused(event: ProviderEvent, no_turn: Story):
    given(no_turn).when(says(event), by=AGENT).refused(TurnNotInProgress(TALK))


def test_an_action_id_is_used_once_in_a_thread():
    given(an_asking_turn()).when(
        says(
            ActionRequested(
                action_id=ASKED, item_id=TOOL, kind=ToolKind.EDIT, title="?", options=EVERY_OPTION
            )
        ),
        by=AGENT,
    ).refused(ActionIdUsed(ASKED))


def test_an_agent_withdraws_only_what_it_asked():
    given(an_asking_turn()).when(
        says(ActionWithdrawn(action_id=ActionId("other"))), by=AGENT
    ).refused(ActionNotFound(TALK, ActionId("other")))


def test_a_session_opens_before_any_turn():
    told = given(an_idle_thread())
    started = SessionStarted(
        session_id=SESSION,
        native_id="abc",
        agent_name="Script",
        agent_version="1.0",
        origin=SessionOrigin.RESUMED,
    )

    told.when(says(started), by=AGENT).then(
        SessionOpened(
            thread_id=TALK,
            session_id=SESSION,
            native_id="abc",
            provider="script",
            agent_name="Script",
            agent_version="1.0",
            origin=SessionOrigin.RESUMED,
        )
    ).reacts()

    session = told.thread().session
    assert session is not None
    assert (session.native_id, session.origin) == ("abc", SessionOrigin.RESUMED)


def test_an_orphaned_session_is_closed_when_the_next_one_opens():
    given(an_idle_thread(), a_session()).when(
        says(SessionStarted(session_id=SessionId("next"), native_id="native", agent_name="Script")),
        by=AGENT,
    ).then(
        SessionClosed(thread_id=TALK, session_id=SESSION, reason="replaced"),
        a_session(SessionId("next")),
    )


def test_a_session_that_ends_between_turns_harms_nothing():
    told = given(an_idle_thread(), a_session())

    told.when(says(SessionEnded(session_id=SESSION, reason="idle")), by=AGENT).then(
        SessionClosed(thread_id=TALK, session_id=SESSION, reason="idle")
    ).reacts()

    assert told.thread().session is None


def test_the_end_of_a_session_without_a_prompt_is_not_the_turn_s():
    given(a_running_turn(), a_session()).when(
        says(SessionEnded(session_id=SESSION, reason="did not stop when asked to", idle=True)),
        by=AGENT,
    ).then(SessionClosed(thread_id=TALK, session_id=SESSION, reason="did not stop when asked to"))


def test_an_agent_that_dies_while_it_works_fails_its_turn():
    failing = TurnEndOperation(CheckpointId(FRESH), error=TurnError(AGENT_EXITED, "out of memory"))
    given(a_running_turn(), a_session(), text("t1-1", "I was")).when(
        says(SessionEnded(session_id=SESSION, reason="exited", detail="out of memory")), by=AGENT
    ).then(
        SessionClosed(thread_id=TALK, session_id=SESSION, reason="exited", detail="out of memory"),
        moved("t1-1", ItemStatus.CANCELLED, kind=ItemKind.MESSAGE),
        OperationRequested(
            thread_id=TALK, turn_id=TURN, operation_id=OperationId(FRESH), operation=failing
        ),
    ).reacts(work_on(failing, turn_id=TURN))


@pytest.mark.parametrize(
    "begun", [a_running_turn(), (*an_idle_thread(), a_turn_started())], ids=["prompted", "before"]
)
def test_an_agent_that_dies_when_told_to_stop_has_stopped(begun: Story):
    given(begun, a_session(), InterruptTurn(thread_id=TALK)).when(
        says(SessionEnded(session_id=SESSION, reason="killed")), by=AGENT
    ).then(
        SessionClosed(thread_id=TALK, session_id=SESSION, reason="killed"),
        OperationRequested(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=OperationId(FRESH),
            operation=TurnEndOperation(CheckpointId(FRESH), StopReason.CANCELLED),
        ),
    )


def test_an_agent_that_dies_before_its_prompt_leaves_the_turn_to_the_next_one():
    given(an_idle_thread(), a_session(), a_turn_started()).when(
        says(SessionEnded(session_id=SESSION, reason="idle")), by=AGENT
    ).then(SessionClosed(thread_id=TALK, session_id=SESSION, reason="idle"))


def test_an_agent_that_goes_after_its_last_word_does_not_change_the_turn_s_outcome():
    given(a_running_turn(), a_session(), an_ending()).when(
        says(SessionEnded(session_id=SESSION, reason="done")), by=AGENT
    ).then(SessionClosed(thread_id=TALK, session_id=SESSION, reason="done"))


def test_the_end_of_a_session_the_thread_does_not_have_says_nothing():
    ended = says(SessionEnded(session_id=SessionId("old"), reason="killed"))

    given(a_running_turn(), a_session()).when(ended, by=AGENT).nothing()
    given(a_running_turn()).when(ended, by=AGENT).nothing()


def test_an_agent_may_bind_itself():
    given(an_idle_thread(mode=Mode.FULL)).when(says(ModeChanged(mode=Mode.PLAN)), by=AGENT).then(
        ThreadConfigured(thread_id=TALK, mode=Mode.PLAN)
    )


@pytest.mark.parametrize("mode", [Mode.ASK, Mode.EDITS, Mode.FULL])
def test_an_agent_never_frees_itself(mode: Mode):
    given(an_idle_thread(mode=Mode.ASK)).when(says(ModeChanged(mode=mode)), by=AGENT).nothing()


def test_a_turn_in_a_narrower_mode_does_not_bind_its_thread():
    planning = (*an_idle_thread(mode=Mode.EDITS), a_turn_started(mode=Mode.PLAN))
    given(planning).when(says(ModeChanged(mode=Mode.PLAN)), by=AGENT).nothing()


def test_a_turn_in_a_wider_mode_does_not_free_its_thread():
    trusted = (*an_idle_thread(mode=Mode.PLAN), a_turn_started(mode=Mode.FULL))
    given(trusted).when(says(ModeChanged(mode=Mode.EDITS)), by=AGENT).nothing()


@pytest.mark.parametrize(
    "story,alone",
    [
        (a_running_turn(), True),
        (an_asking_turn(), False),
        (a_running_turn(provider=HOST), False),
        ((*a_running_turn(provider=HOST), an_ending()), True),
    ],
    ids=["an agent of ours", "one that waits for an answer", "a host's", "a host's that has ended"],
)
def test_what_goes_on_though_no_client_is_attached(story: Story, *, alone: bool):
    assert goes_on_alone(given(story).thread()) is alone
