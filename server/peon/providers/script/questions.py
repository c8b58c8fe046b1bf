"""What a script's `ask` asks: a question and its fields, as text and as a schema. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from peon.providers.script.wire import Json, JsonObject

_FIELD = re.compile(r"\s*([\w.-]+)(!)?\s*(?::\s*(.*?))?\s*", re.DOTALL)
_TYPES: "dict[str, JsonObject]" = {
    "": {"type": "string"},
    "text": {"type": "string"},
    "secret": {"type": "string", "format": "password"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
}


class Ask(NamedTuple):
    """Ask something."""

    question: str
    schema: JsonObject
    secrets: "tuple[str, ...]" = ()


def read(rest: str) -> "Ask | None":
    """`QUESTION; FIELD; …`; None where a field cannot be read."""
    question, *fields = rest.split(";")
    properties: JsonObject = {}
    required: list[Json] = []
    hidden: list[str] = []
    for each in fields:
        found = _FIELD.fullmatch(each)
        told = None if found is None else _property(found[3] or "")
        if found is None or told is None:
            return None
        properties[found[1]] = told
        if found[2]:
            required.append(found[1])
        if told.get("format") == "password":
            hidden.append(found[1])
    if not question.strip():
        return None
    schema: JsonObject = {"type": "object", "properties": properties, "required": required}
    return Ask(question.strip(), schema, tuple(hidden))


def _property(told: str) -> "JsonObject | None":
    """A type by its name, choices between slashes, or any number of choices in brackets."""
    several = re.fullmatch(r"\[(.*)\]", told, re.DOTALL)
    if several is not None:
        offered: list[Json] = list(_choices(several[1], ","))
        items: JsonObject = {"type": "string", "enum": offered}
        return {"type": "array", "items": items} if offered else None
    if "/" in told:
        return {"type": "string", "enum": list[Json](_choices(told, "/"))}
    kind = _TYPES.get(told)
    return None if kind is None else dict(kind)


def _choices(told: str, between: str) -> Iterator[str]:
    return filter(None, map(str.strip, told.split(between)))


def said(asked: Ask, content: JsonObject) -> str:
    """The answers, for everybody to read: secrets are left out."""
    told = (
        f"{name}: {'(secret)' if name in asked.secrets else shown(value)}"
        for name, value in content.items()
    )
    return "; ".join(told) or "yes"


def filled(text: str, answers: "dict[str, str]") -> str:
    """`text` with `$NAME` replaced where that was answered."""
    return re.sub(r"\$([\w.-]*\w)", lambda found: answers.get(found[1], found[0]), text)


def shown(value: Json) -> str:
    """An answer as text."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(shown, value))
        case _:
            return str(value)
