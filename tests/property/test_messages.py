"""No message is lost: whatever is said and done in whatever order, each is one of four."""

import pytest
from hypothesis import given

from peon.domain.commands import SettleThread
from peon.domain.decide import decide
from peon.domain.model import Model
from peon.domain.project import project
from peon_protocol.events import (
    MessageQueued,
    MessageRemoved,
    MessageSteered,
    StoredEvent,
    TurnStarted,
)
from peon_protocol.ids import MessageId, ThreadId
from support.examples import examples
from support.given import SERVER, facts
from support.histories import Played, histories

pytestmark = pytest.mark.timeout(1800)  # The nightly run takes its time.


@examples(300, nightly=20_000)
@given(histories())
def test_every_message_waits_or_began_or_was_taken_or_was_removed(played: Played):
    fates = fates_in(played.log)
    for thread_id, thread in played.model.threads.items():
        of_thread = {each: fate for (owner, each), fate in fates.items() if owner == thread_id}
        assert set(of_thread) == {*thread.queue, *thread.past_messages}
        for message_id, fate in of_thread.items():
            assert len(fate) <= 1, f"{message_id} was {fate}"
            assert (message_id in thread.queue) == (fate == [])
            if fate and fate[0] == "removed":
                assert thread.past_messages[message_id] is None
            elif fate:
                assert thread.past_messages[message_id] in thread.turns


@examples(120, nightly=5_000)
@given(histories())
def test_a_restart_loses_no_message_and_begins_none(played: Played):
    waiting = {each: list(thread.queue) for each, thread in played.model.threads.items()}
    turns = {each: len(thread.turns) for each, thread in played.model.threads.items()}

    for thread_id in tuple(played.model.threads):
        decided = decide(SettleThread(thread_id, "restart"), played.model, facts(actor=SERVER))
        assert isinstance(decided, tuple)
        played.history.record(decided)

    for thread_id, thread in played.model.threads.items():
        assert list(thread.queue) == waiting[thread_id]
        assert len(thread.turns) == turns[thread_id]
        assert all(each.steering is None for each in thread.queue.values())


@examples(120, nightly=5_000)
@given(histories())
def test_messages_begin_in_the_order_of_the_queue_unless_one_is_sent_by_name(played: Played):
    model = Model()
    for stored in played.log:
        event = stored.payload
        if isinstance(event, TurnStarted) and event.message_id is not None:
            sent = (stored.command_digest or "").startswith("message/send:")
            queue = model.threads[event.thread_id].queue
            assert sent or next(iter(queue)) == event.message_id
        project(model, stored)


def fates_in(log: list[StoredEvent]) -> dict[tuple[ThreadId, MessageId], list[str]]:
    """What became of every message that was ever queued, read off the events alone."""
    fates: dict[tuple[ThreadId, MessageId], list[str]] = {}
    for stored in log:
        match stored.payload:
            case MessageQueued(thread_id=thread_id, message_id=message_id):
                fates.setdefault((thread_id, message_id), [])
            case MessageSteered(thread_id=thread_id, message_id=message_id):
                fates[thread_id, message_id].append("taken")
            case MessageRemoved(thread_id=thread_id, message_id=message_id):
                fates[thread_id, message_id].append("removed")
            case TurnStarted(thread_id=thread_id, message_id=message_id) if message_id is not None:
                fates[thread_id, message_id].append("began")
            case _:
                pass
    return fates
