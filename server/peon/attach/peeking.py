"""What the relay reads off messages, and the few it writes itself.

Our server writes the members of an answer, and of `events/appended`, in a known order, so the
beginning of the bytes tells enough; only what a client sends, and answers that are looked for, are
parsed.
"""

import json
import re
from typing import NamedTuple, TypeAlias

RequestId: TypeAlias = "int | str | None"

_ANSWER = re.compile(rb'\{"jsonrpc":"2\.0","id":("(?:[^"\\]|\\.)*"|-?\d+|null),"(?:result|error)"')
_APPENDED = re.compile(
    rb'\{"jsonrpc":"2\.0","method":"events/appended","params":'
    rb'\{"subscriptionId":"([^"]*)","through":(\d+),'
)
_MOST_PARSED = 8 << 20
"""A longer message of a client is carried unread; its answer is not made up should the owner die.
"""


class Asked(NamedTuple):
    """What a client's message is: a request has an id, a notification has none."""

    method: str
    request_id: RequestId
    is_request: bool


class Appended(NamedTuple):
    """How far a subscription has come."""

    subscription_id: str
    through: int


class Subscribed(NamedTuple):
    """A subscription that was opened behind a sequence."""

    subscription_id: str
    sequence: int


def asked(body: bytes) -> Asked | None:
    """What a client's message asks; None where that cannot be told."""
    if len(body) > _MOST_PARSED:
        return None
    try:
        message = json.loads(body)
    except ValueError:
        return None
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return None
    return Asked(message["method"], message.get("id"), "id" in message)


def answered(body: bytes) -> "tuple[RequestId] | None":
    """The id that the owner's message answers, in a tuple because it may be null."""
    found = _ANSWER.match(body)
    return None if found is None else (json.loads(found[1]),)


def appended(body: bytes) -> Appended | None:
    """The progress of a subscription that the owner's message tells of."""
    found = _APPENDED.match(body)
    return None if found is None else Appended(found[1].decode(), int(found[2]))


def subscribed(body: bytes) -> Subscribed | None:
    """The subscription that an answer to `events/subscribe` has opened."""
    result = json.loads(body).get("result")
    if not isinstance(result, dict):
        return None
    return Subscribed(str(result["subscriptionId"]), int(result["sequence"]))


def lost(request_id: RequestId, why: str) -> bytes:
    """The answer to a request whose owner died: whether it was done, the log will tell."""
    return refused(
        request_id,
        kind="server.lost",
        message=f"The server was lost before it answered: {why}.",
        remedy="Send it again; with the same commandId it is not done twice.",
        retryable=True,
    )


def refused(
    request_id: RequestId, *, kind: str, message: str, remedy: str, retryable: bool
) -> bytes:
    """An error answer in the form of the protocol."""
    data = {
        "kind": kind,
        "message": message,
        "retryable": retryable,
        "remedy": remedy,
        "details": None,
    }
    error = {"code": -32803, "message": message, "data": data}
    return _dumps({"jsonrpc": "2.0", "id": request_id, "error": error})


def with_id(body: bytes, request_id: str) -> bytes:
    """The same request under another id."""
    return _dumps({**json.loads(body), "id": request_id})


def resync(subscription_id: str, after: int) -> bytes:
    """Tells a client that a subscription is over, and where to go on."""
    params = {"subscriptionId": subscription_id, "after": after}
    return _dumps({"jsonrpc": "2.0", "method": "events/resync", "params": params})


def _dumps(message: object) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
