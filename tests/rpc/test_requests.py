"""Every request gets exactly one answer, whatever it is; the client at the other end watches."""

import json
import logging

import pytest

from peon.rpc.limits import Limits
from peon_protocol.commands import CreateProject, StartTurn
from support.fake_core import FakeCore
from support.wire_client import WireClient, frame
from support.wire_session import Wire, connected, turns

# --- what does not fit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, params, problem",
    [
        ("thread/create", {}, "required field missing @ $.params.projectId"),
        ("thread/create", None, "required field missing @ $.params.projectId"),
        ("thread/create", {"projectId": 5}, "@ $.params.projectId"),
        ("thread/create", {"projectId": None}, "@ $.params.projectId"),
        ("thread/create", {"projectId": "not an id!"}, "@ $.params.projectId"),
        ("thread/create", {"projectId": "p", "mode": "yolo"}, "@ $.params.mode"),
        ("thread/create", {"projectId": "p", "mood": 1}, "unknown field @ $.params.mood"),
        ("thread/create", {"project_id": "p"}, "unknown field @ $.params.project_id"),
        ("thread/create", ["p"], "@ $.params"),
        ("thread/create", "p", "@ $.params"),
        ("thread/configure", {"threadId": "t", "archived": "false"}, "@ $.params.archived"),
        ("turn/start", {"threadId": "t", "prompt": [{"type": "text"}]}, "@ $.params.prompt"),
        ("git/commit", {"threadId": "t", "message": "m", "paths": "abc"}, "@ $.params.paths"),
        ("git/commit", {"threadId": "t", "message": "m", "paths": [5]}, "@ $.params.paths[0]"),
        ("events/read", {"after": 3.7}, "@ $.params.after"),
        ("events/read", {"after": True}, "@ $.params.after"),
        ("project/list", {"verbose": True}, "unknown field @ $.params.verbose"),
        ("events/subscribe", {"threadIds": [None]}, "@ $.params.threadIds[0]"),
        ("events/unsubscribe", {}, "required field missing @ $.params.subscriptionId"),
    ],
)
async def test_params_that_do_not_fit_are_answered_with_the_path(
    client: WireClient, method: str, params: object, problem: str
):
    error = await client.refusal(method, params)
    assert (error.code, error.kind) == (-32602, "params.invalid")
    assert problem in "; ".join(error.data["details"]["problems"])


@pytest.mark.parametrize("params", [{}, None])
async def test_methods_without_params_take_none_null_or_an_empty_object(
    client: WireClient, params: object
):
    assert await client.request("server/status", params)
    answer = client.begin("server/status", params, request_id="bare")
    assert await client.result(answer)


async def test_what_takes_no_waiting_is_answered_while_others_wait(wire: Wire):
    waiting = wire.client.begin("project/list")
    assert await wire.client.request("checkpoint/list", {"threadId": "t"}) == {"checkpoints": []}
    assert not waiting.done()
    wire.core.slow_query.set()
    assert await wire.client.result(waiting) == {"projects": [], "sequence": 0}


async def test_params_may_be_left_out_altogether(client: WireClient):
    status, creating = client.expect_answer(98), client.expect_answer(99)
    client.send({"jsonrpc": "2.0", "id": 98, "method": "server/status"})
    client.send({"jsonrpc": "2.0", "id": 99, "method": "thread/create"})
    assert await client.result(status)
    assert (await client.failure(creating)).kind == "params.invalid"


