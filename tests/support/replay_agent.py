"""An agent that says what a real one once said. Run by file path, with a transcript.

A line of a transcript is `{"sent": MESSAGE}` or `{"received": MESSAGE}`, as the client of then
saw it. What it received is repeated as it was, but for the ids of requests; where it sent
something, the replay waits until the client of now has sent the like. Choices of mode and model are
the client's own: they are not waited for, and always taken.

A MESSAGE that is a string is the line itself, and is repeated byte for byte.
"""

import json
import sys
from pathlib import Path

Message = dict[str, object]


def read() -> Message:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    message = json.loads(line)
    assert isinstance(message, dict)
    return message


def write(message: Message) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def wait_for_the_like(sent: Message) -> object:
    """Wait for a message like `sent`; its id. Other requests are answered with an empty result."""
    while True:
        message = read()
        if message.get("method") == sent.get("method"):
            return message.get("id")
        if "method" in message and "id" in message:
            write({"jsonrpc": "2.0", "id": message["id"], "result": {}})


def play(transcript: Path) -> None:
    ids: dict[object, object] = {}
    for line in transcript.read_text().splitlines():
        entry = json.loads(line)
        if (sent := entry.get("sent")) is not None:
            sent = json.loads(sent) if isinstance(sent, str) else sent
            if not sent.get("method", "").startswith("session/set_"):
                ids[sent.get("id")] = wait_for_the_like(sent)
            continue
        message = entry["received"]
        if isinstance(message, str):
            sys.stdout.buffer.write(message.encode() + b"\n")
            sys.stdout.buffer.flush()
            continue
        if "method" in message:
            write(message)
        elif message["id"] in ids:
            write({**message, "id": ids[message["id"]]})
    wait_for_the_like({"method": "the end"})


if __name__ == "__main__":
    play(Path(sys.argv[1]))
