"""An agent that says everything at random, and some of it nearly right. Run by file path.

The prompt is the seed.
"""

import json
import random
import sys

_WORDS = [
    *("session/update", "session/request_permission", "$/cancel_request", "agent_message_chunk"),
    *("tool_call", "tool_call_update", "plan", "current_mode_update", "text", "diff", "content"),
    *("allow_once", "completed", "in_progress", "rogue", "t", "", "\ud83d", "edit", "2.0"),
]
_NAMES = [
    *("jsonrpc", "id", "method", "params", "result", "error", "code", "message", "sessionId"),
    *("update", "sessionUpdate", "content", "type", "text", "toolCall", "toolCallId", "status"),
    *("options", "optionId", "kind", "name", "locations", "path", "newText", "entries", "rawInput"),
]


def _babbled(lots: random.Random, depth: int) -> object:
    """A message that looks like one of ours, with anything in its places."""
    if depth == 4:
        shape = lots.choice(["update", "permission", "anything", "answer"])
        if shape == "update":
            told = {"sessionUpdate": lots.choice(_WORDS[3:8]), **_object(lots, depth - 1)}
            return {"method": "session/update", "params": {"sessionId": "s", "update": told}}
        if shape == "permission":
            params = {"options": [_object(lots, 1)], "toolCall": _object(lots, 2)}
            ident = lots.choice([0, 1, "x", None, 2.5])
            return {"id": ident, "method": "session/request_permission", "params": params}
        if shape == "answer":
            return {"id": lots.choice([1, 2, 99, "1", None]), **_object(lots, 2)}
        return _object(lots, depth - 1)
    kinds = ["word", "number", "null", "list", "object"] if depth else ["word", "number", "null"]
    match lots.choice(kinds):
        case "word":
            return lots.choice(_WORDS)
        case "number":
            return lots.choice([0, -1, 2**70, 1.5, True, False])
        case "list":
            return [_babbled(lots, depth - 1) for _ in range(lots.randrange(3))]
        case "object":
            return _object(lots, depth - 1)
        case _:
            return None


def _object(lots: random.Random, depth: int) -> dict[str, object]:
    return {lots.choice(_NAMES): _babbled(lots, max(depth, 0)) for _ in range(lots.randrange(6))}


def babble(lots: random.Random) -> None:
    for _ in range(400):
        line = json.dumps(_babbled(lots, 4))
        if lots.random() < 0.1:
            line = line[: lots.randrange(len(line) + 1)]
        sys.stdout.write(f"{line}\n")


def main() -> None:
    results = {
        "initialize": {"protocolVersion": 1},
        "session/new": {"sessionId": "s"},
        "session/prompt": {"stopReason": "end_turn"},
    }
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "session/prompt":
            babble(random.Random(message["params"]["prompt"][0]["text"]))
        if message.get("method") in results:
            answer = {"id": message["id"], "result": results[message["method"]]}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
