"""What a client may send when, and what a session ends with."""

import os

import pytest
from lsprotocol.converters import get_converter
from pytest_lsp import client_capabilities

from peon_protocol.methods import METHODS
from peon_protocol.notifications import ServerStatusChanged
from support.fake_core import FakeCore
from support.wire_client import WireClient, frame
from support.wire_session import Wire, connect, connected, turns


async def test_initialize_says_what_the_server_is_and_does():
    async with connected(initialize=False) as wire:
        result = await wire.client.initialize()

    assert result["serverInfo"] == {"name": "peon", "version": "1.2.3"}
    ours = result["capabilities"]["experimental"]["peon"]
    assert ours["protocolVersion"] == 1
    assert ours["logId"] == "log-1"
    named = set(ours["methods"]) | set(ours["notifications"])
    assert named == {method.name for method in METHODS}
    assert "turn/delta" in ours["notifications"]
    assert ours["addedParams"] == {
        "thread/list": ["turns", "limit", "before"],
        "thread/read": ["turns.items", "withItems"],
    }


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
async def test_real_editors_are_understood(editor: str):
    capabilities = get_converter().unstructure(client_capabilities(editor))
    async with connected(initialize=False) as wire:
        assert await wire.client.initialize(capabilities=capabilities)


async def test_documents_are_not_asked_for():
    async with connected(initialize=False) as wire:
        result = await wire.client.initialize()
    sync = result["capabilities"]["textDocumentSync"]
    assert (sync["openClose"], sync["change"]) == (False, 0)


async def test_a_request_before_initialize_is_refused():
    async with connected(initialize=False) as wire:
        error = await wire.client.refusal("project/list")
        assert (error.code, error.kind) == (-32002, "server.notInitialized")
        assert (await wire.client.refusal("no/such")).code == -32002
        await wire.client.initialize()


async def test_a_notification_before_initialize_is_dropped():
    async with connected(initialize=False) as wire:
        wire.client.notify("initialized", {})
        wire.client.notify("workspace/didChangeWorkspaceFolders", {"event": 5})
        await wire.client.initialize()


async def test_a_second_initialize_is_refused_and_changes_nothing(client: WireClient):
    error = await client.refusal("initialize", {"capabilities": {}})
    assert (error.code, error.kind) == (-32600, "request.invalid")
    assert await client.request("server/status")


async def test_initialize_as_a_notification_does_nothing(wire: Wire):
    wire.client.notify("initialize", {"capabilities": {}, "clientInfo": {"name": "thief"}})
    wire.client.notify("shutdown")
    await wire.client.request("project/create", {"root": "/x"})
    assert wire.core.actors[0].name == "client"


async def test_after_shutdown_requests_are_refused():
    wire = connect(FakeCore())
    with wire.client as client:
        await client.initialize()
        assert await client.request("shutdown") is None
        error = await client.refusal("project/list")
        assert (error.code, error.kind) == (-32600, "server.shuttingDown")
        assert (await client.refusal("initialize", {"capabilities": {}})).code == -32600
        client.notify("exit")
    assert await wire.exit_code() == 0


async def test_exit_without_shutdown_is_a_failure():
    wire = connect(FakeCore())
    await wire.client.initialize()
    wire.client.notify("exit")
    assert await wire.exit_code() == 1


async def test_exit_before_initialize_is_heeded():
    wire = connect(FakeCore())
    wire.client.notify("exit")
    assert await wire.exit_code() == 1


async def test_shutdown_does_not_cancel_what_is_under_way():
    wire = connect(FakeCore())
    with wire.client as client:
        await client.initialize()
        slow = client.begin("thread/list")
        await client.request("shutdown")
        wire.core.slow_query.set()
        assert (await client.result(slow))["threads"] == []
        client.notify("exit")
    assert await wire.exit_code() == 0


async def test_when_the_input_ends_what_is_under_way_is_answered_first():
    wire = connect(FakeCore())
    wire.core.held = True
    with wire.client as client:
        await client.initialize()
        creating = client.begin("project/create", {"root": "/x"})
        wire.session.connection.eof_received()
        await turns()
        wire.core.release()
        assert (await client.result(creating))["sequence"] == 1
    assert await wire.exit_code() == 1


async def test_a_message_that_was_sent_just_before_the_end_is_handled():
    wire = connect(FakeCore())
    with wire.client as client:
        await client.initialize()
        listing = client.begin("server/status")
        wire.session.connection.eof_received()
        assert await client.result(listing)
    assert await wire.exit_code() == 1


async def test_exit_answers_what_will_never_be_ready():
    wire = connect(FakeCore())
    with wire.client as client:
        await client.initialize()
        slow = client.begin("thread/list")
        client.notify("exit")
        error = await client.failure(slow)
        assert (error.kind, error.data["retryable"]) == ("server.shuttingDown", True)
    assert await wire.exit_code() == 1


async def test_stopping_the_server_answers_and_delivers():
    wire = connect(FakeCore())
    with wire.client as client:
        await client.initialize()
        creating = client.begin("project/create", {"root": "/x"})
        await client.settled()
        wire.session.stop()
        assert (await client.result(creating))["sequence"] == 1
    assert await wire.exit_code() == 1


