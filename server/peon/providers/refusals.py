"""The body of a refusal by a model's server, which agents pass on as it came."""

import attrs

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import decode


@attrs.frozen
class Refusal:
    """What the model's server said, and the code it gave it, if any."""

    message: str
    code: str | None = None


def refusal(text: str) -> Refusal | None:
    """The refusal that a text is: an object with nothing but an error; None if it is none."""
    if not text.startswith("{"):
        return None
    try:
        body = decode(text.encode())
    except ValueError:
        return None
    error = raw.field(body, "error")
    message = raw.text(error, "message")
    if message is None or not isinstance(body, dict) or body.keys() - {"error", "type"}:
        return None
    return Refusal(message, raw.text(error, "code") or raw.text(error, "type"))


def in_words(text: str) -> str:
    """What a text says; only the words, where it is the body of a refusal."""
    found = refusal(text)
    return text if found is None else found.message
