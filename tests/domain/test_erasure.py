"""What a deleted thread held can be erased; what is left of its events folds to the same model."""

import attrs

from peon.domain.commands import RecordErasure
from peon.domain.model import Deletion, Model
from peon.domain.project import project
from peon_protocol.commands import CreateThread, DeleteThread
from peon_protocol.events import EventErased, StoredEvent, ThreadErased
from peon_protocol.ids import StreamId, ThreadId
from peon_protocol.rejections import ThreadIdUsed
from peon_protocol.values import ErasureReason
from support.given import encoded, given
from support.story import (
    GARDEN,
    NOBODY,
    OTHER,
    TALK,
    a_checkpoint,
    a_running_turn,
    a_thread,
    an_idle_thread,
    the_end_of,
)


def test_a_deleted_thread_is_erased_once():
    told = given(an_idle_thread(), DeleteThread(thread_id=TALK))

    told.when(RecordErasure((TALK,))).then(ThreadErased(thread_id=TALK)).reacts()
    told.when(RecordErasure((TALK,))).nothing()


def test_only_what_is_deleted_is_erased():
    told = given(an_idle_thread(), a_thread(OTHER), DeleteThread(thread_id=OTHER))

    told.when(RecordErasure((TALK, OTHER, NOBODY))).then(ThreadErased(thread_id=OTHER))

    assert list(told.model.threads) == [TALK]


def test_deleted_threads_are_known_by_when_they_were_deleted_until_they_are_erased():
    told = given(an_idle_thread(), a_thread(OTHER))
    told.and_then(DeleteThread(thread_id=OTHER), DeleteThread(thread_id=TALK))
    moment = told.history.log[-1].occurred_at

    assert list(told.model.deleted.items()) == [
        (OTHER, Deletion(moment, 4)),
        (TALK, Deletion(moment, 5)),
    ]

    told.and_then(RecordErasure((OTHER,)))
    assert list(told.model.deleted) == [TALK]


def test_the_id_of_an_erased_thread_is_still_used():
    told = given(an_idle_thread(), DeleteThread(thread_id=TALK), RecordErasure((TALK,)))

    told.when(CreateThread(project_id=GARDEN, thread_id=TALK)).refused(ThreadIdUsed(TALK))


def test_a_log_with_erased_events_folds_to_the_same_model():
    told = given(
        a_running_turn(),
        the_end_of(),
        a_checkpoint(),
        a_thread(OTHER),
        DeleteThread(thread_id=TALK),
        RecordErasure((TALK,)),
    )
    model = Model()

    for stored in told.history.log:
        project(model, erased(stored, TALK))

    assert encoded(model) == encoded(told.model)


def erased(stored: StoredEvent, thread_id: ThreadId) -> StoredEvent:
    """The event without its contents, if it is the thread's and not the deletion itself."""
    if stored.stream_id != StreamId(thread_id) or stored.type in {
        "thread.deleted",
        "thread.erased",
    }:
        return stored
    blank = EventErased(thread_id=thread_id, reason=ErasureReason.THREAD_DELETED)
    return attrs.evolve(stored, type=blank.TYPE, payload=blank)
