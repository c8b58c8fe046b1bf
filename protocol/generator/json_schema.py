"""Writes the protocol as JSON Schema 2020-12, with the tables of methods, events and errors."""

import json
from typing import Any, TypeAlias, assert_never

from generator.shapes import (
    Definition,
    EnvelopeDefinition,
    ErrorEntry,
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
    Payload,
    Protocol,
    Real,
    Shape,
    Text,
    UnionDefinition,
    Whole,
    WordsDefinition,
)
from peon_protocol.ids import ID_PATTERN

Schema: TypeAlias = dict[str, Any]

_TITLE = "The protocol between Peon and its clients"


def json_schema(protocol: Protocol) -> str:
    """The text of `schema.json`."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _TITLE,
        "$comment": "Written by protocol/generate.py from the data classes.",
        "protocolVersion": protocol.version,
        "methods": {each.name: _method(each) for each in protocol.methods},
        "events": {
            each.type: {"schema": each.schema, "payload": _reference(each.definition)}
            for each in protocol.payloads
        },
        "errors": {each.kind: _error(each) for each in protocol.errors},
        "$defs": {each.name: _definition(each) for each in protocol.definitions},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _method(entry: MethodEntry) -> Schema:
    return {
        "direction": entry.direction,
        "kind": entry.kind,
        "description": entry.summary,
        "params": _reference(entry.params),
        "result": None if entry.result is None else _reference(entry.result),
        "errors": list(entry.errors),
    }


def _error(entry: ErrorEntry) -> Schema:
    return {
        "code": entry.code,
        "description": entry.text,
        "remedy": entry.remedy,
        "details": None if entry.details is None else _reference(entry.details),
    }


def _definition(definition: Definition) -> Schema:
    match definition:
        case IdDefinition():
            return {"type": "string", "pattern": ID_PATTERN}
        case JsonDefinition():
            return {"description": definition.text}
        case WordsDefinition():
            return _words(definition)
        case UnionDefinition():
            return {"description": definition.text, "oneOf": list(map(_shape, definition.choices))}
        case ObjectDefinition():
            tag = {} if definition.tag is None else {"type": {"const": definition.tag}}
            return _object(
                definition.text, definition.members, tag, whole=not definition.from_client
            )
        case EnvelopeDefinition():
            whole = _object(definition.text, definition.members, {}, whole=True)
            return {**whole, "oneOf": list(map(_payload, definition.payloads))}
        case _:
            assert_never(definition)


def _words(definition: WordsDefinition) -> Schema:
    explained = [f"{word.value}: {word.text}" for word in definition.words if word.text]
    return {
        "description": "\n".join([definition.text, *explained]),
        "enum": [word.value for word in definition.words],
    }


def _object(text: str, members: tuple[Member, ...], tag: Schema, *, whole: bool) -> Schema:
    required = [each.name for each in members if whole or not each.may_be_left_out]
    return {
        "description": text,
        "type": "object",
        "properties": {**tag, **{each.name: _member(each) for each in members}},
        "required": [*tag, *required],
        "additionalProperties": False,
    }


def _member(member: Member) -> Schema:
    default = {"default": member.default} if member.may_be_left_out else {}
    return {**_shape(member.shape), **default}


def _payload(payload: Payload) -> Schema:
    return {
        "properties": {
            "type": {"const": payload.type},
            "schema": {"const": payload.schema},
            "payload": _reference(payload.definition),
        }
    }


def _shape(shape: Shape) -> Schema:
    match shape:
        case Text():
            return {"type": "string"}
        case Whole():
            return {"type": "integer"}
        case Real():
            return {"type": "number"}
        case Flag():
            return {"type": "boolean"}
        case Named(name):
            return _reference(name)
        case ListOf(item):
            return {"type": "array", "items": _shape(item)}
        case MapOf(value):
            return {"type": "object", "additionalProperties": _shape(value)}
        case Nullable(inner):
            return {"anyOf": [_shape(inner), {"type": "null"}]}
        case _:
            assert_never(shape)


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
