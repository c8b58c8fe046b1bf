"""An agent that speaks two hundred times a second, and says each time when it did; or that shows
what a tool has put out, all of it in one message, where it is told to.

Run as a program: it needs nothing but the standard library, so that fifty of them cost little.
"""

import json
import select
import sys
import time
from pathlib import Path
from typing import Any, Final, TextIO

RATE: Final = 200
"""Pieces of text a second."""
_ANSWERS: Final[dict[str, dict[str, object]]] = {
    "initialize": {"protocolVersion": 1, "agentCapabilities": {}},
    "session/new": {"sessionId": "session"},
}
_PIECE: Final = (
    '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"session","update":'
    '{"sessionUpdate":"agent_message_chunk","content":{"type":"text",'
    '"text":"@%d@ and some words, "}}}}\n'
)


def main() -> None:
    """Answer until the client ends; speak from the prompt on until it is cancelled."""
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "session/prompt":
            _answer(message, {"stopReason": _do(message.get("params", {}))})
        elif "id" in message and "method" in message:
            _answer(message, _ANSWERS.get(message["method"], {}))


def _do(prompted: dict[str, Any]) -> str:
    """Do what the prompt asks for: `show SIZE`, or to speak, or `wait PIPE` before; why it ends."""
    match prompted:
        case {"prompt": [{"text": str(words)}, *_]} if words.startswith("show "):
            _show(int(words.removeprefix("show ")))
            return "end_turn"
        case {"prompt": [{"text": str(words)}, *_]} if words.startswith("wait "):
            Path(words.removeprefix("wait ")).open().close()
            _speak(sys.stdin)
            return "cancelled"
        case _:
            _speak(sys.stdin)
            return "cancelled"


def _answer(request: dict[str, Any], result: dict[str, object]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}) + "\n")
    sys.stdout.flush()


def _show(size: int) -> None:
    """So many characters of lines."""
    line = "-rw-r--r-- 1 somebody somebody 4096 Nov 26 20:15 some/file/or/other.txt\n"
    shown = {"type": "content", "content": {"type": "text", "text": line * (size // len(line))}}
    update = {
        "sessionUpdate": "tool_call",
        "toolCallId": "call",
        "title": "List",
        "status": "completed",
        "content": [shown],
    }
    params = {"sessionId": "session", "update": update}
    sys.stdout.write(
        json.dumps({"jsonrpc": "2.0", "method": "session/update", "params": params}) + "\n"
    )
    sys.stdout.flush()


def _speak(listening: TextIO) -> None:
    """Speak at the rate, until the client says anything."""
    due = time.monotonic()
    while True:
        sys.stdout.write(_PIECE % time.monotonic_ns())
        sys.stdout.flush()
        due += 1 / RATE
        readable, _, _ = select.select([listening], [], [], max(0.0, due - time.monotonic()))
        if readable:
            listening.readline()
            return


if __name__ == "__main__":
    main()
