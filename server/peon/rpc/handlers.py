"""The handlers. No logic: params become a command, a query or a subscription of whoever asks."""

from collections.abc import Awaitable

from peon.rpc.answers import EventPageAnswer
from peon.rpc.caller import Caller
from peon.rpc.dispatch import Outcome, Route, Routes, route
from peon.rpc.listing import list_threads
from peon.rpc.reading import read_thread
from peon.rpc.subscriptions import Opening
from peon_protocol.commands import Command
from peon_protocol.methods import METHODS, Direction, Method, MethodKind
from peon_protocol.queries import (
    ListThreads,
    Query,
    ReadEvents,
    ReadThread,
    SubscribeEvents,
    UnsubscribeEvents,
)
from peon_protocol.results import CommandResult, UnsubscribeResult


def submit_command(caller: Caller, command: Command) -> Awaitable[CommandResult]:
    return caller.submit(command)


def ask_query(caller: Caller, query: Query) -> Outcome:
    at_once = caller.core.query_at_once(query)
    return caller.core.query(query, environment=caller.environment) if at_once is None else at_once


async def read_events(caller: Caller, query: ReadEvents) -> EventPageAnswer:
    events, head = await caller.core.read_events(query.after, query.limit, query.thread_id)
    return EventPageAnswer(events, head)


def subscribe(caller: Caller, params: SubscribeEvents) -> Opening | Awaitable[Opening]:
    """The subscription begins when its answer is on its way."""
    return caller.subscriptions.open(params)


def unsubscribe(caller: Caller, params: UnsubscribeEvents) -> UnsubscribeResult:
    """Nothing of the subscription is put behind the answer."""
    caller.subscriptions.end(params.subscription_id)
    return UnsubscribeResult(subscription_id=params.subscription_id)


def make_routes(methods: tuple[Method, ...] = METHODS) -> Routes:
    """A route for every request in the table."""
    requests = (method for method in methods if method.direction is Direction.REQUEST)
    return {method.name: _route(method) for method in requests}


def _route(method: Method) -> Route:
    match method.kind, method.name:
        case MethodKind.COMMAND, _:
            return route(method, method.params, submit_command)
        case _, "events/read":
            return route(method, ReadEvents, read_events)
        case _, "thread/list":
            return route(method, ListThreads, list_threads)
        case _, "thread/read":
            return route(method, ReadThread, read_thread)
        case MethodKind.QUERY, _:
            return route(method, method.params, ask_query)
        case _, "events/subscribe":
            return route(method, SubscribeEvents, subscribe)
        case _, "events/unsubscribe":
            return route(method, UnsubscribeEvents, unsubscribe)
        case _:
            raise LookupError(f"nothing handles {method.name}")
