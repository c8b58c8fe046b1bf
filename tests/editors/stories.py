"""The stories that recordings tell, each with the server's own agents and a real repository."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

from editors.heard import PROJECT, THREAD, Editor

Story = Callable[[Editor], Awaitable[None]]


async def first_turn(editor: Editor) -> None:
    """From nothing: a project, a thread, a turn that plans, thinks, asks twice and ends."""
    await editor.begin()
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread()
    await editor.turn(
        1,
        "plan Read greet.py; Let it take a name; Run it",
        "think It prints a constant; a parameter is enough.",
        "say I let `greet.py` take a name.\\n",
        "write greet.py import sys\\nprint('hello', sys.argv[1])\\n",
        "run cat greet.py",
        "say Grüße, 世界, 👋.",
    )
    await editor.answer("action/approve")
    await editor.answer("action/reject", reason="I run it myself.")
    await editor.until("turn.completed")


async def joined_midway(editor: Editor) -> None:
    """An editor that comes while a turn runs: events it has read already are sent again."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread()
    await editor.turn(1, "say One.", "write one.txt one", "say Two.")

    async def meanwhile() -> None:
        await editor.ask("project/configure", projectId=PROJECT, title="Greeter")
        await editor.ask("thread/configure", threadId=THREAD, title="Joined in the middle")

    await editor.begin(between=meanwhile)
    thread = (await editor.ask("thread/read", threadId=THREAD))["thread"]
    if thread["pendingActions"]:
        action = thread["pendingActions"][0]["actionId"]
        await editor.ask("action/approve", threadId=THREAD, actionId=action)
    else:
        await editor.answer("action/approve")
    await editor.until("turn.completed")
    await editor.ask("project/configure", projectId=PROJECT, defaults={"mode": "edits"})


async def streams(editor: Editor) -> None:
    """Much text in small pieces, then a turn that is interrupted while it streams."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread()
    await editor.begin()
    await editor.turn(1, "stream 400 30")
    await editor.until("turn.completed")
    await editor.turn(2, "say Before.", "sleep 60", "say After.")
    await editor.until("item.recorded")
    await editor.ask("turn/interrupt", threadId=THREAD)
    await editor.until("turn.completed")


async def missing_deltas(editor: Editor) -> None:
    """As `streams`, but every third delta was dropped on the way, as deltas may be."""
    await streams(editor)


async def endings(editor: Editor) -> None:
    """Turns that fail and crash, threads renamed, archived and deleted, a project deleted."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread()
    await editor.thread("thr-gone", title="Soon gone")
    await editor.begin()
    await editor.turn(1, "say About to fail.", "fail overloaded Try again later.")
    await editor.until("turn.failed")
    await editor.turn(2, "say About to crash.", "crash")
    await editor.until("turn.failed")
    await editor.turn(3, "write never.txt never")
    await editor.until("action.requested")
    await editor.ask("turn/interrupt", threadId=THREAD)
    await editor.until("turn.completed")
    await editor.ask("thread/configure", threadId=THREAD, title="Endings", mode="full")
    await editor.ask("thread/configure", threadId=THREAD, archived=True)
    await editor.ask("thread/delete", threadId="thr-gone")
    other = editor.root / "other"
    other.mkdir()
    await editor.ask("project/create", projectId="prj-other", root=str(other))
    await editor.ask("thread/create", threadId="thr-other", projectId="prj-other")
    await editor.ask("project/delete", projectId="prj-other")
    await editor.until("project.deleted")


async def workspace(editor: Editor) -> None:
    """Checkpoints, a restore and a commit; the second commit finds nothing."""
    _repository(editor.root)
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread(mode="full")
    await editor.begin()
    await editor.turn(1, "write a.txt first", "write b.txt second")
    await editor.until("turn.completed")
    kept = await editor.ask("checkpoint/create", threadId=THREAD, description="Two files")
    await editor.turn(2, "append a.txt more", "delete b.txt", "run echo done")
    await editor.until("turn.completed")
    await editor.ask("checkpoint/restore", threadId=THREAD, checkpointId=kept["checkpointId"])
    await editor.ask("git/commit", threadId=THREAD, message="Add two files")
    await editor.until("changes.committed")
    refused = await editor._client.refusal(  # noqa: SLF001 (a refusal is part of the story)
        "git/commit", {"threadId": THREAD, "message": "Nothing"}
    )
    assert refused.kind == "git.nothingToCommit"
    await editor.until("operation.failed")


