"""An agent asks, and the mode of its turn answers, or leaves the answer to the user."""

import pytest

from peon.domain.actions import by_mode
from peon.domain.effects import ToolCallClosed, ToolCallOpened
from peon.domain.patterns import wish
from peon_protocol.commands import InterruptTurn
from peon_protocol.events import ActionResolved, Event
from peon_protocol.ids import ActionId
from peon_protocol.provider_events import ActionRequested
from peon_protocol.values import (
    ActionOption,
    Actor,
    ActorKind,
    Decider,
    DeciderKind,
    Decision,
    ItemKind,
    ItemStatus,
    Mode,
    OptionKind,
    RuleVerdict,
    Scope,
    ThreadStatus,
    ToolKind,
)
from support.given import AGENT, given
from support.story import (
    ALLOW,
    ASKED,
    EVERY_OPTION,
    REJECT,
    TALK,
    TOOL,
    TURN,
    a_running_turn,
    a_tool_call,
    a_withdrawal,
    an_action,
    an_idle_thread,
    moved,
    says,
    text,
    told_to_the_agent,
)

NEOVIM = Actor(ActorKind.CLIENT, "neovim")
BY_VSCODE = Decider(DeciderKind.USER, "vscode")
BY_AGENT = Decider(DeciderKind.AGENT, "script")
UNKNOWN = ActionId("unknown")


def test_an_action_about_a_new_tool_call_makes_the_tool_call():
    given(a_running_turn(), text("t1-1", "I edit.")).when(
        says(a_request(title="Edit roses.txt")), by=AGENT
    ).then(
        moved("t1-1", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        a_tool_call(ItemStatus.AWAITING_APPROVAL),
        an_action(),
    ).reacts()


def test_an_action_about_a_known_tool_call_makes_it_wait():
    given(a_running_turn(), a_tool_call()).when(says(a_request()), by=AGENT).then(
        moved(TOOL, ItemStatus.AWAITING_APPROVAL), an_action()
    )


def test_an_action_about_a_closed_tool_call_does_not_open_it_again():
    free = a_running_turn(mode=Mode.FULL)
    closed = a_tool_call(ItemStatus.COMPLETED)

    given(a_running_turn(), closed).when(says(a_request()), by=AGENT).then(an_action())
    given(free, closed).when(says(a_request()), by=AGENT).then(an_action(), allowed_by(Mode.FULL))


def test_an_action_about_a_text_leaves_the_text_alone():
    given(a_running_turn(mode=Mode.FULL), text(TOOL, "May I?")).when(
        says(a_request()), by=AGENT
    ).then(an_action(), allowed_by(Mode.FULL))


def test_what_is_asked_after_an_interruption_is_withdrawn_at_once():
    given(a_running_turn(mode=Mode.FULL), InterruptTurn(thread_id=TALK)).when(
        says(a_request()), by=AGENT
    ).then(
        a_tool_call(ItemStatus.AWAITING_APPROVAL),
        an_action(),
        a_withdrawal(),
        moved(TOOL, ItemStatus.CANCELLED),
    ).reacts(
        told_to_the_agent(None, approved=None),
        ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL),
    )


def test_a_mode_may_allow_at_once():
    given(a_running_turn(mode=Mode.EDITS)).when(
        says(a_request(paths=("roses.txt",))), by=AGENT
    ).then(
        a_tool_call(ItemStatus.AWAITING_APPROVAL),
        an_action(paths=("roses.txt",), scopes=tuple(Scope)),
        allowed_by(Mode.EDITS),
        moved(TOOL, ItemStatus.RUNNING),
    ).reacts(
        told_to_the_agent(ALLOW.option_id, approved=True),
        ToolCallOpened(thread_id=TALK, turn_id=TURN, item_id=TOOL),
    )


