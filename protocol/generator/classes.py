"""Which data classes there are, in the order in which they are presented, and who writes them."""

import functools
import types
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

import attrs

from peon_protocol import (
    branches,
    cancelling,
    commands,
    events,
    failures,
    findings,
    notifications,
    provider_events,
    queries,
    queue_results,
    results,
    views,
)
from peon_protocol.events import items, messages, projects, threads, turns, workspace
from peon_protocol.events import reviews as review_events
from peon_protocol.events import worktrees as worktree_events
from peon_protocol.methods import METHODS, Direction
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.rejections import Rejection
from peon_protocol.values import (
    ContentBlock,
    ItemContent,
    JsonValue,
    Operation,
    OptionValue,
    Prompt,
    content,
    mcp,
    operations,
    questions,
    records,
    reviews,
    sessions,
    words,
    worktrees,
)

MODULES: Final = (
    words,
    content,
    mcp,
    records,
    sessions,
    questions,
    reviews,
    worktrees,
    operations,
    provider_events,
    projects,
    threads,
    messages,
    turns,
    items,
    workspace,
    review_events,
    worktree_events,
    events,
    commands,
    queries,
    views,
    results,
    queue_results,
    findings,
    branches,
    cancelling,
    notifications,
    failures,
)

ALIASES: Final[Mapping[Any, str]] = {
    JsonValue: "JsonValue",
    ContentBlock: "ContentBlock",
    ItemContent: "ItemContent",
    Prompt: "Prompt",
    Operation: "Operation",
    OptionValue: "OptionValue",
    ProviderEvent: "ProviderEvent",
}
"""The unions that members of objects are declared with, and their names."""


def all_classes() -> Iterator[Any]:
    """Every class and enum that is part of a message."""
    for module in MODULES:
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                yield kind
    yield from get_args(Rejection)


def name_of(kind: Any) -> str:
    """The name of a class's definition.

    What a provider says happened and what did happen have the same name in two modules, and the
    details of a refusal would read like a fact: both say what they are in their definition's name.
    """
    name: str = kind.__name__
    if kind.__module__ == provider_events.__name__:
        return "Provider" + name.removeprefix("Provider")
    return f"{name}Details" if hasattr(kind, "KIND") else name


@functools.cache
def written_by_clients() -> frozenset[Any]:
    """The classes of all that a client can send."""
    found: set[Any] = set()
    waiting = [method.params for method in METHODS if method.direction is Direction.REQUEST]
    while waiting:
        kind = waiting.pop()
        if kind not in found and attrs.has(kind):
            found.add(kind)
            waiting += [part for each in attrs.fields(kind) for part in _parts(each.type)]
    return frozenset(found)


def _parts(kind: Any) -> Iterator[Any]:
    """The classes that a declared type is made of."""
    arguments = get_args(kind)
    if not arguments:
        yield kind
    for argument in arguments:
        if argument is not ... and not isinstance(argument, str | types.NoneType):
            yield from _parts(argument)