async def waiting(editor: Editor) -> None:
    """Prompts that wait are edited, moved, removed and begun; then the budget is spent."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread(mode="full")
    await editor.begin()
    await editor.turn(1, "say Busy.", "sleep 60")
    await editor.until("item.recorded")
    for name in ("one", "two", "three"):
        await editor.ask("turn/queue", threadId=THREAD, messageId=name, prompt=f"say {name}")
    await editor.ask("message/edit", threadId=THREAD, messageId="two", prompt="say Two.")
    await editor.ask("message/move", threadId=THREAD, messageId="three", before="one")
    await editor.ask("message/remove", threadId=THREAD, messageId="one")
    await editor.ask("turn/interrupt", threadId=THREAD)
    await editor.until("turn.completed")
    await editor.until("turn.completed")
    await editor.until("turn.completed")
    await editor.ask("thread/configure", threadId=THREAD, budget={"maxTokens": 100})
    await editor.turn(4, "usage 90 20 0.5")
    await editor.until("turn.completed")
    await editor.ask("turn/queue", threadId=THREAD, messageId="four", prompt="say Held.")
    await editor.until("message.queued")


async def worktrees(editor: Editor) -> None:
    """Threads in a folder of their own, or in one that others have; and rules of the project."""
    _repository(editor.root)
    _git(editor.root, "worktree", "add", "--quiet", "--detach", "../apart")
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.begin()
    await editor.thread(budget={"maxCost": 2.0, "currency": "USD"})
    await editor.thread("thr-beside")
    there = str(editor.root.parent / "apart")
    await editor.thread("thr-apart", worktree={"path": there})
    await editor.thread("thr-again", worktree={"path": there})
    await editor.thread("thr-made", worktree={"branch": "greet"})
    await editor.ask("worktree/remove", threadId="thr-made")
    await editor.ask("worktree/restore", threadId="thr-made")
    await editor.ask("worktree/remove", threadId="thr-made")
    await editor.ask("thread/configure", threadId=THREAD, budget={})
    await editor.ask("thread/configure", threadId="thr-beside", archived=True)
    await editor.ask("thread/configure", threadId="thr-again", archived=True)
    await editor.ask("thread/configure", threadId="thr-again", archived=False)
    rule = {"ruleId": "rule-1", "verdict": "allow", "command": "echo"}
    await editor.ask("rule/add", projectId=PROJECT, **rule)
    await editor.ask("rule/remove", projectId=PROJECT, ruleId="rule-1")
    await editor.until("rule.removed")


async def queue(editor: Editor) -> None:
    """Messages that wait, are changed, moved and removed; a queue that is held, and a budget."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.begin()
    await editor.thread(budget={"maxTokens": 1000})
    await editor.turn(1, "usage 400 100 0.25", "write a.txt first", "fail overloaded Not now.")
    await editor.until("action.requested")
    for number in range(1, 5):
        await editor.message("turn/queue", number, f"usage 300 {number}\nsay Message {number}.")
    await editor.message("message/edit", 2, "say Another second.\nusage 200 2")
    await editor.message("message/move", 3, before="message-1")
    await editor.message("message/remove", 1)
    await editor.message("turn/steer", 5, "say This cannot be told to the agent.")
    [action] = (await editor.ask("thread/read", threadId=THREAD))["thread"]["pendingActions"]
    await editor.ask("action/approve", threadId=THREAD, actionId=action["actionId"])
    await editor.until("turn.failed")
    await editor.ask("message/send", threadId=THREAD)
    await editor.until("turn.completed")
    await editor.until("turn.completed")
    # The budget is spent now, and what waits is held until it is raised, or taken away.
    await editor.ask("thread/configure", threadId=THREAD, title="A queue")
    await editor.ask("thread/configure", threadId=THREAD, budget={"maxTokens": 1500})
    await editor.until("turn.completed")
    await editor.until("turn.completed")
    await editor.ask("thread/configure", threadId=THREAD, budget={"maxTokens": 10})
    await editor.message("turn/queue", 6, "say Held by the budget.")
    await editor.thread("thr-free", title="Without a budget", budget={"maxCost": 1.5})
    await editor.ask("thread/configure", threadId="thr-free", budget={})


async def steering(editor: Editor) -> None:
    """An agent that is told more while it is at work, and says what its sessions offer."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.begin()
    await editor.thread(provider="codex")
    await editor.turn(1, "say Before.", "wait")
    await editor.until("item.recorded")
    while not await editor.is_heard_to_wait():
        await editor.until("item.recorded")
    await editor.message("turn/steer", 1, "Mind the tests.")
    await editor.until("message.steered")
    await editor.until("turn.completed")
    await editor.turn(2, "run make test")
    await editor.answer("action/approve", scope="session")
    await editor.until("turn.completed")


async def rules(editor: Editor) -> None:
    """Rules that are made by hand and by an answer that holds always, and one taken back."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread()
    await editor.begin()
    await editor.ask(
        "rule/add", projectId=PROJECT, ruleId="rule-1", verdict="deny", path="secret/**"
    )
    await editor.ask(
        "rule/add", projectId=PROJECT, ruleId="rule-2", verdict="allow", command="echo"
    )
    await editor.turn(1, "run echo allowed", "write secret/a.txt denied", "run true")
    for _ in range(2):
        await editor.until("action.resolved")
    await editor.answer("action/approve", scope="always")
    await editor.until("turn.completed")
    await editor.ask("rule/remove", projectId=PROJECT, ruleId="rule-2")
    await editor.until("rule.removed")


