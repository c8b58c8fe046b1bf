"""Every error becomes one answer: its code, its kind, and what can be done about it."""

import logging

import pytest
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from peon.errors import (
    CommandRejected,
    ExternalFailure,
    PeonError,
    Stale,
    StoreFailure,
    Unavailable,
)
from peon.rpc.failures import Boundary
from peon.rpc.messages import Failure
from peon.runtime.ids import CountingIds
from peon.wire import ParamsInvalid
from peon_protocol.failures import FAILURE_CODES, ErrorCode, FailureKind
from peon_protocol.ids import ActionId, ProjectId, ThreadId, TurnId
from peon_protocol.rejections import ActionNotFound, ProjectHasRunningThreads, TurnInProgress

NO_ACTION = ActionNotFound(ThreadId("t"), ActionId("a"))


def answer_to(error: Exception) -> Failure:
    def fail() -> None:
        raise error

    answer = Boundary(CountingIds("ref")).attempt("some/method", fail)
    assert isinstance(answer, Failure)
    return answer


@pytest.mark.parametrize(
    "error, code, kind, retryable",
    [
        (ParamsInvalid(["x @ $.params"]), -32602, "params.invalid", False),
        (Stale("the log ends at 3"), -32801, "cursor.stale", False),
        (Unavailable("git", "it is missing", "Install git."), -32803, "unavailable", False),
        (ExternalFailure("git", "no"), -32803, "external.failed", False),
        (ExternalFailure("git", "no", code="git.locked"), -32803, "git.locked", True),
        (ExternalFailure("git", "no", code="of.theirOwn"), -32803, "of.theirOwn", False),
        (StoreFailure("the disk is full"), -32603, "store.failed", False),
        (CommandRejected(NO_ACTION), -32803, "action.notFound", False),
        (RuntimeError("a secret"), -32603, "server.bug", False),
        (PeonError("of no kind"), -32603, "server.bug", False),
        (RecursionError(), -32603, "server.bug", False),
        (JsonRpcInvalidParams("no such command"), -32602, "params.invalid", False),
        (JsonRpcException("a client's own", code=-32601), -32603, "server.bug", False),
    ],
)
def test_an_error_is_answered_by_who_can_do_something_about_it(
    error: Exception, code: int, kind: str, *, retryable: bool
):
    answer = answer_to(error)
    assert (answer.code, answer.content.kind) == (code, kind)
    assert answer.content.retryable is retryable


def test_a_rejection_is_passed_on_as_data_with_its_remedy():
    rejection = ProjectHasRunningThreads(ProjectId("p"), (ThreadId("t"), ThreadId("u")))
    content = answer_to(CommandRejected(rejection)).content
    assert content.message == rejection.message
    assert content.remedy == rejection.REMEDY
    assert content.details == {"projectId": "p", "threadIds": ["t", "u"]}
    assert content.retryable


def test_what_is_in_the_way_for_a_moment_may_be_tried_again():
    rejection = TurnInProgress(ThreadId("t"), TurnId("u"))
    assert answer_to(CommandRejected(rejection)).content.retryable


def test_a_missing_program_comes_with_the_remedy():
    content = answer_to(Unavailable("git", "it is missing", "Install git.")).content
    assert content.remedy == "Install git."
    assert content.details == {"what": "git", "why": "it is missing"}


def test_a_program_outside_speaks_in_its_own_words():
    error = ExternalFailure("git", "hook: no", code="git.hookFailed", remedy="Ask the hook.")
    content = answer_to(error).content
    assert content.details == {"tool": "git", "detail": "hook: no"}
    assert content.remedy == "Ask the hook."


@pytest.mark.parametrize("error", [StoreFailure("disk"), RuntimeError("a secret")])
def test_a_bug_and_a_failed_store_stand_in_the_log_under_a_reference(
    error: Exception, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        content = answer_to(error).content
    assert content.details == {"reference": "ref-1"}
    assert "reference ref-1: unexpected error during some/method" in caplog.text
    assert caplog.records[0].exc_info


def test_a_bug_tells_the_client_nothing_of_itself():
    content = answer_to(RuntimeError("a secret")).content
    assert "secret" not in f"{content.message} {content.remedy} {content.details}"


def test_a_failure_has_the_code_of_its_kind():
    for kind in FailureKind:
        expected = FAILURE_CODES.get(kind, ErrorCode.REQUEST_FAILED)
        assert Failure.of(kind, "because").code == expected
