"""Several windows on one state: one owner, one truth, and none disturbs the other."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from support.windows import SERVE, owner_of, subscribe, thread_in, wait_until_gone, window
from support.wire_client import DEADLINE, Message, cut, frame


async def test_eight_windows_that_open_at_once_share_one_owner(state: Path):
    async def look() -> tuple[int, int]:
        async with window(state) as opened:
            status = await opened.client.request("server/status")
            owner = await asyncio.to_thread(owner_of, state)
            await opened.close()
            return owner, status["sequence"]

    found = await asyncio.gather(*(look() for _ in range(8)))

    assert len(set(found)) == 1


async def test_a_turn_of_one_window_streams_in_the_other_and_the_first_approval_wins(
    state: Path, home: Path
):
    async with window(state) as one, window(state) as two:
        thread = await thread_in(one.client, home / "work")
        await subscribe(two.client)
        await subscribe(one.client)
        prompt = "say hello\nwrite a.txt hi"
        await one.client.request("turn/start", {"threadId": thread, "prompt": prompt})
        action = (await two.until("action.requested"))["payload"]["actionId"]
        await one.until("action.requested")

        answer = {"threadId": thread, "actionId": action}
        await two.client.request("action/approve", answer)
        refused = await one.client.refusal("action/reject", answer)

        assert refused.kind in {"action.alreadyResolved", "thread.notAwaitingApproval"}
        resolved = (await one.until("action.resolved"))["payload"]
        assert resolved["decision"] == "approved"
        assert (await one.until("turn.completed"))["payload"]["stopReason"] == "endTurn"
        await two.until("turn.completed")
    assert (home / "work" / "a.txt").read_text() == "hi"


async def test_a_killed_window_ends_nothing_but_its_session(state: Path, home: Path):
    async with window(state) as two:
        async with window(state) as one:
            thread = await thread_in(one.client, home / "work", "full")
            await subscribe(two.client)
            prompt = "run while [ ! -e go ]; do sleep 0.02; done\nwrite a.txt done"
            await one.client.request("turn/start", {"threadId": thread, "prompt": prompt})
            await two.until("turn.started")
            one.process.send_signal(signal.SIGKILL)
            await one.process.wait()
        (home / "work" / "go").touch()

        assert (await two.until("turn.completed"))["payload"]["stopReason"] == "endTurn"
    assert (home / "work" / "a.txt").read_text() == "done"


async def test_what_a_client_starts_runs_in_that_clients_environment(state: Path, home: Path):
    async with (
        window(state, environment={"WHOSE": "one", "GIT_AUTHOR_NAME": "One"}) as one,
        window(state, environment={"WHOSE": "two", "LATIN": "caf\udce9"}) as two,
    ):
        for each, whose in ((one, "one"), (two, "two")):
            thread = await thread_in(each.client, home / whose, "full")
            await subscribe(each.client)
            prompt = 'run printf "%s" "$WHOSE$LATIN" > who'
            await each.client.request("turn/start", {"threadId": thread, "prompt": prompt})
            await each.until("turn.completed")
    assert (home / "one" / "who").read_bytes() == b"one"
    assert (home / "two" / "who").read_bytes() == b"twocaf\xe9"


async def test_a_commit_is_signed_by_whoever_asked_for_it(state: Path, home: Path):
    root = home / "work"
    root.mkdir()
    git = await asyncio.create_subprocess_exec("git", "init", "-q", str(root))
    assert await git.wait() == 0
    async with (
        window(state, environment=_person("One")) as one,
        window(state, environment=_person("Two")) as two,
    ):
        thread = await thread_in(one.client, root)
        for each, name in ((one, "One"), (two, "Two")):
            (root / name).write_text(name)
            await each.client.request("git/commit", {"threadId": thread, "message": name})
    log = await asyncio.create_subprocess_exec(
        *("git", "-C", str(root), "log", "--format=%s %an %cn"), stdout=asyncio.subprocess.PIPE
    )
    assert (await log.communicate())[0].split(b"\n")[:2] == [b"Two Two Two", b"One One One"]


async def test_a_window_that_stops_reading_holds_up_nobody(state: Path, home: Path):
    async with window(state) as slow, window(state) as quick:
        await subscribe(slow.client)
        await subscribe(quick.client)
        slow.listening.clear()
        project = await quick.client.request("project/create", {"root": str(_made(home / "w"))})
        title = "t" * 4000
        for _ in range(40):
            asking = [
                quick.client.begin(
                    "thread/create", {"projectId": project["projectId"], "title": title}
                )
                for _ in range(50)
            ]
            for answer in asking:
                await quick.client.result(answer)
        assert len(await quick.client.events(2001)) == 2001

        slow.listening.set()

        events = await slow.client.events(2001)
        assert [event["sequence"] for event in events] == list(range(1, 2002))


async def test_a_workspace_cannot_put_its_modules_in_the_place_of_the_owners(
    state: Path, home: Path
):
    hostile = _made(home / "hostile")
    for name in ("sitecustomize", "asyncio", "attrs", "peon_protocol", "peon"):
        (hostile / f"{name}.py").write_text(f"open({str(home / 'caught')!r}, 'w').close()\n")
    variables = {"PYTHONPATH": str(hostile), "PYTHONSTARTUP": str(hostile / "peon.py")}
    carefully = (sys.executable, "-E", "-P", "-m", "peon", "serve")
    async with window(state, environment=variables, cwd=hostile, argv=carefully) as opened:
        assert (await opened.client.request("server/status"))["health"] == "ok"
        process = psutil.Process(await asyncio.to_thread(owner_of, state))
        assert process.cwd() == "/"
        assert process.environ()["PYTHONPATH"] == str(hostile)
        assert process.ppid() != opened.process.pid
        await opened.close()
    assert not (home / "caught").exists()


QUICK = {"PEON_IDLE_SECONDS": "0.1"}


async def test_the_owner_leaves_when_nobody_is_attached(state: Path):
    async with window(state, environment=QUICK) as opened:
        owner = await asyncio.to_thread(owner_of, state)
        await opened.close()
    await asyncio.to_thread(wait_until_gone, owner)


async def test_a_turn_that_goes_on_keeps_the_owner_until_it_is_over(state: Path, home: Path):
    async with window(state, environment=QUICK) as opened:
        thread = await thread_in(opened.client, home / "work", "full")
        prompt = "run while [ ! -e go ]; do sleep 0.02; done\nwrite a.txt done"
        await opened.client.request("turn/start", {"threadId": thread, "prompt": prompt})
        owner = await asyncio.to_thread(owner_of, state)
        await opened.close()
    async with window(state, environment=QUICK) as opened:
        assert await asyncio.to_thread(owner_of, state) == owner
        await opened.close()
    (home / "work" / "go").touch()
    await asyncio.to_thread(wait_until_gone, owner)
    assert (home / "work" / "a.txt").read_text() == "done"


async def test_a_question_that_nobody_is_there_to_answer_does_not_keep_the_owner(
    state: Path, home: Path
):
    async with window(state, environment=QUICK) as opened:
        thread = await thread_in(opened.client, home / "work")
        await subscribe(opened.client)
        params = {"threadId": thread, "prompt": "write a.txt hi"}
        await opened.client.request("turn/start", params)
        await opened.until("action.requested")
        owner = await asyncio.to_thread(owner_of, state)
        await opened.close()
    await asyncio.to_thread(wait_until_gone, owner)
    async with window(state) as opened:
        read = await opened.client.request("thread/read", {"threadId": thread})
        assert read["thread"]["pendingActions"] == []
        assert read["thread"]["turns"][0]["status"] == "interrupted"


def test_files_do_for_input_and_output(state: Path, home: Path):
    messages: list[Message] = [
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"id": 2, "method": "server/status"},
        {"id": 3, "method": "shutdown"},
        {"method": "exit"},
    ]
    script, answers = home / "script", home / "answers"
    script.write_bytes(b"".join(frame({"jsonrpc": "2.0", **each}) for each in messages))
    with script.open("rb") as reading, answers.open("wb") as writing:
        argv = [*SERVE, "--state-dir", str(state)]
        done = subprocess.run(argv, stdin=reading, stdout=writing, timeout=DEADLINE, check=False)
    assert done.returncode == 0
    found, rest = cut(answers.read_bytes())
    assert sorted(message["id"] for message in found) == [1, 2, 3]
    assert rest == b""


def _person(name: str) -> dict[str, str]:
    mail = f"{name.lower()}@example.org"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": mail,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": mail,
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