@pytest.mark.parametrize(
    "body, code",
    [
        (b"", -32700),
        (b"{", -32700),
        (b"nonsense", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"server/status",}', -32700),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"server/status"}', -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', -32700),
        ('{"jsonrpc":"2.0","id":1,"method":"x"}'.encode("utf-16"), -32700),
        (b"[" * 100_000, -32700),
        (b'{"a":' * 2_000 + b'"\\ud800"' + b"}" * 2_000, -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"server/status"}]', -32600),
        (b"null", -32600),
        (b"5", -32600),
        (b'"server/status"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"2.0","method":5}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"server/status"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"server/status"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"server/status"}', -32600),
        (b'{"jsonrpc":"2.0","id":[1],"method":"server/status"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"server/status"}', -32600),
    ],
)
async def test_what_is_no_request_is_answered_without_an_id(
    client: WireClient, body: bytes, code: int
):
    client.send_bytes(frame(body))
    error = await client.stray_error()
    assert error.code == code
    assert error.kind == ("json.invalid" if code == -32700 else "request.invalid")
    assert await client.request("server/status")


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "1.0", "id": 5, "method": "server/status"},
        {"id": 5, "method": "server/status"},
        {"jsonrpc": 2.0, "id": 5, "method": "server/status"},
        {"jsonrpc": "2.0", "id": 5},
        {"jsonrpc": "2.0", "id": 5, "method": None},
        {"jsonrpc": "2.0", "id": 5, "method": ["server/status"]},
    ],
)
async def test_what_is_no_request_but_has_an_id_is_answered_with_it(
    client: WireClient, message: object
):
    answer = client.expect_answer(5)
    client.send(message)
    error = await client.failure(answer)
    assert (error.code, error.kind) == (-32600, "request.invalid")


async def test_unknown_members_of_the_envelope_are_ignored(client: WireClient):
    answer = client.expect_answer(5)
    client.send(
        {"jsonrpc": "2.0", "id": 5, "method": "server/status", "traceparent": "x", "type": 1}
    )
    assert await client.result(answer)


@pytest.mark.parametrize("method", ["no/such", "$/unknown", "textDocument/hover", "", "x" * 5000])
async def test_an_unknown_request_is_answered(client: WireClient, method: str):
    error = await client.refusal(method, {"any": "thing"})
    assert (error.code, error.kind) == (-32601, "method.notFound")
    assert len(error.message) < 200


@pytest.mark.parametrize("method", ["no/such", "$/unknown", "textDocument/didOpen", "window/x"])
async def test_an_unknown_notification_is_ignored(client: WireClient, method: str):
    client.notify(method, {"any": "thing"})
    assert await client.request("server/status")


async def test_a_command_sent_as_a_notification_is_not_carried_out(wire: Wire):
    wire.client.notify("project/create", {"root": "/x"})
    await wire.client.settled()
    assert wire.core.submitted == []


