"""The few messages that the relay writes itself, in the form of the protocol."""

import json
from typing import NamedTuple

from peon.attach.peeking import RequestId


class Refusal(NamedTuple):
    """Why a request is not answered by an owner."""

    kind: str
    message: str
    remedy: str
    code: int = -32803
    retryable: bool = True


def lost(why: str) -> Refusal:
    """An owner died with the request open: whether it was carried out, the log will tell."""
    return Refusal(
        "server.lost",
        f"The server was lost before it answered: {why}.",
        "Send it again; with the same commandId it is not carried out twice.",
    )


SHUT_DOWN = Refusal(
    "server.shuttingDown",
    "The request came after shutdown.",
    "Send exit, and start the server again.",
    code=-32600,
    retryable=False,
)


def refused(request_id: RequestId | None, refusal: Refusal) -> bytes:
    """An error answer."""
    content = {
        "kind": refusal.kind,
        "message": refusal.message,
        "retryable": refusal.retryable,
        "remedy": refusal.remedy or None,
        "details": None,
    }
    error = {"code": refusal.code, "message": refusal.message, "data": content}
    return dumps({"jsonrpc": "2.0", "id": request_id, "error": error})


def in_full(refusal: Refusal) -> Refusal:
    """With the remedy in the message: of a failed start an editor shows nothing else."""
    return refusal._replace(message=f"{refusal.message} {refusal.remedy}".strip())


def nothing(request_id: RequestId) -> bytes:
    """An answer that has nothing to tell but that it is done."""
    return dumps({"jsonrpc": "2.0", "id": request_id, "result": None})


def with_id(body: bytes, request_id: str) -> bytes:
    """The same request under another id."""
    return dumps({**json.loads(body), "id": request_id})


def resync(subscription_id: str, after: int) -> bytes:
    """Tells a client that a subscription is over, and where to go on."""
    return _notification("events/resync", {"subscriptionId": subscription_id, "after": after})


def begun(token: RequestId, sequence: int, head: int) -> bytes:
    """Tells a client that a start takes long, and why."""
    told = _how_far(sequence, head)
    return _progress(token, {"kind": "begin", "title": "Reading the history", **told})


def got_on(token: RequestId, sequence: int, head: int) -> bytes:
    """Tells a client how far a long start is."""
    return _progress(token, {"kind": "report", **_how_far(sequence, head)})


def ended(token: RequestId, why: str) -> bytes:
    """Tells a client that what it shows the progress of goes on no more."""
    return _progress(token, {"kind": "end", "message": why})


def _how_far(sequence: int, head: int) -> dict[str, str | int]:
    return {
        "message": f"event {sequence:,} of {head:,}",
        "percentage": min(100, sequence * 100 // max(head, 1)),
    }


def _progress(token: RequestId, value: dict[str, str | int]) -> bytes:
    return _notification("$/progress", {"token": token, "value": value})


def dumps(message: object) -> bytes:
    """JSON as our server writes it."""
    return json.dumps(message, separators=(",", ":")).encode()


def _notification(method: str, params: object) -> bytes:
    return dumps({"jsonrpc": "2.0", "method": method, "params": params})
