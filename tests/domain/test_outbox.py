"""The outbox holds the work that is wanted and not settled: a fold of the log like all the rest."""

import pytest

from peon.domain.commands import (
    CheckpointTaken,
    CommitMade,
    RecordOperation,
    RecordTurnCheckpoint,
    WorkFailed,
)
from peon_protocol.commands import (
    ApprovePendingAction,
    CommitChanges,
    ConfigureThread,
    DeleteThread,
    InterruptTurn,
    StartTurn,
)
from peon_protocol.events import Event, ProjectDeleted
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import TextDelta, ToolCallUpdated, TurnEnded
from peon_protocol.values import ItemStatus, StopReason
from support.given import Given, Story, given
from support.story import (
    ASKED,
    GARDEN,
    OTHER,
    PROMPT,
    SNAPSHOT,
    TALK,
    TOOL,
    TURN,
    WORK,
    a_running_turn,
    a_session,
    a_thread,
    a_tool_call,
    a_turn_started,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    its_first_checkpoint,
    says,
    the_end_of,
)

LATE = WorkFailed("checkpoint.tooLate", "took more than 2 s")


def wanted(told: Given) -> list[str]:
    """What the outbox holds for the thread, by name."""
    return list(told.model.outbox.get(TALK, {}))


def test_a_turn_wants_its_first_checkpoint_then_its_prompt_then_nothing():
    told = given(an_idle_thread())
    assert wanted(told) == []

    told.and_then(StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TURN))
    assert wanted(told) == ["capture:turn"]

    told.and_then(RecordTurnCheckpoint(TALK, TURN, CheckpointTaken(SNAPSHOT)))
    assert wanted(told) == ["prompt:turn"]

    told.and_then(says(TurnEnded(stop_reason=StopReason.END_TURN)))
    operation = told.thread().operation
    assert operation is not None
    assert wanted(told) == ["prompt:turn", f"operation:{operation.operation_id}"]

    told.and_then(RecordOperation(TALK, operation.operation_id, CheckpointTaken(SNAPSHOT)))
    assert told.model.outbox == {}


def test_a_first_checkpoint_that_failed_is_settled():
    told = given(an_idle_thread(), a_turn_started())

    told.and_then(RecordTurnCheckpoint(TALK, TURN, LATE))

    assert wanted(told) == ["prompt:turn"]


def test_an_interruption_and_an_answer_are_wanted_until_the_turn_ends():
    told = given(an_asking_turn(), ApprovePendingAction(thread_id=TALK, action_id=ASKED))
    assert wanted(told) == ["prompt:turn", "answer:asked"]

    told.and_then(InterruptTurn(thread_id=TALK))
    assert wanted(told) == ["prompt:turn", "answer:asked", "interrupt:turn"]

    told.and_then(the_end_of())
    assert told.model.outbox == {}


@pytest.mark.parametrize("outcome", [CommitMade("c0ffee", "main"), LATE], ids=["done", "failed"])
def test_an_operation_is_wanted_until_its_outcome_is_there(outcome: CommitMade | WorkFailed):
    told = given(an_idle_thread(), CommitChanges(thread_id=TALK, message="roses"))
    operation = told.thread().operation
    assert operation is not None
    assert wanted(told) == [f"operation:{operation.operation_id}"]

    told.and_then(RecordOperation(TALK, operation.operation_id, outcome))

    assert told.model.outbox == {}


def test_one_thread_s_outbox_is_nothing_to_another():
    told = given(a_running_turn(), a_thread(OTHER), an_operation(thread_id=OTHER))

    told.and_then(the_end_of())

    assert wanted(told) == []
    assert list(told.model.outbox) == [OTHER]


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param(ConfigureThread(thread_id=TALK, archived=True), id="closing a session"),
        pytest.param(DeleteThread(thread_id=TALK), id="deleting a thread"),
    ],
)
def test_what_is_told_once_is_not_kept(passing: ConfigureThread | DeleteThread):
    told = given(an_idle_thread(), a_session(), passing)

    assert told.model.outbox == {}


def test_what_a_tool_or_a_text_does_is_not_kept():
    told = given(
        a_running_turn(),
        a_tool_call(),
        says(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED)),
        says(TextDelta(text="done", item_id=ItemId("m"))),
    )

    assert wanted(told) == ["prompt:turn"]


def test_the_outbox_of_a_deleted_project_is_empty():
    told = given(a_running_turn(), an_ending(), ProjectDeleted(project_id=GARDEN))

    assert told.model.outbox == {}


AT_WORK: list[tuple[str, Story, bool]] = [
    ("idle", an_idle_thread(), False),
    ("before its prompt", (*an_idle_thread(), a_turn_started()), True),
    ("running", a_running_turn(), True),
    ("awaiting approval", an_asking_turn(), True),
    ("taking its closing checkpoint", (*a_running_turn(), an_ending()), True),
    ("turn over", (*a_running_turn(), the_end_of()), False),
    ("operation under way", (*an_idle_thread(), an_operation()), True),
    (
        "operation done",
        (*an_idle_thread(), an_operation(), RecordOperation(TALK, WORK, LATE)),
        False,
    ),
]


@pytest.mark.parametrize("name, story, busy", AT_WORK, ids=[each[0] for each in AT_WORK])
def test_a_thread_is_busy_while_a_turn_or_an_operation_is_under_way(
    name: str,
    story: Story,
    busy: bool,  # noqa: FBT001 (a table's column)
):
    assert (TALK in given(story).model.busy) is busy


def test_a_prompt_is_due_only_to_the_turn_in_progress():
    late: Event = its_first_checkpoint()
    told = given(an_idle_thread(), a_turn_started(), the_end_of())

    told.and_then(late)

    assert wanted(told) == []
