"""The language side: what pygls does for us, and what it must not do."""

import asyncio
import gc
import logging
import weakref
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from peon.errors import ExternalFailure
from peon.rpc.limits import Limits
from peon.rpc.protocol import PeonProtocol
from support.fake_core import FakeCore
from support.wire_client import WireClient
from support.wire_session import Wire, connect, connected, turns

QUESTION = types.ShowMessageRequestParams(
    type=types.MessageType.Info, message="May it?", actions=[types.MessageActionItem("Yes")]
)


def language(wire: Wire) -> LanguageServer:
    """The session's language server, as features of it see it."""
    return wire.session.language


async def test_an_unknown_command_of_the_editor_is_refused(client: WireClient):
    error = await client.refusal("workspace/executeCommand", {"command": "no.such"})
    assert (error.code, error.kind) == (-32602, "params.invalid")


async def test_a_command_of_the_editor_is_run(wire: Wire):
    language(wire).command("peon.test")(_twice)
    result = await wire.client.request(
        "workspace/executeCommand", {"command": "peon.test", "arguments": [21]}
    )
    assert result == 42


@pytest.mark.parametrize("arguments", [[], [1, 2], ["many"], None])
async def test_arguments_that_do_not_fit_are_refused(wire: Wire, arguments: object):
    language(wire).command("peon.test")(_twice)
    error = await wire.client.refusal(
        "workspace/executeCommand", {"command": "peon.test", "arguments": arguments}
    )
    assert error.code in {-32602, -32603}


async def test_a_feature_that_fails_is_a_bug_without_a_traceback(
    wire: Wire, caplog: pytest.LogCaptureFixture
):
    @language(wire).feature("peonTest/fail")
    def fail(params: Any) -> None:
        raise RuntimeError("a secret")

    with caplog.at_level(logging.ERROR):
        error = await wire.client.refusal("peonTest/fail", {})
    assert (error.code, error.kind) == (-32603, "server.bug")
    assert "secret" not in str(wire.client.log)
    assert "a secret" in caplog.text


async def test_params_of_lsp_that_do_not_fit_are_answered(client: WireClient):
    error = await client.refusal("workspace/executeCommand", {"arguments": 5})
    assert error.code == -32602
    assert "required field missing @ $.params.command" in error.data["details"]["problems"]
    assert (await client.refusal("workspace/executeCommand")).code == -32602


@pytest.mark.parametrize(
    "method, params",
    [
        ("$/setTrace", {"value": "verbose"}),
        ("$/setTrace", {"value": 5}),
        ("$/setTrace", None),
        ("window/workDoneProgress/cancel", {"token": "who"}),
        ("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": []}}),
        ("workspace/didChangeWorkspaceFolders", {"event": 5}),
        ("textDocument/didOpen", {"textDocument": {"uri": "file:///x", "text": "x" * 1000}}),
        ("initialized", {"surprising": True}),
    ],
)
async def test_a_notification_of_lsp_never_hurts(client: WireClient, method: str, params: object):
    client.notify(method, params)
    await client.settled()


async def test_a_cancelled_feature_is_answered_once(wire: Wire):
    began = asyncio.Event()

    @language(wire).feature("peonTest/wait")
    async def wait(params: Any) -> None:
        began.set()
        await asyncio.Event().wait()

    waiting = wire.client.begin("peonTest/wait", {}, request_id="w")
    await began.wait()
    wire.client.notify("$/cancelRequest", {"id": "w"})
    assert (await wire.client.failure(waiting)).code == -32800
    await wire.client.settled()
    assert wire.session.language.protocol.executing == 0


# --- asking the client ---------------------------------------------------------------------------


async def test_a_question_to_the_client_is_answered(wire: Wire):
    asking = language(wire).window_show_message_request(QUESTION)
    question = await wire.client.next_message()
    assert question["method"] == "window/showMessageRequest"
    assert question["params"]["message"] == "May it?"
    wire.client.send({"jsonrpc": "2.0", "id": question["id"], "result": {"title": "Yes"}})
    await wire.client.settled()
    answer = asking.result(timeout=0)
    assert answer is not None
    assert answer.title == "Yes"


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": -32601, "message": "we do not ask"}},
        {"error": "odd"},
        {"result": {"name": "of the wrong shape"}},
    ],
)
async def test_an_answer_of_the_client_that_helps_nobody_is_a_failure_outside(
    wire: Wire, answer: dict[str, Any]
):
    asking = language(wire).window_show_message_request(QUESTION)
    question = await wire.client.next_message()
    wire.client.send({"jsonrpc": "2.0", "id": question["id"]} | answer)
    await wire.client.settled()
    with pytest.raises(ExternalFailure, match="the client"):
        asking.result(timeout=0)


