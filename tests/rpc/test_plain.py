"""Any client of the Language Server Protocol can use Peon, though it knows nothing of it."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from support.plain_editor import CAPABILITIES, editor
from support.stdio_server import environment
from support.waiting import Waiting
from support.windows import SERVE, own_state, subscribe, window
from support.wire_client import DEADLINE, WireClient
from support.wire_session import connected

ALLOW, REJECT = 0, 1


@pytest.fixture
def state(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PEON_IDLE_SECONDS", "60")
    with own_state(home) as folder:
        yield folder


@pytest.fixture
def root(home: Path) -> Path:
    folder = home / "work"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True, timeout=DEADLINE)
    for name in ("user.name", "user.email"):
        line = ["git", "-C", str(folder), "config", name, "nobody@example.org"]
        subprocess.run(line, check=True, timeout=DEADLINE)
    return folder


async def test_the_user_commands_are_listed():
    async with connected(initialize=False) as wire:
        answer = await wire.client.initialize()
    assert answer["capabilities"]["executeCommandProvider"]["commands"] == [
        "peon.startTurn",
        "peon.interruptTurn",
        "peon.approveAction",
        "peon.rejectAction",
        "peon.createCheckpoint",
        "peon.restoreCheckpoint",
        "peon.commitChanges",
        "peon.pushChanges",
        "peon.cancelOperation",
    ]


async def test_a_turn_from_its_prompt_to_a_commit(state: Path, root: Path):
    async with editor(state, root) as plain:
        turn = await plain.execute("peon.startTurn", "say hello there\nwrite a.txt hi")
        assert turn["number"] == 1
        begin = await plain.progress("begin")
        assert begin["value"]["title"] == "Peon, turn 1"
        assert begin["value"]["cancellable"]
        question = await plain.question()
        assert "a.txt" in question["params"]["message"]
        plain.choose(question, ALLOW)
        assert (await plain.progress("end"))["token"] == begin["token"]
        assert "hello there" in await plain.logged()
        assert (root / "a.txt").read_text() == "hi"

        commit = await plain.execute("peon.commitChanges", "Say hi")
        assert commit["files"] == ["a.txt"]
        assert "Say hi" in await plain.logged()
        await plain.execute("peon.createCheckpoint", "after the commit")
        assert "after the commit" in await plain.logged()
        restored = await plain.execute("peon.restoreCheckpoint")
        assert restored["restored"] == ["a.txt"]
        assert "brought back 1 files" in await plain.logged()
        assert not (root / "a.txt").exists()

        again = await plain.execute("peon.startTurn", {"prompt": "say again"})
        assert (again["threadId"], again["number"]) == (turn["threadId"], 2)
        assert "again" in await plain.logged()


async def test_a_rejected_action_is_not_done(state: Path, root: Path):
    async with editor(state, root) as plain:
        await plain.execute("peon.startTurn", {"prompt": "write a.txt hi", "root": str(root)})
        plain.choose(await plain.question(), REJECT)
        assert "the turn is over" in await plain.logged()
    assert not (root / "a.txt").exists()


@pytest.mark.parametrize("answer", ["null", "error", "never"])
async def test_an_answer_that_says_nothing_changes_nothing(state: Path, root: Path, answer: str):
    async with editor(state, root) as plain:
        turn = await plain.execute("peon.startTurn", "write a.txt hi")
        question = await plain.question()
        if answer == "null":
            plain.answer(question, None)
        if answer == "error":
            error = {"code": -32601, "message": "no such method"}
            plain.opened.client.send({"jsonrpc": "2.0", "id": question["id"], "error": error})
        await plain.opened.client.settled()
        thread = {"threadId": turn["threadId"]}
        reading = await plain.opened.client.request("thread/read", thread)
        assert len(reading["thread"]["pendingActions"]) == 1

        approved = await plain.execute("peon.approveAction")

        assert approved["decision"] == "approved"
        if answer == "never":
            withdrawn = await plain.next("$/cancelRequest")
            assert withdrawn["params"] == {"id": question["id"]}
            plain.choose(question, REJECT)
        while "the turn is over" not in await plain.logged():
            continue
    assert (root / "a.txt").read_text() == "hi"


async def test_a_question_that_was_answered_elsewhere_is_withdrawn(state: Path, root: Path):
    async with editor(state, root, shares=True) as plain, window(state) as other:
        turn = await plain.execute("peon.startTurn", "write a.txt hi")
        question = await plain.question()
        thread = {"threadId": turn["threadId"]}
        reading = await other.client.request("thread/read", thread)
        action = reading["thread"]["pendingActions"][0]["actionId"]

        await other.client.request("action/reject", {**thread, "actionId": action})

        assert (await plain.next("$/cancelRequest"))["params"] == {"id": question["id"]}
        assert "rejected by client" in await plain.logged()
        plain.choose(question, ALLOW)
        assert "the turn is over" in await plain.logged()
    assert not (root / "a.txt").exists()


async def test_cancelling_what_is_shown_interrupts_the_turn(state: Path, root: Path):
    async with editor(state, root) as plain:
        await plain.execute("peon.startTurn", "sleep 30")
        begin = await plain.progress("begin")
        plain.opened.client.notify("window/workDoneProgress/cancel", {"token": begin["token"]})
        assert (await plain.progress("end"))["value"]["message"] == "cancelled"


async def test_an_editor_without_progress_is_still_asked(state: Path, root: Path):
    async with editor(state, root, capabilities={}) as plain:
        await plain.execute("peon.startTurn", "write a.txt hi")
        plain.choose(await plain.question(), ALLOW)
        assert "endTurn" in await plain.logged()
        methods = [message.get("method") for message in plain.opened.client.log]
        assert "window/workDoneProgress/create" not in methods


async def test_an_editor_that_is_opened_again_is_asked_again(state: Path, root: Path):
    async with editor(state, root, shares=True) as plain:
        await plain.execute("peon.startTurn", "say before\nwrite a.txt hi")
        await plain.question()
    async with editor(state, root, shares=True) as plain:
        assert (await plain.progress("begin"))["value"]["title"] == "Peon, turn 1"
        plain.choose(await plain.question(), ALLOW)
        assert "before" in await plain.logged()
    assert (root / "a.txt").exists()


@pytest.mark.parametrize("how", ["announced", "subscribed"])
async def test_a_client_that_shows_everything_by_itself_is_shown_nothing(
    state: Path, root: Path, how: str
):
    announced = {**CAPABILITIES, "experimental": {"peon": {}}}
    capabilities = announced if how == "announced" else CAPABILITIES
    async with (
        editor(state, root, shares=True, capabilities=capabilities) as plain,
        window(state) as other,
    ):
        if how == "subscribed":
            await subscribe(plain.opened.client)
        await subscribe(other.client)
        await plain.execute("peon.startTurn", {"prompt": "say hi", "mode": "full"})
        await other.until("turn.completed")
        await plain.opened.client.settled()
        told = {message.get("method") for message in plain.opened.client.log}
        assert told <= {None, "events/appended"}


@pytest.mark.parametrize(
    "command, arguments, problem",
    [
        ("peon.startTurn", [], "required field missing @ $.params.arguments[0].prompt"),
        ("peon.startTurn", [{"prompt": "x", "quick": 1}], "$.params.arguments[0]"),
        ("peon.startTurn", [5], "$.params.arguments[0]"),
        ("peon.startTurn", ["a", "b"], "expected one argument @ $.params.arguments"),
        ("peon.commitChanges", ["x"], "required field missing @ $.params.arguments[0].threadId"),
        ("peon.pushChanges", ["origin"], "$.params.arguments[0]"),
    ],
)
async def test_arguments_that_do_not_fit_are_told(
    client: WireClient, command: str, arguments: list[Any], problem: str
):
    params = {"command": command, "arguments": arguments}
    error = await client.refusal("workspace/executeCommand", params)
    assert (error.code, error.kind) == (-32602, "params.invalid")
    assert any(problem in each for each in error.data["details"]["problems"])


async def test_what_cannot_be_done_is_refused_as_to_any_client(state: Path, root: Path):
    async with editor(state, root, workspaceFolders=None) as plain:
        error = await plain.refused("peon.startTurn", "say hi")
        assert "required field missing @ $.params.arguments[0].root" in str(error)
        error = await plain.refused("peon.startTurn", {"prompt": "x", "root": "/nowhere"})
        assert error.kind == "project.rootUnusable"
        await plain.execute("peon.startTurn", {"prompt": "say hi", "root": str(root)})
        assert "hi" in await plain.logged()
        assert (await plain.refused("peon.approveAction")).kind == "thread.notAwaitingApproval"
        assert (await plain.refused("peon.interruptTurn")).kind == "turn.notInProgress"
        assert (await plain.refused("peon.commitChanges", " ")).kind == "git.messageBlank"


async def test_work_in_the_repository_can_be_stopped(state: Path, root: Path, tmp_path: Path):
    slow = Waiting.at(tmp_path / "alive")
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{slow.script}")
    hook.chmod(0o755)
    async with editor(state, root) as plain:
        await plain.execute("peon.startTurn", {"prompt": "write a.txt hi", "mode": "full"})
        while "the turn is over" not in await plain.logged():
            continue
        async with asyncio.TaskGroup() as tasks:
            commit = tasks.create_task(plain.refused("peon.commitChanges", "Say hi"))
            reader = await slow.begun()
            answer = await plain.execute("peon.cancelOperation")
        await slow.gone(reader)
        assert (answer["outcome"], commit.result().kind) == ("cancelled", "operation.cancelled")
        assert "stopped, as asked" in await plain.logged()
        assert (await plain.execute("peon.cancelOperation"))["outcome"] == "nothing"


async def stopping(client: Any) -> None:
    await client.stop()


async def test_the_client_of_pytest_lsp_can_use_it(state: Path, root: Path):
    client = LanguageClient()
    logged: asyncio.Queue[str] = asyncio.Queue()

    def choose(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
        return params.actions[ALLOW] if params.actions else None

    def log(params: types.LogMessageParams) -> None:
        logged.put_nowait(params.message)

    client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)(choose)
    client.feature(types.WINDOW_LOG_MESSAGE)(log)
    await client.start_io(*SERVE, "--state-dir", str(state), env=environment())
    async with asyncio.timeout(DEADLINE):
        params = types.InitializeParams(
            capabilities=types.ClientCapabilities(), root_uri=root.as_uri()
        )
        await client.initialize_session(params)
        command = types.ExecuteCommandParams(command="peon.startTurn", arguments=["write a.txt hi"])
        await client.workspace_execute_command_async(command)
        assert "endTurn" in await logged.get()
        await client.shutdown_session()
        await stopping(client)
    assert (root / "a.txt").read_text() == "hi"
