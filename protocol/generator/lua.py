"""Writes the protocol as LuaCATS annotations, and the tables of names that Lua needs."""

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
-- Written by protocol/generate.py from the data classes: edit those, then run `make generate`.
-- A member that is null on the wire is `nil` here, or `vim.NIL` where the decoder keeps it.
"""


def lua(protocol: Protocol) -> str:
    """The text of `protocol_gen.lua`."""
    return "\n".join([_HEADER, *map(_definition, protocol.definitions), _tables(protocol)])


def _definition(definition: Definition) -> str:
    match definition:
        case IdDefinition(name=name):
            return f"---@alias {_name(name)} string\n"
        case JsonDefinition(name=name):
            return f"{_comment(definition.text)}---@alias {_name(name)} any\n"
        case WordsDefinition():
            return _words(definition)
        case UnionDefinition(name=name):
            choices = "|".join(map(_shape, definition.choices))
            return f"{_comment(definition.text)}---@alias {_name(name)} {choices}\n"
        case ObjectDefinition(name=name):
            tag = [] if definition.tag is None else [f'---@field type "{definition.tag}"']
            fields = [_field(each, whole=not definition.from_client) for each in definition.members]
            head = f"{_comment(definition.text)}---@class (exact) {_name(name)}"
            return "\n".join([head, *tag, *fields, ""])
        case EnvelopeDefinition():
            return "\n".join(_envelope(definition))
        case _:
            assert_never(definition)


def _words(definition: WordsDefinition) -> str:
    lines = [
        f"---| {json.dumps(word.value)}{f' # {word.text}' if word.text else ''}"
        for word in definition.words
    ]
    head = f"{_comment(definition.text)}---@alias {_name(definition.name)}"
    return "\n".join([head, *lines, ""])


def _envelope(definition: EnvelopeDefinition) -> Iterator[str]:
    """A class for every type of event, so that a check of `type` tells the payload's."""
    yield f"{_comment(definition.text)}---@class {_name('Envelope')}"
    for member in definition.members:
        if member.name not in {"type", "payload"}:
            yield _field(member, whole=True)
    for payload in definition.payloads:
        yield ""
        yield f"---@class {_name('Stored' + payload.definition)}: {_name('Envelope')}"
        yield f'---@field type "{payload.type}"'
        yield f"---@field payload {_name(payload.definition)}"
    yield ""
    choices = "|".join(_name("Stored" + each.definition) for each in definition.payloads)
    yield f"---@alias {_name(definition.name)} {choices}"
    yield ""


def _tables(protocol: Protocol) -> str:
    lists = {
        "requests": [each.name for each in protocol.methods if each.direction == "request"],
        "notifications": [
            each.name for each in protocol.methods if each.direction == "notification"
        ],
        "commands": [each.name for each in protocol.methods if each.kind == "command"],
        "events": [
            payload.type
            for each in protocol.definitions
            if isinstance(each, EnvelopeDefinition)
            for payload in each.payloads
        ],
    }
    lines = ["local M = {}", "", f"M.protocol_version = {protocol.version}", ""]
    for name, entries in lists.items():
        lines += ["---@type string[]", f"M.{name} = {{", *(f'  "{each}",' for each in entries)]
        lines += ["}", ""]
    return "\n".join([*lines, "return M", ""])


def _field(member: Member, *, whole: bool) -> str:
    nullable = isinstance(member.shape, Nullable)
    optional = nullable or (member.may_be_left_out and not whole)
    shape = member.shape.inner if isinstance(member.shape, Nullable) else member.shape
    return f"---@field {member.name}{'?' if optional else ''} {_shape(shape)}"


def _shape(shape: Shape) -> str:
    match shape:
        case Text():
            return "string"
        case Whole():
            return "integer"
        case Real():
            return "number"
        case Flag():
            return "boolean"
        case Named(name):
            return _name(name)
        case ListOf(item):
            return f"{_shape(item)}[]"
        case MapOf(value):
            return f"table<string, {_shape(value)}>"
        case Nullable(inner):
            return f"{_shape(inner)}|nil"
        case _:
            assert_never(shape)


def _name(name: str) -> str:
    return f"peon.{name}"


def _comment(text: str) -> str:
    return "".join(f"--- {line}".rstrip() + "\n" for line in text.splitlines())