async def test_the_clients_refusal_is_not_taken_for_our_own(wire: Wire):
    @language(wire).feature("peonTest/ask")
    async def ask(params: Any) -> object:
        return await language(wire).window_show_message_request_async(QUESTION)

    asking = wire.client.begin("peonTest/ask", {})
    question = await wire.client.next_message()
    refusal = {"code": -32601, "message": "we do not ask"}
    wire.client.send({"jsonrpc": "2.0", "id": question["id"], "error": refusal})
    error = await wire.client.failure(asking)
    assert (error.code, error.kind) == (-32803, "external.failed")


async def test_an_answer_still_counts_after_shutdown():
    wire = connect(FakeCore())
    with wire.client as client:
        await client.initialize()
        asking = language(wire).window_show_message_request(QUESTION)
        question = await client.next_message()
        await client.request("shutdown")
        client.send({"jsonrpc": "2.0", "id": question["id"], "result": None})
        client.notify("exit")
    assert await wire.exit_code() == 0
    assert asking.result(timeout=0) is None


async def test_questions_that_are_never_answered_do_not_pile_up():
    async with connected(limits=Limits(outgoing_requests=3)) as wire:
        asking = [language(wire).window_show_message_request(QUESTION) for _ in range(5)]
        for _ in asking:
            await wire.client.next_message()
        given_up = [each for each in asking if each.done()]
        assert given_up == asking[:2]
    for each in asking:
        with pytest.raises(ExternalFailure, match="the client"):
            each.result(timeout=0)


async def test_a_client_cannot_answer_a_request_of_its_own(wire: Wire):
    listing = wire.client.begin("thread/list", request_id="peon-1")
    wire.client.send({"jsonrpc": "2.0", "id": "peon-1", "result": "forged"})
    await wire.client.settled()
    wire.core.slow_query.set()
    assert (await wire.client.result(listing))["threads"] == []


async def test_progress_is_forgotten_when_it_ends(wire: Wire):
    progress = language(wire).work_done_progress
    creating = asyncio.get_running_loop().create_task(progress.create_async("token"))
    question = await wire.client.next_message()
    wire.client.send({"jsonrpc": "2.0", "id": question["id"], "result": None})
    await creating
    progress.begin("token", types.WorkDoneProgressBegin(title="a turn"))
    progress.end("token", types.WorkDoneProgressEnd())
    assert progress.tokens == {}
    for _ in range(2):
        await wire.client.notification("$/progress")


# --- hygiene -------------------------------------------------------------------------------------


async def test_an_error_of_pygls_never_pops_up_in_the_editor(wire: Wire):
    language(wire).report_server_error(RuntimeError("x"), FeatureRequestError)
    await wire.client.settled()


async def test_a_session_that_has_ended_is_forgotten():
    core = FakeCore()
    ended: list[weakref.ref[object]] = []
    for _ in range(3):
        async with connected(core) as wire:
            await wire.client.request("events/subscribe", {"deltas": True})
            ended.append(weakref.ref(wire.session))
        del wire
    await turns()
    gc.collect()
    assert [session() for session in ended] == [None, None, None]


def test_what_we_use_of_pygls_beyond_its_documentation_is_there():
    """Pygls is pinned; this says what to look at when the pin is moved."""
    for name in (
        "_execute_handler",
        "_get_handler",
        "_register_builtin_features",
        "_run_generator",
        "_send_data",
        "get_message_type",
        "get_result_type",
        "lsp_set_trace",
        "lsp_work_done_progress_cancel",
        "lsp_workspace__did_change_workspace_folders",
        "lsp_workspace__execute_command",
    ):
        assert hasattr(super(PeonProtocol, PeonProtocol), name), name


def _twice(number: int) -> int:
    return 2 * number
