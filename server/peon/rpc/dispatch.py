"""Routes: for each method what makes its params and who handles them, resolved once."""

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, TypeVar

import attrs

from peon.rpc.answers import PreparedAnswer
from peon.rpc.caller import Caller
from peon.wire import structurer
from peon_protocol.methods import Method, MethodKind
from peon_protocol.values import JsonValue

P = TypeVar("P")

Outcome: TypeAlias = PreparedAnswer | object | Awaitable[object]
"""A result (one of our classes, or what writes itself), now or later: a future or a coroutine."""


@attrs.frozen(kw_only=True)
class Route:
    """One method of ours."""

    method: str
    kind: MethodKind
    call: Callable[[Caller, JsonValue], Outcome]
    """Raises ParamsInvalid, or whatever refuses the request."""


Routes: TypeAlias = Mapping[str, Route]


def route(method: Method, params: type[P], handle: Callable[[Caller, P], Outcome]) -> Route:
    """The route of `method`, whose handler takes `params`.

    How they are made is worked out when they first come: a client uses a few methods and
    waits for the start of all.
    """
    structure = functools.cache(functools.partial(structurer, params))

    def call(caller: Caller, raw: JsonValue) -> Outcome:
        return handle(caller, structure()({} if raw is None else raw))

    return Route(method=method.name, kind=method.kind, call=call)