def test_a_mode_may_refuse_at_once():
    given(a_running_turn(mode=Mode.PLAN)).when(says(a_request()), by=AGENT).then(
        a_tool_call(ItemStatus.AWAITING_APPROVAL),
        an_action(),
        ActionResolved(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            decision=Decision.REJECTED,
            by=Decider(DeciderKind.MODE, "plan"),
            option_id=REJECT.option_id,
        ),
        moved(TOOL, ItemStatus.FAILED),
    )


def test_a_mode_refuses_also_where_the_agent_offers_no_option_to_reject():
    told = given(a_running_turn(mode=Mode.PLAN))

    told.when(says(a_request(options=(ALLOW,))), by=AGENT).then_it_is(
        "item.recorded", "action.requested", "action.resolved", "item.recorded"
    )

    assert told.thread().actions[ASKED].decision is Decision.REJECTED


def test_a_mode_does_not_choose_leave_for_ever_so_the_user_is_asked():
    forever = ActionOption("ever", "Always allow", OptionKind.ALLOW_ALWAYS)
    told = given(a_running_turn(mode=Mode.FULL))

    told.when(says(a_request(options=(forever, REJECT))), by=AGENT).then_it_is(
        "item.recorded", "action.requested"
    )

    assert told.thread().status is ThreadStatus.AWAITING_APPROVAL


def test_an_edit_outside_the_workspace_asks_in_mode_edits():
    given(a_running_turn(mode=Mode.EDITS)).when(
        says(a_request(paths=("/etc/hosts",))), by=AGENT, outside=True
    ).then_it_is("item.recorded", "action.requested")


def test_an_edit_that_names_no_path_asks_in_mode_edits():
    given(a_running_turn(mode=Mode.EDITS)).when(says(a_request(paths=())), by=AGENT).then_it_is(
        "item.recorded", "action.requested"
    )


def test_the_mode_that_counts_is_the_turn_s():
    told = given(an_idle_thread(mode=Mode.FULL), a_running_turn(mode=Mode.ASK)[2:])

    told.when(says(a_request()), by=AGENT).then_it_is("item.recorded", "action.requested")


VERDICTS = """
    kind         plan   ask   edits,inside   edits,outside   full
    read         ask    ask   ask            ask             allow
    search       ask    ask   ask            ask             allow
    think        ask    ask   ask            ask             allow
    fetch        ask    ask   ask            ask             allow
    switchMode   ask    ask   ask            ask             allow
    edit         deny   ask   allow          ask             allow
    delete       deny   ask   allow          ask             allow
    move         deny   ask   allow          ask             allow
    execute      deny   ask   ask            ask             allow
    other        deny   ask   ask            ask             allow
    question     ask    ask   ask            ask             ask
"""
COLUMNS, *ROWS = [line.split() for line in VERDICTS.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_each_mode_says_of_each_kind_of_tool(row: list[str]):
    kind, *answers = row
    for column, answer in zip(COLUMNS[1:], answers, strict=True):
        mode, _, where = column.partition(",")
        for inside in {"inside": (True,), "outside": (False,)}.get(where, (True, False)):
            wanted = wish(ToolKind(kind), ("roses.txt",) if inside else (), None)
            assert by_mode(Mode(mode), wanted) is RuleVerdict[answer.upper()], (mode, inside)


def test_the_table_of_verdicts_is_complete():
    assert {row[0] for row in ROWS} == set(ToolKind)
    assert {column.partition(",")[0] for column in COLUMNS[1:]} == set(Mode)


def a_request(
    *,
    title: str = "Edit roses.txt",
    paths: tuple[str, ...] = (),
    options: tuple[ActionOption, ...] = EVERY_OPTION,
) -> ActionRequested:
    return ActionRequested(
        action_id=ASKED,
        item_id=TOOL,
        kind=ToolKind.EDIT,
        title=title,
        options=options,
        paths=paths,
    )


def allowed_by(mode: Mode) -> Event:
    return ActionResolved(
        thread_id=TALK,
        turn_id=TURN,
        action_id=ASKED,
        decision=Decision.APPROVED,
        by=Decider(DeciderKind.MODE, mode.value),
        option_id=ALLOW.option_id,
        scope=Scope.ONCE,
    )
