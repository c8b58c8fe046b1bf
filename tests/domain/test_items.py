"""What an agent does in a turn becomes items: texts grow, tool calls and plans change."""

import pytest

from peon.domain.commands import RecordText
from peon.domain.effects import ToolCallClosed, ToolCallOpened
from peon_protocol.events import (
    ItemRecorded,
)
from peon_protocol.ids import ItemId, TurnId
from peon_protocol.provider_events import (
    PlanReplaced,
    ReasoningDelta,
    TextDelta,
    ToolCallUpdated,
    UsageReported,
)
from peon_protocol.values import (
    FileEdit,
    ItemKind,
    ItemPatch,
    ItemStatus,
    Location,
    PlanEntry,
    TextAppend,
    TextContent,
    ToolKind,
    Usage,
)
from support.given import AGENT, Story, given
from support.story import (
    TALK,
    TOOL,
    TURN,
    a_running_turn,
    a_tool_call,
    a_turn_started,
    an_ending,
    moved,
    says,
    text,
    the_end_of,
)


def test_text_without_a_name_grows_the_message_that_is_open():
    given(a_running_turn(), text("t1-1", "red ")).when(
        says(TextDelta(text="roses")), by=AGENT
    ).then(text("t1-1", "roses", offset=4))


def test_text_offsets_count_bytes_of_utf_8():
    told = given(a_running_turn(), says(TextDelta(text="Blüte ")), says(TextDelta(text="🌹")))

    told.when(says(TextDelta(text="!")), by=AGENT).then(
        ItemRecorded(
            thread_id=TALK,
            turn_id=TURN,
            item_id=ItemId("t1-1"),
            kind=ItemKind.MESSAGE,
            status=ItemStatus.STREAMING,
            append=TextAppend(offset=11, end=12, text="!"),
        )
    )

    item = told.thread().turns[TURN].items[ItemId("t1-1")]
    assert item.text == "Blüte 🌹!"
    assert item.length == len(item.text.encode())


def test_empty_text_is_nothing():
    given(a_running_turn()).when(says(TextDelta(text="")), by=AGENT).nothing()
    given(a_running_turn()).when(says(ReasoningDelta(text="")), by=AGENT).nothing()


def test_text_goes_to_the_item_it_names():
    given(a_running_turn()).when(says(TextDelta(text="roses", item_id=ItemId("m"))), by=AGENT).then(
        text("m", "roses")
    )


def test_reasoning_closes_the_message_before_it_and_is_an_item_of_its_own():
    given(a_running_turn(), text("t1-1", "roses")).when(
        says(ReasoningDelta(text="red?")), by=AGENT
    ).then(
        moved("t1-1", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        text("t1-2", "red?", kind=ItemKind.REASONING),
    )


def test_text_for_an_item_that_is_closed_opens_another():
    closed = text("m", "roses", status=ItemStatus.COMPLETED)
    given(a_running_turn(), closed).when(
        says(TextDelta(text="again", item_id=ItemId("m"))), by=AGENT
    ).then(text("t1-2", "again"))


def test_text_for_an_item_that_is_no_text_opens_another():
    given(a_running_turn(), a_tool_call()).when(
        says(TextDelta(text="done", item_id=TOOL)), by=AGENT
    ).then(text("t1-2", "done"))


def test_a_new_item_never_takes_a_name_an_agent_gave():
    given(a_running_turn(), text("t1-2", "roses", status=ItemStatus.COMPLETED)).when(
        says(TextDelta(text="tulips")), by=AGENT
    ).then(text("t1-3", "tulips"))


def test_text_that_was_held_back_is_recorded_in_one_piece():
    told = given(a_running_turn(), text("t1-1", "red "))

    told.when(
        RecordText(TALK, TURN, ItemId("t1-1"), ItemKind.MESSAGE, "roses", complete=False)
    ).then(text("t1-1", "roses", offset=4))
    told.when(
        RecordText(TALK, TURN, ItemId("t1-1"), ItemKind.MESSAGE, " bloom", complete=True)
    ).then(text("t1-1", " bloom", offset=9, status=ItemStatus.COMPLETED))


def test_text_that_was_held_back_keeps_out_of_what_is_closed_or_no_text():
    closed = text("m", "roses", status=ItemStatus.COMPLETED)
    told = given(a_running_turn(), closed, a_tool_call())

    told.when(RecordText(TALK, TURN, ItemId("m"), ItemKind.MESSAGE, "late", complete=True)).then(
        text("t1-3", "late", status=ItemStatus.COMPLETED)
    )
    told.when(RecordText(TALK, TURN, TOOL, ItemKind.REASONING, "hm", complete=True)).then(
        text("t1-4", "hm", kind=ItemKind.REASONING, status=ItemStatus.COMPLETED)
    )
    told.when(RecordText(TALK, TURN, TOOL, ItemKind.MESSAGE, "", complete=True)).nothing()


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param((), id="thread gone"),
        pytest.param((*a_running_turn(), the_end_of()), id="turn over"),
        pytest.param((*a_running_turn(), an_ending()), id="agent has ended the turn"),
        pytest.param(
            (*a_running_turn(), the_end_of(), a_turn_started(TurnId("next"), number=2)),
            id="another turn",
        ),
    ],
)
def test_text_that_was_held_back_for_too_long_has_no_place(gone: Story):
    given(gone).when(
        RecordText(TALK, TURN, ItemId("t1-1"), ItemKind.MESSAGE, "roses", complete=False)
    ).nothing()


