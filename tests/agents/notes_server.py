"""A server of the Model Context Protocol with one tool, which says what a variable holds.

Run by file path. It speaks over its standard input and output.
"""

import json
import os
import sys

Message = dict[str, object]

TOOL: Message = {
    "name": "recall",
    "description": "Say what was noted.",
    "inputSchema": {"type": "object", "properties": {}},
}


def answer(method: object, params: Message) -> Message:
    match method:
        case "initialize":
            return {
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "notes", "version": "1"},
            }
        case "tools/list":
            return {"tools": [TOOL]}
        case "tools/call":
            noted = f"it was noted: {os.environ['NOTES_WORD']}"
            return {"content": [{"type": "text", "text": noted}]}
        case _:
            return {}


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message and "method" in message:
            result = answer(message["method"], message.get("params") or {})
            told = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
