"""Writes the protocol as TypeScript types, and the few tables that a client needs at run time."""

import json
from collections.abc import Iterator
from typing import assert_never

from generator.shapes import (
    Definition,
    EnvelopeDefinition,
    Flag,
    IdDefinition,
    JsonDefinition,
    ListOf,
    MapOf,
    Member,
    MethodEntry,
    Named,
    Nullable,
    ObjectDefinition,
    Protocol,
    Real,
    Shape,
    Text,
    UnionDefinition,
    Whole,
    WordsDefinition,
)

_HEADER = """\
// Written by protocol/generate.py from the data classes: edit those, then run `make generate`.
"""


def typescript(protocol: Protocol) -> str:
    """The text of `protocol_gen.ts`."""
    parts = [
        _HEADER,
        f"export const PROTOCOL_VERSION = {protocol.version};\n",
        *map(declaration, protocol.definitions),
        _error_details(protocol),
        _methods("Requests", "What a client may ask, and what it is answered.", protocol),
        _methods("Notifications", "What the server sends by itself.", protocol),
    ]
    return "\n".join(parts)


def declaration(definition: Definition) -> str:
    """The type that a definition is in TypeScript."""
    match definition:
        case IdDefinition(name=name):
            return f"export type {name} = string;\n"
        case JsonDefinition(name=name):
            body = "null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue }"
            return f"{_comment(definition.text)}export type {name} =\n  {body};\n"
        case WordsDefinition():
            return _words(definition)
        case UnionDefinition(name=name):
            lines = "".join(f"\n  | {_shape(each)}" for each in definition.choices)
            return f"{_comment(definition.text)}export type {name} ={lines};\n"
        case ObjectDefinition():
            return _object(definition)
        case EnvelopeDefinition():
            return _envelope(definition)
        case _:
            assert_never(definition)


def _words(definition: WordsDefinition) -> str:
    lines = [f"\n  | {json.dumps(word.value)}" for word in definition.words]
    explained = [f"- `{word.value}`: {word.text}" for word in definition.words if word.text]
    text = "\n".join([definition.text, *(["", *explained] if explained else [])])
    return f"{_comment(text)}export type {definition.name} ={''.join(lines)};\n"


def _object(definition: ObjectDefinition) -> str:
    tag = [] if definition.tag is None else [f'  type: "{definition.tag}";']
    members = [_member(each, whole=not definition.from_client) for each in definition.members]
    head = f"{_comment(definition.text)}export interface {definition.name}"
    if not tag + members:
        return (
            f"{_comment(definition.text)}export type {definition.name} = Record<string, never>;\n"
        )
    return "\n".join([f"{head} {{", *tag, *members, "}", ""])


def _envelope(definition: EnvelopeDefinition) -> str:
    name = definition.name
    special = {"type": "T", "payload": "EventPayloads[T]"}
    members = [
        f"  {each.name}: {special.get(each.name) or _shape(each.shape)};"
        for each in definition.members
    ]
    payloads = [f'  "{each.type}": {each.definition};' for each in definition.payloads]
    return "\n".join(
        [
            "/** The payload of each type of event. */",
            "export interface EventPayloads {",
            *payloads,
            "}",
            "",
            "export type EventType = keyof EventPayloads;",
            "",
            f"{_comment(definition.text)}export interface {name}Of<T extends EventType> {{",
            *members,
            "}",
            "",
            f"export type {name} = {{ [T in EventType]: {name}Of<T> }}[EventType];",
            "",
        ]
    )


def _error_details(protocol: Protocol) -> str:
    lines = [
        f'  "{each.kind}": {each.details};' for each in protocol.errors if each.details is not None
    ]
    head = "/** The `details` of each kind of refusal. */\nexport interface RejectionDetails {"
    kinds = "export type RejectionKind = keyof RejectionDetails;"
    union = "export type ErrorKind = RejectionKind | FailureKind;"
    return "\n".join([head, *lines, "}", "", kinds, "", union, ""])


def _methods(name: str, text: str, protocol: Protocol) -> str:
    direction = name.removesuffix("s").lower()
    lines = [
        line for each in protocol.methods if each.direction == direction for line in _method(each)
    ]
    names = [f'  "{each.name}",' for each in protocol.methods if each.direction == direction]
    table = f"export const {direction.upper()}_METHODS: readonly (keyof {name})[] = ["
    return "\n".join(
        [f"/** {text} */", f"export interface {name} {{", *lines, "}", "", table, *names, "];", ""]
    )


def _method(entry: MethodEntry) -> Iterator[str]:
    yield f"  /** {entry.summary} */"
    result = "" if entry.result is None else f"; result: {entry.result}"
    yield f'  "{entry.name}": {{ params: {entry.params}{result} }};'


def _member(member: Member, *, whole: bool) -> str:
    mark = "?" if member.may_be_left_out and not whole else ""
    return f"  {member.name}{mark}: {_shape(member.shape)};"


def _shape(shape: Shape) -> str:
    match shape:
        case Text():
            return "string"
        case Whole():
            return "number"
        case Real():
            return "number"
        case Flag():
            return "boolean"
        case Named(name):
            return name
        case ListOf(item):
            return f"{_shape(item)}[]"
        case MapOf(value):
            return f"Record<string, {_shape(value)}>"
        case Nullable(inner):
            return f"{_shape(inner)} | null"
        case _:
            assert_never(shape)


def _comment(text: str) -> str:
    lines = text.splitlines()
    if not lines:
        return ""
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */", ""])
