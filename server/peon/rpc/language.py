"""LSP's own messages: how they are read, and how their results are written.

Unlike ours they are read leniently: editors send what later versions of LSP define.
"""

import functools
import re
from typing import Any, Final

from cattrs import BaseValidationError, Converter, transform_error
from lsprotocol import converters, types

from peon.rpc.answers import PreparedAnswer
from peon.rpc.messages import RequestId, result_body
from peon.wire import ParamsInvalid
from peon_protocol.values import JsonValue

_UNDERSCORED: Final = re.compile(r"_([a-z])")


@functools.cache
def language_converter() -> Converter:
    """The converter of LSP's types: one for all sessions, since making it takes milliseconds."""
    return converters.get_converter()


def read_params(method: str, raw: JsonValue) -> object:
    """The params of an LSP message as its class; as they are where LSP defines no such method.

    Raises ParamsInvalid.
    """
    if method not in types.METHOD_TO_TYPES:
        return raw
    kind = types.METHOD_TO_TYPES[method][0]
    message: JsonValue = {
        "jsonrpc": "2.0",
        "id": 0,
        "method": method,
        "params": _lenient(method, raw),
    }
    params: object = _structure(message, kind).params
    return params


def read_result(raw: JsonValue, response: type | None) -> object:
    """The result a client sent to a request of ours. Raises ParamsInvalid."""
    if response is None:
        return raw
    result: object = _structure({"jsonrpc": "2.0", "id": 0, "result": raw}, response).result
    return result


class LanguageAnswer(PreparedAnswer):
    """A result of LSP's types."""

    def __init__(self, result: object) -> None:
        self._result = result

    def body(self, request_id: RequestId) -> bytes:
        return result_body(request_id, language_converter().unstructure(self._result))


def _lenient(method: str, raw: JsonValue) -> JsonValue:
    """A host that is no editor may have no capabilities to tell of."""
    if method != types.INITIALIZE:
        return raw
    if raw is None:
        return {"capabilities": {}}
    if isinstance(raw, dict) and raw.get("capabilities") is None:
        return {**raw, "capabilities": {}}
    return raw


def _structure(message: JsonValue, kind: type[Any]) -> Any:
    try:
        return language_converter().structure(message, kind)
    except BaseValidationError as error:
        raise ParamsInvalid([_on_the_wire(each) for each in transform_error(error)]) from None


def _on_the_wire(problem: str) -> str:
    """The problem with the path as the client wrote it: `process_id` is `processId`."""
    what, at, path = problem.rpartition(" @ ")
    return what + at + _UNDERSCORED.sub(lambda found: found[1].upper(), path)
