"""A `codex app-server` without a model: it speaks the protocol as the real one was seen to.

Run by file path. The lines of a prompt are what it does in the turn, each word by word one of
`STEPS`; the first argument is its manner, something that is wrong with it from the start.
Conversations are remembered in the file `CODEX_HOME/threads`.
"""

import json
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path

Message = dict[str, object]
Work = Generator[None, object, None]
EFFORTS: Message = {
    "supportedReasoningEfforts": [
        {"reasoningEffort": each, "description": each} for each in ("low", "medium", "high")
    ],
    "defaultReasoningEffort": "medium",
}
MANNER = sys.argv[1] if len(sys.argv) > 1 else "plain"


def write(message: Message) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Refused(Exception):
    """A request that cannot be granted."""

    def __init__(self, message: str, code: int = -32600) -> None:
        super().__init__(message)
        self.code = code


class Server:
    """One connection, one conversation, at most one turn."""

    def __init__(self) -> None:
        self.greeted = False
        self.thread: str | None = None
        self.told: Message = {}
        self.given: object = None
        self.turn: str | None = None
        self.work: Work | None = None
        self.steered: list[str] = []
        self.count = 0
        self.requests = 0
        self.asked: int | None = None
        self.tokens = 0
        self.starts = 0

    # ---- what it says ---------------------------------------------------------------------------

    def notify(self, method: str, **params: object) -> None:
        about = {"threadId": self.thread, "turnId": self.turn}
        write({"method": method, "params": {**about, **params}, "emittedAtMs": 0})

    def item(self, what: str, when: str, native: str, **fields: object) -> None:
        self.notify(f"item/{when}", item={"type": what, "id": native, **fields})

    def ask(self, method: str, native: str, **params: object) -> Generator[None, object, object]:
        """Ask, and wait for the answer."""
        number = self.asked = self.requests
        self.requests += 1
        about = {"threadId": self.thread, "turnId": self.turn, "itemId": native, "startedAtMs": 0}
        write({"method": method, "id": number, "params": {**about, **params}})
        answer = yield
        self.notify("serverRequest/resolved", requestId=number)
        return answer

    def fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def use_tokens(self) -> None:
        self.tokens += 120
        last = {
            "inputTokens": 100,
            "cachedInputTokens": 40,
            "outputTokens": 20,
            "totalTokens": 120,
        }
        times = self.tokens // 120
        total = {name: number * times for name, number in last.items()}
        usage = {"total": total, "last": last, "modelContextWindow": 1000}
        self.notify("thread/tokenUsage/updated", tokenUsage=usage)

    def end(self, status: str, error: object = None) -> None:
        turn, self.turn, self.work, self.asked = self.turn, None, None, None
        self.notify("thread/status/changed", status={"type": "idle"})
        told = {"id": turn, "items": [], "status": status, "error": error}
        write({"method": "turn/completed", "params": {"threadId": self.thread, "turn": told}})

    # ---- what it is told ------------------------------------------------------------------------

    def serve(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            assert "jsonrpc" not in message, message
            if "method" not in message:
                self.answered(message)
            elif "id" in message:
                self.request(message)

    def answered(self, message: Message) -> None:
        if message["id"] == self.asked and self.work is not None:
            self.asked = None
            self.go_on(message.get("result"))

    def go_on(self, answer: object) -> None:
        assert self.work is not None
        try:
            self.work.send(answer)
        except StopIteration:
            if self.turn is not None:
                self.end("completed")

    def request(self, message: Message) -> None:
        method, params = str(message["method"]), message["params"]
        assert isinstance(params, dict)
        after: list[Callable[[], None]] = []
        try:
            result = self.result(method, params, after)
        except Refused as refusal:
            write({"error": {"code": refusal.code, "message": str(refusal)}, "id": message["id"]})
            return
        write({"id": message["id"], "result": result})
        for each in after:
            each()

    def result(self, method: str, params: Message, after: list[Callable[[], None]]) -> object:
        if method != "initialize" and not self.greeted:
            raise Refused("Not initialized")
        match method:
            case "initialize":
                self.greeted = True
                return greeting()
            case "account/read":
                return {"account": None, "requiresOpenaiAuth": MANNER == "logged out"}
            case "model/list":
                shown = {"model": "gpt-5.5", "displayName": "GPT 5.5", "hidden": False, **EFFORTS}
                return {"data": [shown, {"model": "gpt-x", "hidden": True}], "nextCursor": None}
            case "thread/start" | "thread/resume":
                return self.open(method, params)
            case "turn/start":
                return self.start(params, after)
            case "turn/steer":
                return self.steer(params, after)
            case "turn/interrupt":
                return self.interrupt(params, after)
            case _:
                raise Refused(f"Invalid request: unknown variant `{method}`")

    def open(self, method: str, params: Message) -> object:
        known = Path(os.environ["CODEX_HOME"]) / "threads"
        names = known.read_text().split() if known.exists() else []
        if method == "thread/resume":
            if params["threadId"] not in names:
                raise Refused(f"no rollout found for thread id {params['threadId']}")
            assert params["excludeTurns"] is True
            self.thread = str(params["threadId"])
        else:
            self.thread = f"thread-{len(names) + 1}"
            known.write_text(" ".join([*names, self.thread]))
        self.given = params.get("config")
        kind = {"read-only": "readOnly", "workspace-write": "workspaceWrite"}
        asked = str(params["sandbox"])
        settings: Message = {
            "approvalPolicy": "never" if MANNER == "free" else params["approvalPolicy"],
            "approvalsReviewer": "auto_review" if MANNER == "reviewed" else "user",
            "sandbox": {"type": kind.get(asked, "dangerFullAccess"), "writableRoots": ["/mine"]},
            "model": params.get("model", "gpt-5.5"),
        }
        if MANNER == "unboxed":
            settings["sandbox"] = {"type": "dangerFullAccess"}
        thread = {"id": self.thread, "turns": [], "status": {"type": "idle"}}
        return {"thread": {} if MANNER == "nameless" else thread, **settings}

    def start(self, params: Message, after: list[Callable[[], None]]) -> object:
        self.starts += 1
        if MANNER == "busy" and self.starts % 3:
            raise Refused("Server overloaded; retry later.", -32001)
        if MANNER == "always busy":
            raise Refused("Server overloaded; retry later.", -32001)
        if MANNER == "full":
            raise Refused("no room for that")
        if self.turn is not None:
            return {"turn": {"id": self.turn, "status": "inProgress"}}
        self.turn = turn = self.fresh("turn")
        words = params["input"]
        assert isinstance(words, list)
        told = str(words[0]["text"])
        self.told = {name: value for name, value in params.items() if name != "input"}

        def begin() -> None:
            heard = {**self.told, "effort": "low"} if MANNER == "deaf" else self.told
            self.notify("thread/settings/updated", threadSettings=heard)
            self.notify("turn/started", turn={"id": turn, "status": "inProgress"})
            self.item("userMessage", "started", self.fresh("user"), clientId=None, content=words)
            self.work = self.doing(told)
            self.go_on(None)

        after.append(begin)
        return {"turn": {"id": turn, "items": [], "status": "inProgress", "error": None}}

    def steer(self, params: Message, after: list[Callable[[], None]]) -> object:
        if self.turn is None:
            raise Refused("no active turn to steer")
        if params["expectedTurnId"] != self.turn:
            raise Refused(f"expected active turn id `{params['expectedTurnId']}`")
        words, client = params["input"], params.get("clientUserMessageId")
        assert isinstance(words, list)
        self.steered.append(str(words[0]["text"]))

        def take() -> None:
            native = self.fresh("user")
            for when in ("started", "completed"):
                self.item("userMessage", when, native, clientId=client, content=words)
            self.go_on(None)

        if self.asked is None:
            after.append(take)
        return {"turnId": self.turn}

    def interrupt(self, params: Message, after: list[Callable[[], None]]) -> object:
        if self.turn is None or params["turnId"] != self.turn:
            raise Refused("no active turn to interrupt")
        if MANNER != "stubborn":
            after.append(lambda: self.end("interrupted"))
        return {}

    # ---- what it does ---------------------------------------------------------------------------

    def doing(self, told: str) -> Work:
        for line in told.splitlines():
            step, _, rest = line.partition(" ")
            yield from STEPS[step](self, rest)
            if self.turn is None:
                return
        self.use_tokens()

    def say(self, text: str) -> Work:
        native = self.fresh("msg")
        self.item("agentMessage", "started", native, text="")
        for piece in (text[:5], text[5:]):
            self.notify("item/agentMessage/delta", itemId=native, delta=piece)
        self.item("agentMessage", "completed", native, text=text)
        yield from ()

    def think(self, text: str) -> Work:
        native = self.fresh("rs")
        self.item("reasoning", "started", native, summary=[], content=[])
        for number, part in enumerate(text.split("|")):
            self.notify("item/reasoning/summaryPartAdded", itemId=native, summaryIndex=number)
            self.notify("item/reasoning/summaryTextDelta", itemId=native, delta=part)
        self.item("reasoning", "completed", native, summary=text.split("|"), content=[])
        yield from ()

    def plan(self, text: str) -> Work:
        steps = [{"step": each.strip(), "status": "pending"} for each in text.split(";")]
        self.notify("turn/plan/updated", explanation=None, plan=steps)
        yield from ()

    def run(self, command: str) -> Work:
        native, shown = self.fresh("call"), f"/bin/bash -lc '{command}'"
        about = {"command": shown, "cwd": str(Path.cwd()), "commandActions": []}
        self.item("commandExecution", "started", native, status="inProgress", **about)
        told = yield from self.ask("item/commandExecution/requestApproval", native, **about)
        decision = decided(told)
        if decision in {"accept", "acceptForSession"}:
            for piece in ("first\n", "second\n"):
                self.notify("item/commandExecution/outputDelta", itemId=native, delta=piece)
            fields = {"status": "completed", "aggregatedOutput": "first\nsecond\n", "exitCode": 0}
        else:
            fields = {"status": "declined", "aggregatedOutput": None, "exitCode": None}
        self.item("commandExecution", "completed", native, **about, **fields)
        if decision == "cancel":
            self.end("interrupted")

    def edit(self, told: str) -> Work:
        path, _, text = told.partition(" ")
        native = self.fresh("call")
        where = str(Path.cwd() / path)
        changes = [{"path": where, "kind": {"type": "add"}, "diff": f"{text}\n"}]
        self.item("fileChange", "started", native, changes=changes, status="inProgress")
        answer = yield from self.ask("item/fileChange/requestApproval", native, grantRoot=None)
        decision = decided(answer)
        if decision == "cancel":
            self.end("interrupted")  # Without a word about the edit, as the real one does.
            return
        done = "declined" if decision == "decline" else "completed"
        self.item("fileChange", "completed", native, changes=changes, status=done)
        self.notify("turn/diff/updated", diff="diff --git a/x b/x\n")

    def reach(self, host: str) -> Work:
        wanted = {"network": {"enabled": True}}
        told = yield from self.ask(
            "item/permissions/requestApproval", self.fresh("call"), permissions=wanted, reason=host
        )
        yield from self.say(json.dumps(told))

    def wait(self, _: str) -> Work:
        """Says something, and goes on when it is steered."""
        native = self.fresh("msg")
        self.item("agentMessage", "started", native, text="")
        self.notify("item/agentMessage/delta", itemId=native, delta="waiting")
        yield
        yield from self.say(f"heard {self.steered.pop()}")

    def fail(self, told: str) -> Work:
        error = {"message": "it went wrong", "codexErrorInfo": json.loads(told)}
        self.notify("error", error=error, willRetry=False)
        self.end("failed", {**error, "additionalDetails": "in the end"})
        yield from ()

    def raw(self, told: str) -> Work:
        """Write something as it stands; `$turn` and `$thread` are filled in."""
        line = told.replace("$turn", str(self.turn)).replace("$thread", str(self.thread))
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        yield from ()

    def retry(self, _: str) -> Work:
        """Tries again, tells so, and says no more."""
        for _number in range(20):
            self.notify("error", error={"message": "again"}, willRetry=True)
        yield

    def settings(self, _: str) -> Work:
        """Says how it is set."""
        yield from self.say(json.dumps(self.told))

    def set(self, effort: str) -> Work:
        """Sets itself to another effort."""
        self.notify("thread/settings/updated", threadSettings={**self.told, "effort": effort})
        yield from ()

    def config(self, _: str) -> Work:
        """Says which configuration it was given."""
        yield from self.say(json.dumps(self.given))

    def crash(self, told: str) -> Work:
        yield from ()
        sys.stderr.write(told)
        sys.stderr.flush()
        os._exit(3)

    def vanish(self, _: str) -> Work:
        """Ends the conversation in the middle of the turn."""
        write({"method": "thread/closed", "params": {"threadId": self.thread}})
        yield


STEPS: dict[str, Callable[[Server, str], Work]] = {
    name: vars(Server)[name]
    for name in [
        "say",
        "think",
        "plan",
        "run",
        "edit",
        "reach",
        "wait",
        "fail",
        "raw",
        "retry",
        "crash",
        "vanish",
        "settings",
        "set",
        "config",
    ]
}


def decided(answer: object) -> str:
    assert isinstance(answer, dict), answer
    return str(answer["decision"])


def greeting() -> Message:
    if MANNER == "dies":
        sys.stderr.write("error: unrecognized subcommand 'app-server'\n")
        sys.exit(2)
    return {"userAgent": "peon/0.163.0 (Somewhere) unknown", "codexHome": "/h"}


if __name__ == "__main__":
    Server().serve()
