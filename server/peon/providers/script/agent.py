"""The embedded agent's process: the methods of the protocol, and a thread for each turn."""

import json
import os
import signal
import sys
import threading
from typing import BinaryIO

from peon.providers.script import steps
from peon.providers.script.options import MODE, MODES, Options
from peon.providers.script.turn import Cancelled, Failed, Standing, Turn
from peon.providers.script.wire import Json, JsonObject, Wire

VERSION = "1"
_MODES: "list[Json]" = [
    {"id": name, "name": name.capitalize(), "description": text} for name, text in MODES.items()
]
_TRANSCRIPT = "peon:transcript"
_CODES = {"parse": -32700, "request": -32600, "method": -32601, "params": -32602, "failed": -32603}


class Session:
    """One conversation. It holds one turn at a time."""

    def __init__(self, session_id: str, root: str, servers: "list[Json]") -> None:
        self.standing = Standing(session_id, root, Options(), servers, {}, [])
        self.turn: Turn | None = None
        self.turns = 0


class BadRequest(Exception):
    """A request that cannot be taken: its code, and why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Agent:
    """Takes messages one at a time; turns run beside it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._sessions: dict[str, Session] = {}
        self._methods = {
            "initialize": self._initialize,
            "authenticate": lambda _params: {},
            "session/new": self._new,
            "session/resume": self._resume,
            "session/set_mode": self._set_mode,
            "session/set_config_option": self._set_option,
            "session/close": self._close,
        }

    def take(self, line: bytes) -> None:
        """Handle one line of input."""
        try:
            message = json.loads(line)
        except ValueError:
            self._wire.refuse(None, _CODES["parse"], "Parse error")
            return
        if not isinstance(message, dict):
            self._wire.refuse(None, _CODES["request"], "Invalid request")
        elif "method" not in message:
            self._wire.answered(message.get("id"), message.get("result"))
        elif "id" not in message:
            self._notified(message)
        else:
            self._asked(message["id"], str(message["method"]), _object(message.get("params")))

    def stop(self) -> None:
        """Cancel every turn, and with it what it runs."""
        for session in self._sessions.values():
            if session.turn is not None:
                session.turn.cancel()

    def _notified(self, message: JsonObject) -> None:
        if message["method"] == "session/cancel":
            session = self._sessions.get(str(_object(message.get("params")).get("sessionId")))
            if session is not None and session.turn is not None:
                session.turn.cancel()

    def _asked(self, request_id: Json, method: str, params: JsonObject) -> None:
        try:
            if method == "session/prompt":
                self._prompt(request_id, params)
            elif method in self._methods:
                self._wire.respond(request_id, self._methods[method](params))
            else:
                raise BadRequest(_CODES["method"], f"Method not found: {method}")
        except BadRequest as error:
            self._wire.refuse(request_id, error.code, str(error))

    def _initialize(self, _params: JsonObject) -> Json:
        return {
            "protocolVersion": 1,
            "agentCapabilities": {
                "loadSession": False,
                "promptCapabilities": {"image": False, "audio": False, "embeddedContext": True},
                "mcpCapabilities": {"http": True, "sse": False},
                "sessionCapabilities": {"resume": {}, "close": {}},
            },
            "agentInfo": {"name": "peon-script", "title": "Script", "version": VERSION},
            "authMethods": [],
        }

    def _new(self, params: JsonObject) -> Json:
        session_id = f"script-{os.getpid()}-{len(self._sessions) + 1}-{os.urandom(4).hex()}"
        return {"sessionId": session_id, **self._open(session_id, params)}

    def _resume(self, params: JsonObject) -> Json:
        """Go on with a session: a script remembers nothing, so there is nothing to be lost."""
        session_id = params.get("sessionId")
        if not isinstance(session_id, str):
            raise BadRequest(_CODES["params"], "sessionId must be a string")
        return self._open(session_id, params)

    def _open(self, session_id: str, params: JsonObject) -> JsonObject:
        root = params.get("cwd")
        if not isinstance(root, str) or not root.startswith("/"):
            raise BadRequest(_CODES["params"], "cwd must be an absolute path")
        servers = params.get("mcpServers")
        session = Session(session_id, root, servers if isinstance(servers, list) else [])
        self._sessions[session_id] = session
        return {
            "modes": {"currentModeId": session.standing.options.mode, "availableModes": _MODES},
            "configOptions": session.standing.options.told(),
        }

    def _set_mode(self, params: JsonObject) -> Json:
        session = self._session(params)
        mode = params.get("modeId")
        if session.standing.options.set(MODE, mode) is not None:
            raise BadRequest(_CODES["params"], f"there is no mode {mode}")
        return {}

    def _set_option(self, params: JsonObject) -> Json:
        options = self._session(params).standing.options
        problem = options.set(params.get("configId"), params.get("value"))
        if problem is not None:
            raise BadRequest(_CODES["params"], problem)
        return {"configOptions": options.told()}

    def _close(self, params: JsonObject) -> Json:
        session = self._session(params)
        if session.turn is not None:
            session.turn.cancel()
        del self._sessions[session.standing.session_id]
        return {}

    def _prompt(self, request_id: Json, params: JsonObject) -> None:
        session = self._session(params)
        if session.turn is not None:
            raise BadRequest(_CODES["request"], "a turn is in progress")
        blocks = params.get("prompt")
        if not isinstance(blocks, list):
            raise BadRequest(_CODES["params"], "prompt must be a list of content blocks")
        prompt = "\n".join(_words(block) for block in blocks)
        session.turns += 1
        turn = session.turn = Turn(self._wire, session.standing, number=session.turns)
        work = threading.Thread(
            target=self._perform, args=(request_id, session, turn, prompt), daemon=True
        )
        work.start()

    def _perform(self, request_id: Json, session: Session, turn: Turn, prompt: str) -> None:
        """Carry out a prompt to its end and answer it."""
        failure: Failed | None = None
        reason = "end_turn"
        try:
            for step in steps.parse(prompt):
                turn.perform(step)
        except Cancelled:
            reason = "cancelled"
        except Failed as error:
            failure = error
        session.turn = None
        turn.close()
        if failure is None:
            self._wire.respond(request_id, {"stopReason": reason, "usage": _usage(prompt, turn)})
        else:
            number = int(failure.code) if failure.code.lstrip("-").isdecimal() else _CODES["failed"]
            self._wire.refuse(request_id, number, failure.message, {"code": failure.code})

    def _session(self, params: JsonObject) -> Session:
        session = self._sessions.get(str(params.get("sessionId")))
        if session is None:
            raise BadRequest(-32002, f"there is no session {params.get('sessionId')}")
        return session


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _words(block: Json) -> str:
    """The text of a block of the prompt, also of an embedded one.

    A transcript tells of steps that were taken already.
    """
    held = _object(_object(block).get("resource") or block)
    text = "" if held.get("uri") == _TRANSCRIPT else held.get("text")
    return text if isinstance(text, str) else ""


def _usage(prompt: str, turn: Turn) -> Json:
    """Tokens as a step said them, or as a rule of thumb has them: four characters each."""
    read, written = turn.used or ((len(prompt) + 3) // 4, (turn.said + 3) // 4)
    return {"inputTokens": read, "outputTokens": written, "totalTokens": read + written}


def serve(source: BinaryIO, output: int) -> None:
    """Serve a client until it closes our input."""
    agent = Agent(Wire(output))
    try:
        for line in source:
            if line.strip():
                agent.take(line)
    finally:
        agent.stop()


def main() -> None:
    """Run the agent on standard input and output."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    serve(sys.stdin.buffer, sys.stdout.fileno())
