"""A story that drives every method of the protocol once to success and once to a refusal.

It knows nothing of how messages travel, so that any client can tell it.
"""

import subprocess
from pathlib import Path
from typing import Any, Protocol

import attrs

from peon.wire import structure
from peon_protocol.methods import METHODS_BY_NAME
from support.forges import Forge

Json = dict[str, Any]


@attrs.frozen
class Refusal:
    """What a request was refused with."""

    code: int
    kind: str


class Teller(Protocol):
    """A client of some make."""

    async def ask(self, method: str, params: Json) -> Json:
        """The result of a request that succeeds."""
        ...

    async def refused(self, method: str, params: Json) -> Refusal:
        """Why a request is refused."""
        ...

    async def event(self, kind: str) -> Json:
        """The next event of this type in the feed, and what stood before it is passed over."""
        ...


@attrs.frozen
class Told:
    """What came of the story: results and refusals by method."""

    results: dict[str, Json] = attrs.field(factory=dict)
    refusals: dict[str, Refusal] = attrs.field(factory=dict)


class Story:
    """Keeps what each method answered, and holds it against what the protocol says."""

    def __init__(self, teller: Teller, root: Path) -> None:
        self._teller = teller
        self._root = root
        self.told = Told()

    async def yes(self, method: str, **params: object) -> Json:
        result = await self._teller.ask(method, params)
        kind = METHODS_BY_NAME[method].result
        assert kind is not None
        structure(result, kind, root="$.result")
        self.told.results[method] = result
        return result

    async def no(self, method: str, expected: str, **params: object) -> None:
        refusal = await self._teller.refused(method, params)
        assert refusal.kind == expected, f"{method}: {refusal}"
        if expected != "params.invalid":
            assert expected in METHODS_BY_NAME[method].errors
        self.told.refusals[method] = refusal

    async def tell(self) -> Told:
        """Drive every method."""
        repository = self._repository()
        subscription = await self._begin()
        thread = await self._projects_and_threads(repository)
        turn = await self._turns(thread)
        await self._reviews(thread, turn)
        await self._why(thread, turn)
        await self._messages(thread)
        await self._rules(thread)
        view = (await self._teller.ask("thread/read", {"threadId": thread}))["thread"]
        await self._worktrees(view["projectId"])
        await self._checkpoints(thread)
        await self._git(thread, repository)
        await self._branches(thread, repository)
        await self._host()
        await self._end(thread, subscription)
        return self.told

    async def _begin(self) -> str:
        await self.yes("server/status")
        await self.no("server/status", "params.invalid", verbose=True)
        await self.yes("provider/list")
        await self.no("provider/list", "params.invalid", verbose=True)
        await self.yes("provider/authenticate", providerId="script")
        await self.no("provider/authenticate", "provider.unknown", providerId="eliza")
        await self.no("events/subscribe", "cursor.stale", after=10**6)
        subscribed = await self.yes("events/subscribe", after=0, deltas=True)
        await self.no("events/unsubscribe", "subscription.notFound", subscriptionId="none")
        return str(subscribed["subscriptionId"])

    async def _projects_and_threads(self, repository: Path) -> str:
        missing = str(repository / "missing")
        await self.no("project/create", "project.rootUnusable", root=missing)
        first = await self.yes("project/create", root=str(repository), commandId="once")
        again = await self.yes("project/create", root=str(repository), commandId="once")
        assert first == again
        project = first["projectId"]
        await self.yes("project/configure", projectId=project, title="A project")
        await self.no("project/configure", "project.notFound", projectId="none", title="x")
        assert len((await self.yes("project/list"))["projects"]) == 1
        await self.no("project/list", "params.invalid", projectId=project)
        thread = (await self.yes("thread/create", projectId=project, provider="script"))["threadId"]
        await self.no("thread/create", "project.notFound", projectId="none")
        await self.yes("thread/configure", threadId=thread, title="A thread")
        await self.no("thread/configure", "title.blank", threadId=thread, title=" ")
        await self._choices(thread)
        assert len((await self.yes("thread/list", projectId=project))["threads"]) == 1
        page = await self.yes("thread/list", turns=5, limit=1)
        assert (page["threads"][0]["turnCount"], page["threadsBefore"]) == (0, 0)
        for params in ({"projectId": 5}, {"limit": 0}, {"turns": 51}, {"turns": 2}, {"before": -1}):
            await self.no("thread/list", "params.invalid", **params)
        assert (await self.yes("thread/read", threadId=thread))["thread"]["title"] == "A thread"
        bare = await self.yes("thread/read", threadId=thread, withItems=False)
        assert bare["thread"]["turns"] == []
        await self.no("thread/read", "thread.notFound", threadId="none")
        return str(thread)

    async def _choices(self, thread: str) -> None:
        server = {"name": "notes", "command": "notes", "env": {"TOKEN": "${env:NOTES}"}}
        chosen = {"options": {"effort": "high"}, "mcpServers": [server]}
        await self.yes("thread/configure", threadId=thread, **chosen)
        written = {**server, "env": {"API_TOKEN": "tok-" + "Zq8vLw3nRt6yBm1xKc4d"}}
        await self.no("thread/configure", "mcp.invalid", threadId=thread, mcpServers=[written])
        for options in ({"effort": 5}, ["effort"]):
            await self.no("thread/configure", "params.invalid", threadId=thread, options=options)
        view = (await self.yes("thread/read", threadId=thread))["thread"]
        assert (view["chosenOptions"], view["mcpServers"][0]["env"]) == (
            {"effort": "high"},
            server["env"],
        )
        left = {"options": {"effort": None}, "mcpServers": []}
        await self.yes("thread/configure", threadId=thread, **left)

    async def _turns(self, thread: str) -> str:
        await self.no("turn/start", "prompt.empty", threadId=thread, prompt=" ")
        await self.no("turn/interrupt", "turn.notInProgress", threadId=thread)
        prompt = "say hello\nwrite one.txt first\nwrite two.txt second"
        turn = (await self.yes("turn/start", threadId=thread, prompt=prompt))["turnId"]
        action = (await self._teller.event("action.requested"))["payload"]["actionId"]
        await self.no("action/approve", "action.notFound", threadId=thread, actionId="none")
        await self.yes("action/approve", threadId=thread, actionId=action)
        action = (await self._teller.event("action.requested"))["payload"]["actionId"]
        await self.yes("action/reject", threadId=thread, actionId=action, reason="not that one")
        await self._teller.event("turn.completed")
        settled: Json = {"threadId": thread, "actionId": action}
        await self.no("action/reject", "action.alreadyResolved", **settled)
        changed = await self.yes("turn/diff", threadId=thread, turnId=turn)
        assert [file["path"] for file in changed["files"]] == ["one.txt"]
        await self.no("turn/diff", "turn.notFound", threadId=thread, turnId="none")
        await self.yes("turn/start", threadId=thread, prompt="sleep 60")
        await self._teller.event("turn.started")
        await self.yes("turn/interrupt", threadId=thread)
        await self._teller.event("turn.completed")
        return str(turn)

    async def _reviews(self, thread: str, turn: str) -> None:
        """What a turn made is looked at, accepted, rejected, and brought back."""
        of_turn: Json = {"threadId": thread, "turnId": turn}
        (file,) = (await self.yes("review/get", **of_turn))["files"]
        (hunk,) = file["hunks"]
        assert (file["path"], hunk["status"]) == ("one.txt", "pending")
        await self.no("review/get", "turn.notFound", threadId=thread, turnId="none")
        await self.no("review/get", "path.outside", **of_turn, paths=["../one.txt"])
        accepted = await self.yes("review/accept", **of_turn)
        assert accepted["hunkIds"] == [hunk["hunkId"]]
        await self.no("review/accept", "review.hunkNotFound", **of_turn, hunkIds=["none"])
        rejected = await self.yes("review/reject", **of_turn, path="one.txt", comment="no")
        assert (await self.yes("review/get", **of_turn))["files"][0]["status"] == "rejected"
        await self.no("review/reject", "review.fileNotFound", **of_turn, path="two.txt")
        await self._teller.ask(
            "checkpoint/restore",
            {"threadId": thread, "checkpointId": rejected["beforeCheckpointId"]},
        )

    async def _worktrees(self, project: str) -> None:
        """A thread of its own folder, which goes and comes back."""
        choice = {"branch": "topic", "setup": [["touch", "ready"]]}
        bad = {"branch": "-x"}
        await self.no("thread/create", "git.badBranch", projectId=project, worktree=bad)
        made = await self.yes("thread/create", projectId=project, worktree=choice)
        thread = made["threadId"]
        view = (await self.yes("thread/read", threadId=thread))["thread"]
        folder = Path(view["folder"])
        assert (folder / "ready").exists()
        assert (view["worktree"]["branch"], view["sharedWith"]) == ("topic", [])
        (_, listed) = (await self.yes("worktree/list", projectId=project))["worktrees"]
        assert (listed["path"], listed["threadIds"]) == (str(folder), [thread])
        await self.no("worktree/list", "project.notFound", projectId="none")
        await self.no("worktree/remove", "worktree.dirty", threadId=thread)
        (folder / "ready").unlink()
        await self.no("worktree/restore", "worktree.present", threadId=thread)
        await self.yes("worktree/remove", threadId=thread)
        await self.yes("worktree/restore", threadId=thread)
        assert (folder / "readme").exists()
        await self.yes("thread/delete", threadId=thread)

    async def _why(self, thread: str, turn: str) -> None:
        """Who wrote a line, and by whose leave."""
        found = await self.yes("why/line", threadId=thread, path="one.txt", line=1)
        assert (found["origin"], found["turnId"], found["number"]) == ("turn", turn, 1)
        assert (found["toolTitle"], found["decidedBy"]["kind"]) == ("Write one.txt", "user")
        found = await self.yes("why/line", threadId=thread, path="readme", line=1)
        assert (found["origin"], found["turnId"]) == ("external", None)
        await self.no("why/line", "file.noSuchLine", threadId=thread, path="one.txt", line=9)
        await self.no("why/line", "folder.notNamed", path="one.txt", line=1)

    async def _messages(self, thread: str) -> None:
        """What is asked for while a turn is in progress waits; the last of it begins."""
        gone: Json = {"threadId": thread, "messageId": "none"}
        await self.no("turn/steer", "turn.notInProgress", threadId=thread, prompt="say more")
        await self.no("turn/queue", "prompt.empty", threadId=thread, prompt=" ")
        await self.no("message/send", "message.notFound", threadId=thread)
        await self.yes("turn/start", threadId=thread, prompt="sleep 60")
        await self._teller.event("turn.started")
        first = (await self.yes("turn/queue", threadId=thread, prompt="say first"))["messageId"]
        steered = await self.yes("turn/steer", threadId=thread, prompt="say second")
        assert not steered["steered"]
        second = steered["messageId"]
        await self.yes("message/move", threadId=thread, messageId=second, before=first)
        await self.no("message/move", "message.notFound", **gone)
        await self.yes("message/edit", threadId=thread, messageId=second, prompt="fail on purpose")
        await self.no("message/edit", "message.notFound", prompt="say it", **gone)
        third = (await self.yes("turn/queue", threadId=thread, prompt="say third"))["messageId"]
        await self.yes("message/remove", threadId=thread, messageId=third)
        await self.no("message/remove", "message.notFound", **gone)
        await self._teller.ask("turn/interrupt", {"threadId": thread})
        await self._teller.event("turn.failed")
        held = (await self._teller.ask("thread/read", {"threadId": thread}))["thread"]
        assert held["queueHeld"]
        assert [each["messageId"] for each in held["queue"]] == [first]
        sent = await self.yes("message/send", threadId=thread)
        assert sent["turnId"] is not None
        await self._teller.event("turn.completed")

    async def _rules(self, thread: str) -> None:
        """A rule answers, and says so."""
        project = (await self._teller.ask("project/list", {}))["projects"][0]["projectId"]
        await self.no("rule/add", "rule.empty", projectId=project, verdict="allow")
        rule = await self.yes(
            "rule/add", projectId=project, verdict="deny", toolKind="edit", path="secret/**"
        )
        listed = (await self.yes("rule/list", projectId=project))["rules"]
        assert [each["ruleId"] for each in listed] == [rule["ruleId"]]
        await self.no("rule/list", "project.notFound", projectId="none")
        await self.yes("turn/start", threadId=thread, prompt="write secret/key x")
        settled = (await self._teller.event("action.resolved"))["payload"]
        assert settled["by"] == {"kind": "rule", "name": rule["ruleId"]}
        await self._teller.event("turn.completed")
        await self.yes("rule/remove", projectId=project, ruleId=rule["ruleId"])
        await self.no("rule/remove", "rule.notFound", projectId=project, ruleId=rule["ruleId"])

    async def _checkpoints(self, thread: str) -> None:
        await self.no(
            "checkpoint/create", "checkpoint.descriptionBlank", threadId=thread, description=" "
        )
        created = await self.yes("checkpoint/create", threadId=thread, description="By hand")
        checkpoint = created["checkpointId"]
        listed = (await self.yes("checkpoint/list", threadId=thread))["checkpoints"]
        assert listed[-1]["description"] == "By hand"
        await self.no("checkpoint/list", "params.invalid")
        await self.yes("checkpoint/diff", threadId=thread, checkpointId=checkpoint)
        gone: Json = {"threadId": thread, "checkpointId": "none"}
        await self.no("checkpoint/diff", "checkpoint.notFound", **gone)
        first = listed[0]["checkpointId"]
        await self.no("checkpoint/preview", "checkpoint.notFound", **gone)
        foreseen = await self.yes("checkpoint/preview", threadId=thread, checkpointId=first)
        assert foreseen["files"] == [{"path": "one.txt", "kind": "delete"}]
        restored = await self.yes("checkpoint/restore", threadId=thread, checkpointId=first)
        assert restored["restored"] == ["one.txt"]
        await self.yes(
            "checkpoint/restore", threadId=thread, checkpointId=restored["beforeCheckpointId"]
        )
        await self.no("checkpoint/restore", "checkpoint.notFound", **gone)

    async def _git(self, thread: str, repository: Path) -> None:
        project = (await self._teller.ask("project/list", {}))["projects"][0]["projectId"]
        status = await self.yes("git/status", projectId=project)
        assert [file["path"] for file in status["files"]] == ["one.txt"]
        await self.no("git/status", "project.notFound", projectId="none")
        await self.yes("git/diff", projectId=project)
        await self.no("git/diff", "path.outside", projectId=project, paths=["../outside"])
        proposed = await self.yes("git/proposeMessage", threadId=thread)
        assert proposed["message"]
        await self.no("git/proposeMessage", "thread.notFound", threadId="none")
        await self.no("git/commit", "git.messageBlank", threadId=thread, message=" ")
        committed = await self.yes("git/commit", threadId=thread, message="Add one")
        assert committed["files"] == ["one.txt"]
        stopped = await self.yes("operation/cancel", threadId=thread)
        assert stopped["outcome"] == "nothing"
        await self.no("operation/cancel", "thread.notFound", threadId="none")
        await self.no("git/push", "git.noRemote", threadId=thread)
        git(repository, "init", "--bare", "-q", str(self._root / "remote"))
        git(repository, "remote", "add", "origin", str(self._root / "remote"))
        pushed = await self.yes("git/push", threadId=thread, remote="origin")
        assert pushed["commit"] == committed["commit"]

    async def _branches(self, thread: str, repository: Path) -> None:
        """No forge is asked: the remote is a folder, where nobody takes pull requests."""
        created = await self.yes("git/createBranch", threadId=thread, name="greener")
        assert created["checkedOut"]
        await self.no("git/createBranch", "git.branchExists", threadId=thread, name="topic")
        listed = await self.yes("git/branches", threadId=thread)
        assert listed["current"] == listed["branches"][0]["name"] == "greener"
        assert {each["name"] for each in listed["branches"]} >= {"main", "topic"}
        await self.no("git/branches", "folder.notNamed")
        await self.no("git/pullRequest", "git.noRemote", threadId=thread, title="One")
        forge = Forge(self._root / "forge")
        forge.install("gh")
        forge.log_in("github.com")
        git(repository, "config", "remote.origin.pushurl", str(self._root / "remote"))
        git(repository, "config", "remote.origin.url", "https://github.com/ada/garden")
        (repository / "two.txt").write_text("two\n")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", "Two")
        opened = await self.yes("git/pullRequest", threadId=thread, title="Two")
        assert opened["url"] == "https://github.com/ada/garden/pull/1"

    async def _host(self) -> None:
        """A host that runs an agent itself tells what it says."""
        project = (await self._teller.ask("project/list", {}))["projects"][0]["projectId"]
        said = {"type": "textDelta", "text": "hello"}
        thread = (await self.yes("thread/create", projectId=project, provider="host"))["threadId"]
        await self.no("provider/ingest", "turn.notInProgress", threadId=thread, event=said)
        await self.yes("turn/start", threadId=thread, prompt="a prompt that nobody is given")
        await self._teller.event("turn.started")
        await self.yes("provider/ingest", threadId=thread, event=said)
        shown = {"type": "text", "text": "line\n" * 20_000}
        call = {"type": "toolCallUpdated", "itemId": "call", "content": [shown]}
        await self.yes("provider/ingest", threadId=thread, event=call)
        ended = {"type": "turnEnded", "stopReason": "endTurn"}
        await self.yes("provider/ingest", threadId=thread, event=ended)
        await self._teller.event("turn.completed")
        reading = await self.yes("thread/read", threadId=thread)
        text, call = reading["thread"]["turns"][0]["items"]
        assert text["text"] == "hello"
        for items, before in ((1, 1), (2, 0), (9, 0), (0, 2)):
            wanted = {"limit": 5, "items": items}
            cut = await self.yes("thread/read", threadId=thread, turns=wanted)
            (turn,) = cut["thread"]["turns"]
            assert (cut["itemsBefore"], turn["items"]) == (before, [text, call][before:])
        [stored] = call["content"]
        page = await self.yes("blob/read", blobId=stored["blobId"], offset=5, limit=10)
        assert (page["data"], page["size"], page["next"]) == ("line\nline\n", 100_000, 15)
        await self.no("blob/read", "blob.notFound", blobId="none")

    async def _end(self, thread: str, subscription: str) -> None:
        page = await self.yes("events/read", after=0, limit=3)
        assert [event["sequence"] for event in page["events"]] == [1, 2, 3]
        await self.no("events/read", "params.invalid", after="0")
        await self.yes("thread/delete", threadId=thread)
        await self.no("thread/delete", "thread.notFound", threadId=thread)
        project = (await self._teller.ask("project/list", {}))["projects"][0]["projectId"]
        await self.yes("project/delete", projectId=project)
        await self.no("project/delete", "project.notFound", projectId=project)
        await self.yes("events/unsubscribe", subscriptionId=subscription)

    def _repository(self) -> Path:
        """A folder of a user who commits under a name of their own."""
        repository = self._root / "repository"
        repository.mkdir()
        git(repository, "init", "-q", "-b", "main")
        git(repository, "config", "user.name", "Somebody")
        git(repository, "config", "user.email", "somebody@peon.example")
        (repository / "readme").write_text("Read me.\n")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", "Begin")
        return repository


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, timeout=30, capture_output=True)
