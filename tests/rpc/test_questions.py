"""Questions of agents over the wire: a real server, a real agent, and what is left on the disk."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.plain_editor import editor
from support.windows import Window, kill_owner, own_state, subscribe, thread_in, window

SECRET = 'open-Sesame "42" gärten'
FORM = "ask Where to?; place!: ours / public; tags: [cli, demo]; note; token!: secret"
PROMPT = f"""{FORM}
say It is $token, for $place.
think Do not tell $token.
write $token.txt $token
write kept.txt the token is $token
fail refused It does not like $token"""
ANSWERS = {"place": "public", "tags": ["cli"], "token": SECRET}


@pytest.fixture
def state(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PEON_IDLE_SECONDS", "60")
    with own_state(home) as folder:
        yield folder


@pytest.fixture
def root(home: Path) -> Path:
    folder = home / "work"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True, timeout=60)
    return folder


async def asked(opened: Window, root: Path, prompt: str) -> dict[str, Any]:
    """A turn whose agent has asked; what is to be answered."""
    thread_id = await thread_in(opened.client, root)
    await subscribe(opened.client)
    await opened.client.request("turn/start", {"threadId": thread_id, "prompt": prompt})
    event = await opened.until("action.requested")
    return {"threadId": thread_id, "actionId": event["payload"]["actionId"]}


def holding(folder: Path, *words: str) -> list[Path]:
    """The files that hold any of the words."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words)
    ]


async def test_a_secret_answer_reaches_the_agent_and_nothing_else(state: Path, root: Path):
    async with window(state) as opened:
        action = await asked(opened, root, PROMPT)
        reading = await opened.client.request("thread/read", {"threadId": action["threadId"]})
        (pending,) = reading["thread"]["pendingActions"]
        assert [field["secret"] for field in pending["fields"]] == [False, False, False, True]
        refused = await opened.client.refusal("action/approve", {**action, "answers": {}})
        assert refused.kind == "action.answersInvalid"
        assert [each["path"] for each in refused.data["details"]["problems"]] == [
            "$.params.answers.place",
            "$.params.answers.token",
        ]
        command = {**action, "answers": ANSWERS, "commandId": "once"}
        first = await opened.client.request("action/approve", command)
        assert await opened.client.request("action/approve", command) == first
        resolved = (await opened.until("action.resolved"))["payload"]
        assert resolved["answers"] == {"place": "public", "tags": ["cli"]}
        for _ in range(2):
            event = await opened.until("action.requested")
            action["actionId"] = event["payload"]["actionId"]
            await opened.client.request("action/approve", action)
        failed = (await opened.until("turn.failed"))["payload"]
        assert failed["error"] == {"code": "refused", "message": "It does not like [redacted]"}
        log = await opened.client.request("events/read", {"after": 0, "limit": 500})
        assert "It is [redacted], for public." in str(log)
        assert (root / "kept.txt").read_text() == f"the token is {SECRET}"
        await opened.close()
    assert holding(state, SECRET, SECRET.replace('"', '\\"'), "Sesame") == []
    async with window(state) as opened:
        log = await opened.client.request("events/read", {"after": 0, "limit": 500})
        assert "Sesame" not in str(log)


async def test_last_words_do_not_tell_a_secret(state: Path, root: Path):
    async with window(state) as opened:
        action = await asked(opened, root, f"{FORM}\ncrash it was $token")
        await opened.client.request("action/approve", {**action, "answers": ANSWERS})
        failed = (await opened.until("turn.failed"))["payload"]
        assert failed["error"]["message"] == "script: it was [redacted]"
        await opened.close()
    assert holding(state, "Sesame") == []


@pytest.mark.parametrize("end", ["declined", "interrupted", "a restart"])
async def test_a_question_ends_with_its_turn(state: Path, root: Path, end: str):
    async with window(state) as opened:
        action = await asked(opened, root, f"{FORM}\nsay Next.")
        match end:
            case "declined":
                await opened.client.request("action/reject", action)
            case "interrupted":
                await opened.client.request("turn/interrupt", {"threadId": action["threadId"]})
            case _:
                kill_owner(state)
                opened.process.kill()
        if end != "a restart":
            completed = (await opened.until("turn.completed"))["payload"]
            assert completed["stopReason"] == ("endTurn" if end == "declined" else "cancelled")
    async with window(state) as again:
        reading = await again.client.request("thread/read", {"threadId": action["threadId"]})
        assert reading["thread"]["status"] == "idle"
        assert reading["thread"]["pendingActions"] == []
        log = (await again.client.request("events/read", {"after": 0, "limit": 500}))["events"]
        settled = [e["payload"]["decision"] for e in log if e["type"] == "action.resolved"]
        assert settled == ["rejected" if end == "declined" else "withdrawn"]
        refused = await again.client.refusal("action/approve", {**action, "answers": ANSWERS})
        assert refused.kind == "action.alreadyResolved"


async def test_a_plain_editor_answers_what_can_be_chosen(state: Path, root: Path):
    async with editor(state, root) as plain:
        await plain.execute("peon.startTurn", "ask Which?; colour!: red / blue; note\nsay Ready.")
        question = await plain.question()
        titles = [each["title"] for each in question["params"]["actions"]]
        assert titles == ["red", "blue", "Decline"]
        plain.choose(question, 1)
        logged = await plain.logged()
        assert "Answered: colour: blue." in logged


async def test_a_plain_editor_says_what_it_cannot_ask(state: Path, root: Path):
    async with editor(state, root) as plain:
        await plain.execute("peon.startTurn", "ask Log in?; user!; token!: secret\nsay Ready.")
        question = await plain.question()
        assert "cannot show the form" in question["params"]["message"]
        assert [each["title"] for each in question["params"]["actions"]] == ["Decline"]
        plain.choose(question, 0)
        logged = await plain.logged()
        assert "Not answered." in logged