def test_the_first_mention_of_a_tool_call_makes_it_and_closes_the_text_before():
    given(a_running_turn(), text("t1-1", "I look.")).when(
        says(ToolCallUpdated(item_id=TOOL, title="Read roses.txt", kind=ToolKind.READ)), by=AGENT
    ).then(
        moved("t1-1", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        ItemRecorded(
            thread_id=TALK,
            turn_id=TURN,
            item_id=TOOL,
            kind=ItemKind.TOOL_CALL,
            status=ItemStatus.RUNNING,
            patch=ItemPatch(title="Read roses.txt", tool_kind=ToolKind.READ),
        ),
    ).reacts()


def test_a_tool_call_changes_piece_by_piece():
    edit = FileEdit("roses.txt", "red", old_text="white")
    told = given(
        a_running_turn(),
        a_tool_call(ItemStatus.STREAMING),
        says(ToolCallUpdated(item_id=TOOL, input={"path": "roses.txt"})),
        says(ToolCallUpdated(item_id=TOOL, summary="1 line", content=(TextContent("ok"),))),
        says(ToolCallUpdated(item_id=TOOL, edits=(edit,), locations=(Location("roses.txt", 3),))),
        says(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED)),
    )

    item = told.thread().turns[TURN].items[TOOL]
    assert (item.title, item.tool_kind, item.summary) == ("Edit roses.txt", ToolKind.EDIT, "1 line")
    assert (item.input, item.content) == ({"path": "roses.txt"}, (TextContent("ok"),))
    assert (item.edits, item.locations) == ((edit,), (Location("roses.txt", 3),))
    assert item.status is ItemStatus.COMPLETED


def test_an_update_that_says_nothing_new_is_nothing():
    told = given(a_running_turn(), a_tool_call())

    told.when(says(ToolCallUpdated(item_id=TOOL)), by=AGENT).nothing()
    told.when(says(ToolCallUpdated(item_id=TOOL, status=ItemStatus.RUNNING)), by=AGENT).nothing()


def test_a_closed_tool_call_stays_closed_though_its_contents_may_be_filled_in():
    told = given(a_running_turn(), a_tool_call(ItemStatus.FAILED))

    told.when(says(ToolCallUpdated(item_id=TOOL, status=ItemStatus.RUNNING)), by=AGENT).nothing()
    told.when(
        says(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED, summary="late")), by=AGENT
    ).then(
        ItemRecorded(
            thread_id=TALK,
            turn_id=TURN,
            item_id=TOOL,
            kind=ItemKind.TOOL_CALL,
            status=ItemStatus.FAILED,
            patch=ItemPatch(summary="late"),
        )
    )


def test_a_text_is_not_made_a_tool_call():
    given(a_running_turn(), text("m", "roses")).when(
        says(ToolCallUpdated(item_id=ItemId("m"), title="?")), by=AGENT
    ).nothing()


@pytest.mark.parametrize("kind", [ToolKind.EDIT, ToolKind.EXECUTE, ToolKind.OTHER, None])
def test_a_tool_that_may_change_files_is_watched_while_it_works(kind: ToolKind | None):
    told = given(a_running_turn())

    told.when(says(ToolCallUpdated(item_id=TOOL, kind=kind)), by=AGENT).then_it_is(
        "item.recorded"
    ).reacts(ToolCallOpened(thread_id=TALK, turn_id=TURN, item_id=TOOL))
    told.when(
        says(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED)), by=AGENT
    ).then_it_is("item.recorded").reacts(ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL))


@pytest.mark.parametrize("kind", [ToolKind.READ, ToolKind.SEARCH, ToolKind.THINK, ToolKind.FETCH])
def test_a_tool_that_only_looks_is_not_watched(kind: ToolKind):
    given(a_running_turn()).when(says(ToolCallUpdated(item_id=TOOL, kind=kind)), by=AGENT).then(
        ItemRecorded(
            thread_id=TALK,
            turn_id=TURN,
            item_id=TOOL,
            kind=ItemKind.TOOL_CALL,
            status=ItemStatus.RUNNING,
            patch=ItemPatch(tool_kind=kind),
        )
    ).reacts()


def test_a_turn_has_one_plan_which_is_replaced_whole():
    dig, plant = PlanEntry("dig"), PlanEntry("plant")
    told = given(a_running_turn(), text("t1-1", "My plan:"))

    told.when(says(PlanReplaced(entries=(dig, plant))), by=AGENT).then(
        moved("t1-1", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        a_plan("t1-2", dig, plant),
    )
    told.when(says(PlanReplaced(entries=(plant,))), by=AGENT).then(a_plan("t1-2", plant))

    assert told.thread().turns[TURN].items[ItemId("t1-2")].entries == (plant,)


def test_a_plan_is_not_put_in_the_place_of_a_tool_call():
    named_alike = says(ToolCallUpdated(item_id=ItemId("t1-2"), kind=ToolKind.READ))
    given(a_running_turn(), named_alike).when(says(PlanReplaced(entries=())), by=AGENT).then(
        a_plan("t1-3")
    )


def test_usage_during_a_turn_is_recorded_with_its_end():
    given(a_running_turn()).when(says(UsageReported(usage=Usage(3))), by=AGENT).nothing()


def a_plan(item_id: str, *entries: PlanEntry) -> ItemRecorded:
    return ItemRecorded(
        thread_id=TALK,
        turn_id=TURN,
        item_id=ItemId(item_id),
        kind=ItemKind.PLAN,
        status=ItemStatus.RUNNING,
        patch=ItemPatch(entries=entries),
    )
