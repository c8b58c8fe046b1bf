"""What the relay reads off messages.

Our server writes the members of its messages in a known order, so the beginning of the bytes tells
enough; only what a client sends, and answers that are looked for, are parsed.
"""

import enum
import json
import re
from typing import NamedTuple, TypeAlias

RequestId: TypeAlias = int | str

_ANSWER = re.compile(rb'\{"jsonrpc":"2\.0","id":("(?:[^"\\]|\\.)*"|-?\d+),"(result|error)"')
_OF_SUBSCRIPTION = re.compile(
    rb'\{"jsonrpc":"2\.0","method":"events/(appended|resync)","params":'
    rb'\{"subscriptionId":"([^"]*)","(?:through|after)":(\d+)'
)
_PROGRESS = b'{"jsonrpc":"2.0","method":"$/progress",'


class Sort(enum.Enum):
    """What a client's message is."""

    REQUEST = enum.auto()
    NOTIFICATION = enum.auto()
    RESPONSE = enum.auto()
    UNCLEAR = enum.auto()
    """No message, as far as can be told; the owner has an answer to it."""


class Sent(NamedTuple):
    """What a client sent. The method and the id are there for those that have them."""

    sort: Sort
    method: str = ""
    request_id: RequestId | None = None
    subscription_id: str | None = None
    """The subscription that is to be ended."""


class Answered(NamedTuple):
    """An answer of the owner's."""

    request_id: RequestId
    succeeded: bool


class Moved(NamedTuple):
    """How far a subscription has come; after its last notification there is no more of it."""

    subscription_id: str
    sequence: int
    is_last: bool = False


class Progress(NamedTuple):
    """Progress of something long that the client shows until it ends."""

    token: RequestId
    is_last: bool


UNCLEAR = Sent(Sort.UNCLEAR)


def work_token(body: bytes) -> RequestId | None:
    """What a client calls the progress of its request, where it wants to show any."""
    params = json.loads(body).get("params")
    token = params.get("workDoneToken") if isinstance(params, dict) else None
    return token if isinstance(token, int | str) and not isinstance(token, bool) else None


def sent(body: bytes) -> Sent:
    """What a client's message is."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return UNCLEAR
    if not isinstance(message, dict):
        return UNCLEAR
    method, request_id = message.get("method"), message.get("id")
    if method is None and ("result" in message or "error" in message):
        return Sent(Sort.RESPONSE)
    if not isinstance(method, str):
        return UNCLEAR
    if "id" not in message:
        return Sent(Sort.NOTIFICATION, method)
    if type(request_id) not in (int, str):
        return UNCLEAR
    return Sent(Sort.REQUEST, method, request_id, _subscription(method, message.get("params")))


def answered(body: bytes) -> Answered | None:
    """Which request the owner's message answers."""
    found = _ANSWER.match(body)
    return None if found is None else Answered(json.loads(found[1]), found[2] == b"result")


def moved(body: bytes) -> Moved | None:
    """The progress of a subscription that the owner's message tells of."""
    found = _OF_SUBSCRIPTION.match(body)
    if found is None:
        return None
    return Moved(found[2].decode(), int(found[3]), found[1] == b"resync")


def opened(body: bytes) -> Moved:
    """The subscription that an answer to `events/subscribe` has opened."""
    result = json.loads(body)["result"]
    return Moved(result["subscriptionId"], result["sequence"])


def progress(body: bytes) -> Progress | None:
    """The progress that the owner's message tells of."""
    if not body.startswith(_PROGRESS):
        return None
    params = json.loads(body)["params"]
    return Progress(params["token"], params["value"]["kind"] == "end")


def control(body: bytes) -> str | None:
    """A word of the owner's to the relay itself, which no client ever sees."""
    return json.loads(body)["peon"] if body.startswith(b'{"peon":') else None


def _subscription(method: str, params: object) -> str | None:
    if method != "events/unsubscribe" or not isinstance(params, dict):
        return None
    subscription_id = params.get("subscriptionId")
    return subscription_id if isinstance(subscription_id, str) else None
