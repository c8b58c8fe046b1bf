"""An action is answered once: by a user, by its agent, or by nobody any more."""

import pytest

from peon.domain.actions import TURN_END
from peon.domain.effects import ToolCallClosed, ToolCallOpened
from peon_protocol.commands import ApprovePendingAction, InterruptTurn, RejectPendingAction
from peon_protocol.events import ActionResolved
from peon_protocol.ids import ActionId
from peon_protocol.provider_events import ActionWithdrawn
from peon_protocol.rejections import (
    ActionAlreadyResolved,
    ActionHasNoSuchOption,
    ActionNotFound,
    ThreadNotAwaitingApproval,
    ThreadNotFound,
)
from peon_protocol.values import (
    ActionOption,
    Actor,
    ActorKind,
    Decider,
    DeciderKind,
    Decision,
    ItemStatus,
    OptionKind,
    Scope,
    ThreadStatus,
)
from support.given import AGENT, Story, given
from support.story import (
    ALLOW,
    ASKED,
    REJECT,
    TALK,
    TOOL,
    TURN,
    a_running_turn,
    a_withdrawal,
    an_action,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    moved,
    says,
    the_end_of,
    told_to_the_agent,
)

NEOVIM = Actor(ActorKind.CLIENT, "neovim")
BY_VSCODE = Decider(DeciderKind.USER, "vscode")
BY_AGENT = Decider(DeciderKind.AGENT, "script")
UNKNOWN = ActionId("unknown")


def test_approving_tells_the_agent_once_and_lets_the_tool_run():
    told = given(an_asking_turn())

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED)).then(
        ActionResolved(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            decision=Decision.APPROVED,
            by=BY_VSCODE,
            option_id=ALLOW.option_id,
            scope=Scope.ONCE,
        ),
        moved(TOOL, ItemStatus.RUNNING),
    ).reacts(
        told_to_the_agent(ALLOW.option_id, approved=True),
        ToolCallOpened(thread_id=TALK, turn_id=TURN, item_id=TOOL),
    )

    assert told.thread().status is ThreadStatus.RUNNING


def test_the_first_answer_wins_and_says_who_gave_it():
    told = given(an_asking_turn())
    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED)).then_it_is(
        "action.resolved", "item.recorded"
    )
    settled = ActionAlreadyResolved(ASKED, Decision.APPROVED, BY_VSCODE)

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED), by=NEOVIM).refused(settled)
    told.when(RejectPendingAction(thread_id=TALK, action_id=ASKED), by=NEOVIM).refused(settled)
    assert "by vscode" in settled.message


def test_an_action_of_a_turn_that_is_over_was_settled_with_it():
    told = given(an_asking_turn(), InterruptTurn(thread_id=TALK), the_end_of())
    settled = ActionAlreadyResolved(ASKED, Decision.WITHDRAWN, TURN_END)

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED)).refused(settled)
    told.when(RejectPendingAction(thread_id=TALK, action_id=ASKED)).refused(settled)


@pytest.mark.parametrize(
    "not_awaiting",
    [
        pytest.param(an_idle_thread(), id="idle"),
        pytest.param(a_running_turn(), id="running"),
        pytest.param((*a_running_turn(), an_ending()), id="taking its closing checkpoint"),
        pytest.param((*a_running_turn(), the_end_of()), id="idle again"),
    ],
)
def test_nothing_is_approved_or_rejected_where_nothing_was_asked(not_awaiting: Story):
    told = given(not_awaiting)

    told.when(ApprovePendingAction(thread_id=TALK, action_id=UNKNOWN)).refused(
        ThreadNotAwaitingApproval(TALK)
    )
    told.when(RejectPendingAction(thread_id=TALK, action_id=UNKNOWN)).refused(
        ThreadNotAwaitingApproval(TALK)
    )


def test_an_action_is_found_or_not():
    told = given(an_asking_turn())

    told.when(ApprovePendingAction(thread_id=TALK, action_id=UNKNOWN)).refused(
        ActionNotFound(TALK, UNKNOWN)
    )
    told.when(RejectPendingAction(thread_id=TALK, action_id=UNKNOWN)).refused(
        ActionNotFound(TALK, UNKNOWN)
    )


def test_answers_need_a_thread():
    given().when(ApprovePendingAction(thread_id=TALK, action_id=ASKED)).refused(
        ThreadNotFound(TALK)
    )
    given().when(RejectPendingAction(thread_id=TALK, action_id=ASKED)).refused(ThreadNotFound(TALK))


def test_leave_for_once_is_not_stretched_to_leave_for_ever():
    forever = ActionOption("ever", "Always allow", OptionKind.ALLOW_ALWAYS)
    given(an_asking_turn(options=(forever, REJECT))).when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED)
    ).refused(ActionHasNoSuchOption(ASKED))


def test_rejecting_fails_the_tool_call_and_the_turn_goes_on():
    told = given(an_asking_turn())

    told.when(RejectPendingAction(thread_id=TALK, action_id=ASKED, reason="not the roses")).then(
        ActionResolved(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            decision=Decision.REJECTED,
            by=BY_VSCODE,
            option_id=REJECT.option_id,
            reason="not the roses",
        ),
        moved(TOOL, ItemStatus.FAILED),
    ).reacts(
        told_to_the_agent(REJECT.option_id, approved=False),
        ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL),
    )

    assert told.thread().current == TURN


def test_without_an_option_to_reject_the_request_is_cancelled():
    given(an_asking_turn(options=(ALLOW,))).when(
        RejectPendingAction(thread_id=TALK, action_id=ASKED)
    ).then(
        ActionResolved(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            decision=Decision.REJECTED,
            by=BY_VSCODE,
        ),
        moved(TOOL, ItemStatus.FAILED),
    ).reacts(
        told_to_the_agent(None, approved=False),
        ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL),
    )


def test_an_agent_that_no_longer_waits_is_not_answered():
    told = given(an_asking_turn())

    told.when(says(ActionWithdrawn(action_id=ASKED)), by=AGENT).then(
        a_withdrawal(by=BY_AGENT),
        moved(TOOL, ItemStatus.CANCELLED),
    ).reacts(ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL))

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED)).refused(
        ActionAlreadyResolved(ASKED, Decision.WITHDRAWN, BY_AGENT)
    )


def test_what_is_settled_is_not_withdrawn():
    given(an_asking_turn(), ApprovePendingAction(thread_id=TALK, action_id=ASKED)).when(
        says(ActionWithdrawn(action_id=ASKED)), by=AGENT
    ).nothing()


def test_the_thread_awaits_approval_until_the_last_action_is_settled():
    second = ActionId("second")
    told = given(an_asking_turn(), an_action(second))

    told.and_then(ApprovePendingAction(thread_id=TALK, action_id=ASKED))
    assert told.thread().status is ThreadStatus.AWAITING_APPROVAL

    told.and_then(RejectPendingAction(thread_id=TALK, action_id=second))
    assert told.thread().status is ThreadStatus.RUNNING
