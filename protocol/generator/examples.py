"""The golden files: every message of the protocol once, as it stands on the wire."""

import json
from collections.abc import Iterator
from typing import Any

from generator.samples.commands import COMMANDS
from generator.samples.errors import ERRORS, code_of
from generator.samples.exchange import Exchange, Notice
from generator.samples.feed import FEED, NOTIFICATIONS
from generator.samples.provider_events import PROVIDER_EVENTS
from generator.samples.queries import QUERIES
from generator.samples.story import EVENTS, STORY
from peon.wire import unstructure
from peon_protocol.failures import ErrorContent
from peon_protocol.values import JsonValue

EXCHANGES = {each.method: each for each in (*COMMANDS, *QUERIES, *FEED)}
"""The sample of every request."""

NOTICES = {each.method: each for each in NOTIFICATIONS}
"""The sample of every notification."""

_REQUEST_ID = 7


def examples() -> Iterator[tuple[str, str]]:
    """The name and text of every golden file."""
    for method, exchange in EXCHANGES.items():
        yield f"requests/{_file_name(method)}.json", as_text(exchange_json(exchange))
    for method, notice in NOTICES.items():
        yield f"notifications/{_file_name(method)}.json", as_text(notice_json(notice))
    for event in EVENTS.values():
        yield f"events/{event.type}.{event.schema}.json", as_text(unstructure(event))
    for said in PROVIDER_EVENTS:
        yield f"provider-events/{said.TYPE}.json", as_text(unstructure(said))
    for content in ERRORS.values():
        yield f"errors/{content.kind}.json", as_text(error_json(content))
    yield "story.json", as_text([unstructure(event) for event in STORY])


def exchange_json(exchange: Exchange) -> dict[str, Any]:
    """A request with its response."""
    identity = {"jsonrpc": "2.0", "id": _REQUEST_ID}
    params, result = unstructure(exchange.params), unstructure(exchange.result)
    return {
        "request": {**identity, "method": exchange.method, "params": params},
        "response": {**identity, "result": result},
    }


def notice_json(notice: Notice) -> dict[str, Any]:
    """A notification."""
    return {"jsonrpc": "2.0", "method": notice.method, "params": unstructure(notice.params)}


def error_json(content: ErrorContent) -> dict[str, Any]:
    """An error response."""
    error = {
        "code": int(code_of(content.kind)),
        "message": content.message,
        "data": unstructure(content),
    }
    return {"jsonrpc": "2.0", "id": _REQUEST_ID, "error": error}


def as_text(value: JsonValue | dict[str, Any]) -> str:
    """JSON as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _file_name(method: str) -> str:
    return method.replace("/", ".")
