"""What a hook of the converter is, and how it names things."""

from collections.abc import Callable
from typing import Any

from peon_protocol.values import JsonValue

StructureHook = Callable[[JsonValue, Any], Any]
"""Makes a value of JSON. Its second argument is the type that is wanted."""

UnstructureHook = Callable[[Any], JsonValue]
"""Makes JSON of a value."""


def camel_case(name: str) -> str:
    """The wire name of an attribute: `thread_id` is `threadId`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