async def test_answers_to_questions_nobody_asked_are_ignored(client: WireClient):
    client.send({"jsonrpc": "2.0", "id": "who", "result": 5})
    client.send({"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "x"}})
    client.send({"jsonrpc": "2.0", "id": {"a": 1}, "result": None})
    client.send({"result": 5})
    await client.settled()


async def test_junk_between_messages_is_reported_once(client: WireClient):
    client.send_bytes(b"what is this?\r\nand this?\r\n")
    client.send_bytes(frame({"jsonrpc": "2.0", "method": "$/nothing"}))
    error = await client.stray_error()
    assert (error.code, error.kind) == (-32600, "request.invalid")
    await client.settled()


# --- what must pass through untouched ------------------------------------------------------------


async def test_params_may_hold_messages_themselves(wire: Wire):
    inner = {"jsonrpc": "2.0", "id": 1, "method": "turn/start", "params": {"type_name": "x"}}
    prompt = json.dumps(inner)
    await wire.client.refusal("turn/start", {"threadId": "t", "prompt": prompt})
    event = {"type": "toolCallUpdated", "itemId": "i", "input": {"nested": [inner], "jsonrpc": "9"}}
    await wire.client.refusal("provider/ingest", {"threadId": "t", "event": event})

    started, ingested = wire.core.submitted
    assert isinstance(started, StartTurn)
    assert started.prompt == prompt
    assert ingested.event.input == event["input"]  # type: ignore[union-attr]


async def test_text_of_every_script_arrives_as_it_was_sent(wire: Wire):
    title = "日本語 🦀 \u0000 \u2028 \x7f é"
    await wire.client.request("project/create", {"root": "/x", "title": title})
    assert isinstance(wire.core.submitted[0], CreateProject)
    assert wire.core.submitted[0].title == title


async def test_half_an_emoji_is_refused_and_nothing_is_done(wire: Wire):
    answer = wire.client.expect_answer(5)
    params = rb'{"root":"/x","title":"a\ud83d"}'
    wire.client.send(b'{"jsonrpc":"2.0","id":5,"method":"project/create","params":%b}' % params)
    error = await wire.client.failure(answer)
    assert (error.code, error.kind) == (-32602, "params.invalid")
    assert "lone surrogate" in error.message
    assert not wire.core.submitted


async def test_an_escaped_pair_of_surrogates_is_one_character(wire: Wire):
    answer = wire.client.expect_answer(5)
    params = rb'{"root":"/x","title":"\ud83e\udd80"}'
    wire.client.send(b'{"jsonrpc":"2.0","id":5,"method":"project/create","params":%b}' % params)
    await wire.client.result(answer)
    assert isinstance(wire.core.submitted[0], CreateProject)
    assert wire.core.submitted[0].title == "🦀"


@pytest.mark.parametrize("request_id", [0, -1, 2**53, 2**63, "", "a b", "日本", "x" * 10_000])
async def test_an_id_comes_back_as_it_was_sent(client: WireClient, request_id: int | str):
    assert await client.result(client.begin("server/status", request_id=request_id))


# --- sizes ---------------------------------------------------------------------------------------


async def test_a_message_that_is_too_large_is_skipped_and_answered():
    async with connected(limits=Limits(message_bytes=2000)) as wire:
        large = {"root": "/x", "title": "x" * 5000}
        error = await wire.client.refusal("project/create", large)
        assert (error.code, error.kind) == (-32600, "message.tooLarge")
        wire.client.send({"method": "x", "params": {"a": 1, "text": "x" * 5000}, "jsonrpc": "2.0"})
        assert (await wire.client.stray_error()).kind == "message.tooLarge"
        assert wire.core.submitted == []
        assert await wire.client.request("server/status")


async def test_a_large_message_that_is_allowed_arrives(wire: Wire):
    title = "x" * 3_000_000
    await wire.client.request("project/create", {"root": "/x", "title": title})
    assert isinstance(wire.core.submitted[0], CreateProject)
    assert wire.core.submitted[0].title == title


# --- ids -----------------------------------------------------------------------------------------


async def test_an_id_that_is_under_way_cannot_be_used_again(wire: Wire):
    first = wire.client.begin("thread/list", request_id="same")
    wire.client.send({"jsonrpc": "2.0", "id": "same", "method": "server/status"})
    error = await wire.client.stray_error()
    assert (error.code, error.kind) == (-32600, "request.invalid")
    wire.core.slow_query.set()
    assert "threads" in await wire.client.result(first)


async def test_an_id_may_be_used_again_once_it_is_answered(client: WireClient):
    for _ in range(3):
        assert await client.result(client.begin("server/status", request_id=1))


# --- order and cancelling ------------------------------------------------------------------------


async def test_commands_are_submitted_in_the_order_they_arrived_whatever_is_async(wire: Wire):
    answers = []
    for number in range(50):
        answers.append(wire.client.begin("thread/list"))
        answers.append(wire.client.begin("project/create", {"root": f"/{number}"}))
    wire.core.slow_query.set()
    for answer in answers:
        await wire.client.result(answer)
    roots = [command.root for command in wire.core.submitted if isinstance(command, CreateProject)]
    assert roots == [f"/{number}" for number in range(50)]


async def test_a_cancelled_query_is_answered_at_once_and_stopped(wire: Wire):
    listing = wire.client.begin("thread/list", request_id="q")
    await wire.client.settled()
    wire.client.notify("$/cancelRequest", {"id": "q"})
    error = await wire.client.failure(listing)
    assert (error.code, error.kind) == (-32800, "request.cancelled")
    await turns()
    assert wire.core.cancelled_queries == 1


async def test_a_cancelled_command_stays_recorded_and_is_answered_once(wire: Wire):
    wire.core.held = True
    creating = wire.client.begin("project/create", {"root": "/x"}, request_id=7)
    wire.client.notify("$/cancelRequest", {"id": 7})
    assert (await wire.client.failure(creating)).code == -32800
    wire.core.release()
    await wire.client.settled()
    assert len(wire.core.log.lines) == 1


async def test_the_id_of_a_cancelled_request_may_be_used_at_once(wire: Wire):
    wire.core.held = True
    first = wire.client.begin("project/create", {"root": "/x"}, request_id=7)
    wire.client.notify("$/cancelRequest", {"id": 7})
    await wire.client.failure(first)
    second = wire.client.begin("project/create", {"root": "/y"}, request_id=7)
    await wire.client.settled()
    wire.core.release()
    assert (await wire.client.result(second))["projectId"] == "project-2"


@pytest.mark.parametrize("params", [None, {}, {"id": None}, {"id": True}, [7], {"id": "gone"}])
async def test_cancelling_what_is_not_there_does_nothing(client: WireClient, params: object):
    waiting = client.begin("thread/list", request_id=1)
    client.notify("$/cancelRequest", params)
    await client.settled()
    assert not waiting.done()
    client.notify("$/cancelRequest", {"id": 1})
    assert (await client.failure(waiting)).code == -32800


# --- bounds --------------------------------------------------------------------------------------


async def test_with_too_many_unanswered_requests_no_more_are_read():
    async with connected(limits=Limits(requests=10)) as wire:
        wire.core.held = True
        creating = [wire.client.begin("project/create", {"root": f"/{n}"}) for n in range(25)]
        await turns(50)
        assert len(wire.core.submitted) == 10
        for _ in range(3):
            wire.core.release()
            await turns(50)
        for answer in creating:
            await wire.client.result(answer)
        assert len(wire.core.submitted) == 25


async def test_while_the_journal_is_behind_clients_are_not_read():
    async with connected(limits=Limits(read_ahead=1000)) as wire:
        wire.core.capacity.clear()
        creating = [wire.client.begin("project/create", {"root": f"/{n}"}) for n in range(300)]
        await turns(50)
        assert len(wire.core.submitted) < 50
        wire.client.send_bytes(b"")
        assert not wire.transport.reading

        wire.core.capacity.set()
        for answer in creating:
            await wire.client.result(answer)
        assert wire.transport.reading


async def test_a_client_that_asks_and_never_listens_is_given_up():
    limits = Limits(high_water=1000, answers_water=2000, hard_cap=4000, requests=10_000)
    async with connected(limits=limits) as wire:
        wire.core.held = True
        wire.transport.stalled = True
        for number in range(100):
            wire.client.begin("project/create", {"root": f"/{number}"})
            wire.client.begin("checkpoint/create", {"threadId": "t", "description": "d"})
        await turns(50)
        wire.core.release()
        await turns()
        wire.core.finish_operations()
        wire.core.release()
        assert await wire.exit_code() == 1
        assert wire.transport.aborted
        wire.client.forget()


# --- bugs ----------------------------------------------------------------------------------------


async def test_a_bug_is_answered_with_a_reference_and_told_only_to_the_log(
    wire: Wire, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        error = await wire.client.refusal("thread/delete", {"threadId": "t"})
        bug = await wire.client.refusal("project/delete", {"projectId": "p"})
    assert error.kind == "thread.notFound"
    assert (bug.code, bug.kind) == (-32603, "server.bug")
    reference = bug.data["details"]["reference"]
    assert "secret" not in json.dumps(wire.client.log)
    assert "Traceback" not in json.dumps(wire.client.log)
    assert reference in caplog.text
    assert "a secret nobody may see" in caplog.text


async def test_a_result_that_cannot_be_written_is_a_bug_and_answered():
    class Odd(FakeCore):
        def query(self, query: object, *, environment: object) -> object:  # type: ignore[override]
            return self._slowly(object())

    core = Odd()
    core.slow_query.set()
    async with connected(core) as wire:
        assert (await wire.client.refusal("project/list")).kind == "server.bug"
