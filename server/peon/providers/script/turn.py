"""A turn of the embedded agent: its steps, one after the other, until the end."""

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

from peon.providers.script import commands, files, questions, steps
from peon.providers.script.files import CannotChange, Diff
from peon.providers.script.options import Options
from peon.providers.script.steps import Step
from peon.providers.script.wire import Answer, Json, JsonObject, Wire

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 "
"""What `stream` writes, over and over: the place of a character tells whether one is missing."""
_BATCH = 32
"""How many pieces of a stream are written at a time; each is a message of its own."""
_OPTIONS: "list[Json]" = [
    {"optionId": "allow", "name": "Allow", "kind": "allow_once"},
    {"optionId": "allow-always", "name": "Always allow in this session", "kind": "allow_always"},
    {"optionId": "reject", "name": "Reject", "kind": "reject_once"},
    {"optionId": "reject-always", "name": "Always reject in this session", "kind": "reject_always"},
]


class Cancelled(Exception):
    """The client asked the turn to stop."""


class Failed(Exception):
    """The script asked the turn to fail."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Refused(Exception):
    """A step may not be carried out; the words say why."""


class Standing(NamedTuple):
    """What holds for a whole session: its folder, its options, its servers, what is «always», and
    what it cost.
    """

    session_id: str
    root: str
    options: Options
    servers: "list[Json]"
    always: "dict[str, bool]"
    spent: "list[float]"


class Turn:
    """One prompt being carried out, in a thread of its own. `cancel` may come from any other."""

    def __init__(self, wire: Wire, standing: Standing, *, number: int) -> None:
        self._wire = wire
        self._number = number
        self._standing = standing
        self._alarm = commands.Alarm()
        self._answer: Answer | None = None
        self._answers: dict[str, str] = {}
        self._count = 0
        self.said = 0
        """Characters said so far."""
        self.used: tuple[int, int] | None = None
        """Tokens read and written, where a step said so."""

    def cancel(self) -> None:
        """Stop as soon as may be, whatever the step is."""
        self._alarm.ring()
        if self._answer is not None:
            self._answer.settle(None)

    def close(self) -> None:
        self._alarm.close()

    def perform(self, step: Step) -> None:
        """Carry out one step. Raises Cancelled or Failed."""
        self._check()
        match step:
            case steps.Say(text=text):
                self._speak("agent_message_chunk", self._filled(text))
            case steps.Think(text=text):
                if self._standing.options.thinks:
                    self._speak("agent_thought_chunk", self._filled(text))
            case steps.Plan(entries=entries):
                self._plan(entries)
            case steps.Write() | steps.Append():
                self._change(step._replace(text=self._filled(step.text)))
            case steps.Delete():
                self._change(step)
            case steps.Run(command=command):
                self._run(command)
            case questions.Ask():
                self._question(step)
            case steps.Sleep(seconds=seconds):
                self._alarm.rung.wait(seconds)
                self._check()
            case steps.Stream(pieces=count, size=size):
                self._stream(count, size)
            case steps.Use():
                self._use(step)
            case steps.SetOption() | steps.TellOptions() | steps.TellServers():
                self._tell(step)
            case steps.Fail(code=code, message=message):
                raise Failed(code, self._filled(message))
            case steps.Crash(words=words):
                sys.stderr.write(f"script: {self._filled(words)}\n")
                sys.stderr.flush()
                os._exit(70)

    def _check(self) -> None:
        if self._alarm.rung.is_set():
            raise Cancelled

    def _update(self, *updates: JsonObject) -> None:
        self._wire.update(self._standing.session_id, *updates)

    def _fresh(self, what: str) -> str:
        self._count += 1
        return f"{what}-{self._number}-{self._count}"

    def _speak(self, kind: str, text: str) -> None:
        self.said += len(text)
        self._update(_chunk(kind, text, self._fresh("message")))

    def _plan(self, entries: tuple[str, ...]) -> None:
        listed: list[Json] = [
            {"content": entry, "priority": "medium", "status": "pending"} for entry in entries
        ]
        self._update({"sessionUpdate": "plan", "entries": listed})

    def _use(self, step: steps.Use) -> None:
        """Tokens of several steps add up; what a session has cost is told as a whole."""
        read, written = self.used or (0, 0)
        self.used = (read + step.read, written + step.written)
        update: JsonObject = {
            "sessionUpdate": "usage_update",
            "used": sum(self.used),
            "size": 200_000,
        }
        if step.cost is not None:
            self._standing.spent.append(step.cost)
            update["cost"] = {"amount": sum(self._standing.spent), "currency": "USD"}
        self._update(update)

    def _tell(self, step: steps.Telling) -> None:
        """What is chosen of the session, and what it was given."""
        options = self._standing.options
        match step:
            case steps.SetOption(option_id=option_id, value=value, choices=choices):
                if (problem := options.offer(option_id, value, choices)) is not None:
                    raise Failed("option", problem)
                self._update(
                    {"sessionUpdate": "config_option_update", "configOptions": options.told()}
                )
            case steps.TellOptions():
                self._speak("agent_message_chunk", str(options))
            case steps.TellServers():
                shown = "\n".join(map(_server, self._standing.servers))
                self._speak("agent_message_chunk", shown or "no servers")

    def _stream(self, count: int, size: int) -> None:
        message_id = self._fresh("message")
        endless = ALPHABET * (size // len(ALPHABET) + 2)
        place = 0
        for start in range(0, count, _BATCH):
            self._check()
            pieces = []
            for _ in range(min(_BATCH, count - start)):
                pieces.append(
                    _chunk("agent_message_chunk", endless[place : place + size], message_id)
                )
                place = (place + size) % len(ALPHABET)
            self.said += size * len(pieces)
            self._update(*pieces)

    def _change(self, step: steps.Change) -> None:
        def carry_out() -> str:
            return files.carry_out(self._standing.root, step)

        kind = "delete" if isinstance(step, steps.Delete) else "edit"
        name = type(step).__name__
        call: JsonObject = {
            "toolCallId": self._fresh("tool"),
            "title": f"{name} {step.path}",
            "kind": kind,
            "rawInput": {"step": name.lower(), "path": step.path},
        }
        try:
            path = files.target(self._standing.root, step)
        except CannotChange as error:
            self._update({"sessionUpdate": "tool_call", **call, "status": "pending"})
            self._finish(call, "failed", [_text(str(error))])
            return
        shown = files.diff(path, step)
        call["locations"] = [{"path": str(path)}]
        call["content"] = [_diff(shown)] if shown is not None else []
        self._with_leave(call, carry_out)

    def _run(self, command: str) -> None:
        call: JsonObject = {
            "toolCallId": self._fresh("tool"),
            "title": f"Run {command}",
            "kind": "execute",
            "rawInput": {"step": "run", "command": command},
        }

        def carry_out() -> str:
            shown = 0

            def show(output: commands.Output) -> None:
                # Each look repeats everything: only one that shows an eighth more is worth it.
                nonlocal shown
                if output.written - shown > shown // 8:
                    shown = output.written
                    self._progress(call, [_text(str(output))])

            code, output = commands.run(command, self._standing.root, alarm=self._alarm, show=show)
            self._check()
            if code != 0:
                how = f"exit code {code}" if code > 0 else f"ended by signal {-code}"
                raise CannotChange(f"{output}\n{how}".lstrip("\n"))
            return str(output)

        self._with_leave(call, carry_out)

    def _with_leave(self, call: JsonObject, carry_out: Callable[[], str]) -> None:
        """Announce a tool call, get leave for it, do it, and say how it went."""
        self._update({"sessionUpdate": "tool_call", **call, "status": "pending"})
        diffs = [each for each in _list(call.get("content")) if isinstance(each, dict)]
        try:
            self._get_leave(call)
            self._update(
                {
                    "sessionUpdate": "tool_call_update",
                    "toolCallId": call["toolCallId"],
                    "status": "in_progress",
                }
            )
            done = carry_out()
        except (Refused, CannotChange, OSError) as error:
            self._finish(call, "failed", [_text(str(error))])
        else:
            self._finish(call, "completed", [*diffs, *([_text(done)] if done else [])])

    def _get_leave(self, call: JsonObject) -> None:
        """Ask, unless an answer was given for all time. Raises Refused or Cancelled."""
        kind = str(call["kind"])
        if self._standing.options.mode == "plan":
            raise Refused("Nothing may change in plan mode.")
        allowed = self._standing.always.get(kind)
        if allowed is None:
            allowed = self._ask(call, kind)
        if not allowed:
            raise Refused("Not allowed.")

    def _ask(self, call: JsonObject, kind: str) -> bool:
        result = self._settled(
            "session/request_permission",
            {
                "sessionId": self._standing.session_id,
                "toolCall": {**call, "status": "pending"},
                "options": _OPTIONS,
            },
        )
        outcome = result.get("outcome") if isinstance(result, dict) else None
        option = outcome.get("optionId") if isinstance(outcome, dict) else None
        if option is None:
            # «Cancelled» is how a client says that the turn is over; it may come before its cancel.
            raise Cancelled
        if option in {"allow-always", "reject-always"}:
            self._standing.always[kind] = option == "allow-always"
        return option in {"allow", "allow-always"}

    def _question(self, asked: questions.Ask) -> None:
        """Ask, and say what was answered; who declines is told so, and the next step comes."""
        result = self._settled(
            "elicitation/create",
            {
                "sessionId": self._standing.session_id,
                "mode": "form",
                "message": asked.question,
                "requestedSchema": asked.schema,
            },
        )
        action = result.get("action") if isinstance(result, dict) else None
        if action not in {"accept", "decline"}:
            raise Cancelled
        content = result.get("content") if isinstance(result, dict) else None
        if action == "decline" or not isinstance(content, dict):
            self._speak("agent_message_chunk", "Not answered.")
            return
        for name, value in content.items():
            self._answers[name] = questions.shown(value)
        self._speak("agent_message_chunk", f"Answered: {questions.said(asked, content)}.")

    def _settled(self, method: str, params: JsonObject) -> Json:
        """What the client answers. Raises Cancelled."""
        self._answer = self._wire.ask(method, params)
        self._check()
        self._answer.settled.wait()
        self._check()
        return self._answer.result

    def _filled(self, text: str) -> str:
        return questions.filled(text, self._answers) if self._answers else text

    def _progress(self, call: JsonObject, content: "list[Json]") -> None:
        self._update(
            {
                "sessionUpdate": "tool_call_update",
                "toolCallId": call["toolCallId"],
                "content": content,
            }
        )

    def _finish(self, call: JsonObject, status: str, content: "list[Json]") -> None:
        self._update(
            {
                "sessionUpdate": "tool_call_update",
                "toolCallId": call["toolCallId"],
                "status": status,
                "content": content,
            }
        )


def _server(told: Json) -> str:
    """A server as it was given: of variables and headers their names, no values."""
    server = told if isinstance(told, dict) else {}
    kind = server.get("type", "stdio")
    where = server.get("url") or " ".join(
        map(str, [server.get("command"), *_list(server.get("args"))])
    )
    named = [*_list(server.get("env")), *_list(server.get("headers"))]
    names = [str(each["name"]) for each in named if isinstance(each, dict)]
    return f"{server.get('name')}: {kind} {where}" + (f" ({', '.join(names)})" if names else "")


def _chunk(kind: str, text: str, message_id: str) -> JsonObject:
    content: JsonObject = {"type": "text", "text": text}
    return {"sessionUpdate": kind, "messageId": message_id, "content": content}


def _text(text: str) -> Json:
    return {"type": "content", "content": {"type": "text", "text": text}}


def _diff(shown: Diff) -> Json:
    return {"type": "diff", "path": shown.path, "oldText": shown.old, "newText": shown.new}


def _list(value: Json) -> "list[Json]":
    return value if isinstance(value, list) else []