async def test_a_client_that_is_gone_ends_the_session_at_once():
    wire = connect(FakeCore())
    await wire.client.initialize()
    wire.client.begin("thread/list")
    wire.session.connection.connection_lost(BrokenPipeError())
    assert await wire.exit_code() == 1


@pytest.mark.parametrize("options", [None, {}, {"somebodyElses": {"deep": [1]}}])
async def test_every_option_may_be_left_out(options: object):
    async with connected(initialize=False) as wire:
        assert await wire.client.initialize(initializationOptions=options)


@pytest.mark.parametrize("params", [{}, None, {"capabilities": None}])
async def test_a_host_that_is_no_editor_need_not_have_capabilities(params: object):
    async with connected(initialize=False) as wire:
        assert await wire.client.request("initialize", params)


@pytest.mark.parametrize(
    "options, problem",
    [
        (5, "expected an object @ $.params.initializationOptions"),
        ({"environment": 5}, "$.params.initializationOptions.environment"),
        ({"environment": {"A": 5}}, "$.params.initializationOptions.environment"),
        ({"environment": {"A=B": "x"}}, "$.params.initializationOptions.environment"),
        ({"environment": {"A": "x\0"}}, "$.params.initializationOptions.environment"),
        ({"providers": []}, "$.params.initializationOptions.providers"),
        ({"providers": {"bad": {}}}, "$.params.initializationOptions.providers"),
        ({"protocolVersion": "1"}, "$.params.initializationOptions.protocolVersion"),
    ],
)
async def test_an_option_of_the_wrong_shape_is_refused(options: object, problem: str):
    async with connected(initialize=False) as wire:
        error = await wire.client.refusal(
            "initialize", {"capabilities": {}, "initializationOptions": options}
        )
        assert (error.code, error.kind) == (-32602, "params.invalid")
        assert problem in " ".join(error.data["details"]["problems"])
        await wire.client.initialize()


async def test_params_of_initialize_that_do_not_fit_are_refused_with_their_paths():
    async with connected(initialize=False) as wire:
        error = await wire.client.refusal("initialize", {"processId": "x", "capabilities": {}})
        assert error.code == -32602
        assert error.data["details"]["problems"][0].endswith("@ $.params.processId")
        await wire.client.initialize()


async def test_a_client_of_another_version_is_told_what_to_do():
    async with connected(initialize=False) as wire:
        error = await wire.client.refusal(
            "initialize", {"capabilities": {}, "initializationOptions": {"protocolVersion": 2}}
        )
        assert error.kind == "unavailable"
        assert "Update" in error.data["remedy"]
        await wire.client.initialize(initializationOptions={"protocolVersion": 1})


async def test_a_client_acts_under_its_own_name_and_environment():
    async with connected(initialize=False) as wire:
        await wire.client.initialize(
            clientInfo={"name": "Visual\u202eEditor\n", "version": "1"},
            initializationOptions={"environment": {"PATH": "/theirs"}},
        )
        await wire.client.request("project/create", {"root": "/x"})
    assert wire.core.actors[0].name == "VisualEditor"
    assert wire.core.environments[0] == {"FROM": "process", "PATH": "/theirs"}


async def test_a_name_may_be_missing_or_endless():
    async with connected(initialize=False) as wire:
        await wire.client.initialize(clientInfo={"name": "x" * 10_000})
        await wire.client.request("project/create", {"root": "/x"})
    assert len(wire.core.actors[0].name) == 128


async def test_a_parent_that_is_gone_already_is_ignored():
    pid = _a_process_that_has_ended()
    async with connected(initialize=False) as wire:
        await wire.client.initialize(processId=pid)
        assert await wire.client.request("server/status")


async def test_health_is_told_to_those_who_are_initialized():
    status = ServerStatusChanged(health="readOnly", message="the disk is full")
    async with connected(initialize=False) as wire:
        wire.core.log.tell_health(status)
        await wire.client.initialize()
        wire.core.log.tell_health(status)
        assert await wire.client.notification("server/statusChanged") == {
            "health": "readOnly",
            "message": "the disk is full",
        }


async def test_two_clients_share_the_core_and_nothing_else():
    core = FakeCore()
    one, other = connect(core), connect(core)
    with one.client, other.client:
        await one.client.initialize(clientInfo={"name": "one"})
        await other.client.initialize(clientInfo={"name": "other"})
        await other.client.request("events/subscribe", {})
        await one.client.request("project/create", {"root": "/x"})
        assert (await other.client.events(1))[0]["actor"]["name"] == "one"
        one.client.send_bytes(frame(b"no json"))
        assert (await one.client.stray_error()).code == -32700
        one.client.notify("exit")
        assert await one.exit_code() == 1
        assert (await other.client.request("server/status"))["sequence"] == 1
    other.session.stop()
    await other.exit_code()
    assert core.log.listeners == 0


def _a_process_that_has_ended() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
