"""What a commit is called where nobody says."""

from peon.domain.proposing import proposed_message
from peon_protocol.commands import CommitChanges
from peon_protocol.events import ChangesCommitted
from peon_protocol.rejections import MessageBlank
from peon_protocol.values import CommitOperation
from support.given import given
from support.story import TALK, WORK, a_running_turn, an_idle_thread, the_end_of


def test_a_commit_without_a_message_is_called_by_what_was_asked():
    told = given(a_running_turn(), the_end_of())

    assert proposed_message(told.thread()) == "water the roses"
    told.when(CommitChanges(thread_id=TALK)).then_it_is("operation.requested")
    operation = told.thread().operation
    assert operation is not None
    assert operation.operation == CommitOperation("water the roses", None)


def test_a_commit_of_nothing_that_was_asked_needs_a_message():
    given(an_idle_thread()).when(CommitChanges(thread_id=TALK)).refused(MessageBlank())


def test_what_was_committed_is_remembered():
    done = ChangesCommitted(thread_id=TALK, operation_id=WORK, commit="c0ffee", message="x")
    assert given(a_running_turn(), the_end_of(), done).thread().committed == 1