async def reviews(editor: Editor) -> None:
    """Verdicts during a turn and after it, and a conversation that goes back and forth."""
    _repository(editor.root)
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.thread(mode="edits")
    await editor.begin()
    await editor.turn(1, "write a.txt one", "write b.txt two", "run echo done")
    for _ in range(2):
        await editor.until("action.resolved")
    asked = (await editor.until("action.requested"))["payload"]
    about = {"threadId": THREAD, "turnId": asked["turnId"]}
    await editor.ask("review/accept", **about, path="a.txt")
    await editor.ask("action/approve", threadId=THREAD, actionId=asked["actionId"])
    await editor.until("turn.completed")
    await editor.until("review.recorded")
    await editor.ask("review/reject", **about, path="b.txt", comment="Not needed.")
    await editor.turn(2, "say Second.")
    await editor.until("turn.completed")
    [kept] = [
        each["checkpointId"]
        for each in (await editor.ask("checkpoint/list", threadId=THREAD))["checkpoints"]
        if each["turnId"] == f"{THREAD}-turn-2" and each["kind"] == "turnStart"
    ]
    back = await editor.ask(
        "checkpoint/restore", threadId=THREAD, checkpointId=kept, what="conversation"
    )
    await editor.ask(
        "checkpoint/restore",
        threadId=THREAD,
        checkpointId=back["beforeCheckpointId"],
        what="both",
    )
    await editor.until("checkpoint.restored")


async def pushed(editor: Editor) -> None:
    """A thread in a worktree of its own commits and pushes; then its worktree goes and is back."""
    _repository(editor.root)
    _git(editor.root, "init", "--quiet", "--bare", "../remote.git")
    _git(editor.root, "remote", "add", "origin", "https://github.com/ada/garden")
    remote = str(editor.root.parent / "remote.git")
    _git(editor.root, "remote", "set-url", "--push", "origin", remote)
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.begin()
    await editor.thread(mode="full", worktree={"branch": "topic"})
    await editor.thread("thr-home", title="In the project's own folder")
    await editor.thread("thr-beside", title="Beside it")
    await editor.turn(1, "write a.txt one")
    await editor.until("turn.completed")
    await editor.ask("git/commit", threadId=THREAD, message="Add a file")
    await editor.ask("git/push", threadId=THREAD, remote="origin")
    await editor.ask("thread/delete", threadId="thr-beside")
    await editor.ask("worktree/remove", threadId=THREAD)
    await editor.ask("worktree/restore", threadId=THREAD)
    await editor.ask("git/createBranch", threadId="thr-home", name="more")
    await editor.ask("git/pullRequest", threadId="thr-home", title="A pull request")
    await editor.until("pullRequest.opened")


async def choices(editor: Editor) -> None:
    """Options that are chosen, and left to the agent again; servers of projects and threads."""
    await editor.ask("project/create", projectId=PROJECT, root=str(editor.root), title="greeter")
    await editor.begin()
    await editor.thread(options={"effort": "high", "voice": "low"})
    servers = {
        "mcpServers": [
            {"name": "tickets", "command": "tickets-mcp", "env": {"TOKEN": "${env:TICKETS}"}},
            {"name": "docs", "url": "https://mcp.example.org/docs"},
        ]
    }
    await editor.ask("project/configure", projectId=PROJECT, defaults=servers)
    await editor.ask("thread/configure", threadId=THREAD, options={"effort": None, "voice": None})
    await editor.ask("thread/configure", threadId=THREAD, options={"effort": "low"})
    await editor.turn(1, "say With the servers of the project.")
    await editor.until("turn.completed")
    await editor.ask("thread/configure", threadId=THREAD, mcpServers=servers["mcpServers"][:1])
    await editor.ask("thread/configure", threadId=THREAD, options={"effort": None})
    await editor.turn(2, "say With one.")
    await editor.until("turn.completed")
    await editor.ask("thread/configure", threadId=THREAD, mcpServers=[])


STORIES: dict[str, Story] = {
    "first-turn": first_turn,
    "joined-midway": joined_midway,
    "streams": streams,
    "missing-deltas": missing_deltas,
    "endings": endings,
    "workspace": workspace,
    "waiting": waiting,
    "worktrees": worktrees,
    "queue": queue,
    "steering": steering,
    "rules": rules,
    "reviews": reviews,
    "pushed": pushed,
    "choices": choices,
}


def _repository(root: Path) -> None:
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "A user"],
        ["config", "user.email", "user@example.com"],
        ["commit", "--quiet", "--allow-empty", "--message=Begin"],
    ):
        _git(root, *arguments)


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, timeout=30)
